"""Doped garnets of the reference table, and the crystals that carry them to its scale."""

from typing import Final

from pymatgen.core import Composition

from analysis.energies.balance import Balance
from analysis.energies.formation import alignment
from analysis.energies.reference_phases import table_crystals, table_phases
from analysis.energies.shipped_tables import HOST_FORMULA
from analysis.energies.ternary_oxides import dopant_oxides, valences_in

GARNET: Final = Composition(HOST_FORMULA)
# Cations on the sites of the garnet that lithium does not take: three of La, two of Zr.
GARNET_SITES: Final = {"La": 3, "Zr": 2}
FEWEST_LITHIUM: Final = 3
SAME_AMOUNT: Final = 1e-6


def dopant_garnets() -> dict[str, str]:
    """Doped garnets of the table, sorted: reduced formula to dopant element."""
    return {f: m for f, m in dopant_oxides().items() if garnet_units(Composition(f))}


def garnet_units(composition: Composition) -> float | None:
    """Host formula units in a doped garnet Li_n La3 Zr2 O12; None for another structure.

    Per 12 oxygen there are five cations besides lithium, with La or Zr complete, and three Li or
    more, which fill the tetrahedra: enough to tell the garnets of the table from its NASICONs.
    """
    units = composition["O"] / GARNET["O"]
    if not units or composition["Li"] < FEWEST_LITHIUM * units:
        return None
    cations = {e.symbol: n / units for e, n in composition.items() if e.symbol not in {"O", "Li"}}
    complete = any(abs(cations.get(e, 0) - n) < SAME_AMOUNT for e, n in GARNET_SITES.items())
    five = abs(sum(cations.values()) - sum(GARNET_SITES.values())) < SAME_AMOUNT
    return units if complete and five else None


def garnet_carriers(composition: Composition, element: str, units: float) -> Balance:
    """Write a doped garnet as the host, and the binary oxides that are exchanged in it.

    Raises
    ------
    InputError
        M has a valence there that no two binary oxides bracket.
    """
    found = alignment(
        composition / units,
        GARNET,
        valences=valences_in(composition, element),
        phases=table_phases({*map(str, GARNET.elements), element}),
        crystals=table_crystals(),
    )
    scaled = {formula: amount * units for formula, amount in found.coefficients.items()}
    return found.model_copy(update={"coefficients": scaled})
