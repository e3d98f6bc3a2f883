"""The crystals of `studies/validation/hosts/crystals.yaml`, written as CIFs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from pymatgen.core import Composition, Species

FOLDER: Final = Path(__file__).parent / "hosts"
CELL: Final = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
SITES: Final = """\
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy"""


def read_crystals() -> dict[str, dict[str, Any]]:
    """Return the crystals of hosts and binaries together, by formula."""
    tables = yaml.safe_load((FOLDER / "crystals.yaml").read_text(encoding="utf-8"))
    return {**tables["hosts"], **tables["binaries"]}


def cif_text(formula: str, crystal: Mapping[str, Any]) -> str:
    """Write a crystal as a CIF with its oxidation states."""
    ions = dict.fromkeys(site[0] for site in crystal["sites"])
    source = crystal.get("source", "R. W. G. Wyckoff, Crystal Structures, 2nd ed. (1963), rounded")
    lines = [
        f"# {source}",
        f"data_{formula}",
        f"_chemical_formula_sum '{Composition(formula).formula}'",
        *(f"_cell_{name} {value}" for name, value in zip(CELL, crystal["cell"], strict=True)),
        f"_cell_formula_units_Z {crystal['z']}",
        f"_space_group_name_H-M_alt '{crystal['group']}'",
        "loop_\n_atom_type_symbol\n_atom_type_oxidation_number",
        *(f"{ion} {Species.from_str(ion).oxi_state:g}" for ion in ions),
        SITES,
        *map(_site_line, range(1, len(crystal["sites"]) + 1), crystal["sites"]),
    ]
    return "\n".join(lines) + "\n"


def write_crystals(folder: Path) -> dict[str, Path]:
    """Write every crystal into a folder; return the files by formula."""
    crystals = read_crystals()
    files = {formula: folder / f"{formula.lower()}.cif" for formula in crystals}
    for formula, crystal in crystals.items():
        files[formula].write_text(cif_text(formula, crystal), encoding="utf-8")
    return files


def _site_line(number: int, site: list[Any]) -> str:
    ion, *coordinates = site
    x, y, z, occupancy = (*coordinates, 1)[:4]
    return f"{Species.from_str(ion).symbol}{number} {ion} {x} {y} {z} {occupancy}"
