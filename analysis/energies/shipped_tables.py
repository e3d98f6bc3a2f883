"""The project's tables of reference phases and crystals: their files, and one row as a crystal."""

from typing import Any, Final

from pymatgen.core import Lattice, Structure

PHASES_TABLE: Final = "reference_phases.csv.gz"
CRYSTALS_TABLE: Final = "reference_crystals.jsonl.gz"

HOST_ELEMENTS: Final = frozenset({"Li", "La", "Zr", "O"})
# The host's own entry, tetragonal Li7La3Zr2O12 (mp-942733).
HOST_FORMULA: Final = "Li7La3Zr2O12"

Record = dict[str, Any]


def structure_of(record: Record) -> Structure:
    """Build the crystal of a row of the crystal table, or of a raw record."""
    species = [site[0] for site in record["sites"]]
    coordinates = [site[1:] for site in record["sites"]]
    return Structure(Lattice.from_parameters(*record["lattice"]), species, coordinates)
