"""The tables and the defect energy together are the computed reaction energy, exactly."""

from pathlib import Path

import pytest
from pymatgen.core import Composition
from standins.synthetic import LLZO

from analysis.base.errors import InputError
from analysis.learning.data.table_effect import doped_composition, table_effect
from analysis.structures.dopants import Dopant
from workflows.results.files import read_results

RESULT = Path(__file__).parents[4] / "results" / "llzo-chgnet" / "compounds.csv"


def dopant(element: str, valence: int, site: str, x: float = 0.25) -> Dopant:
    return Dopant(element=element, valence=valence, site=site, concentration=x)


def test_the_defect_energy_is_all_that_the_tables_lack() -> None:
    # Ga on three sites; Pa5+, whose oxide is tabulated as a hull alone.
    asked = [dopant("Ga", 3, site) for site in LLZO.sites] + [dopant("Pa", 5, "Zr")]
    rows = {(r["dopant"], r["valence"], r["site"]): r for r in read_results(RESULT)}
    for each in asked:
        row = rows[each.element, each.valence, each.site]
        effect = (row["reaction_energy"] - row["reaction_energy_host"]) / each.concentration
        assert table_effect(each, LLZO) - row["defect_energy"] == pytest.approx(effect, abs=1e-9)


def test_lithium_balances_the_charge_unless_nothing_does() -> None:
    niobium = dopant("Nb", 5, "Zr", 0.5)
    balanced = Composition("Li6.5La3Zr1.5Nb0.5O12")
    assert doped_composition(niobium, LLZO).almost_equals(balanced)
    alone = doped_composition(niobium, LLZO, compensated=False)
    assert alone.almost_equals(Composition("Li7La3Zr1.5Nb0.5O12"))


def test_too_little_lithium_is_refused() -> None:
    with pytest.raises(InputError, match="too little Li; choose a smaller x"):
        doped_composition(dopant("W", 6, "Li", 2.0), LLZO)
