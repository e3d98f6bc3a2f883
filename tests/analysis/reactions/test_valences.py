import numpy as np
import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.reactions.competition import competition
from analysis.reactions.valences import ion_charges, phase_valences
from analysis.structures.host import builtin_host

LLZO = {"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0}


def _valences(element: str, formulas: list[str], charges: dict[str, float]) -> dict[str, float]:
    elements = sorted({e.symbol for formula in formulas for e in Composition(formula)})
    names = dict.fromkeys([*formulas, *elements])
    phases = ReferencePhases(
        source="a test",
        scheme=MATERIALS_PROJECT_2019,
        phases=tuple(Phase(formula=name, formation_energy_per_atom=0) for name in names),
    )
    rivals = competition(phases, elements)
    found = dict(zip(rivals.formulas, phase_valences(rivals, element, charges), strict=True))
    return {formula: found[formula] for formula in formulas}


def test_the_other_elements_charges_leave_the_valence() -> None:
    found = _valences("Fe", ["LaFeO3", "Fe3O4", "Li2FeO4"], LLZO)
    assert found == pytest.approx({"LaFeO3": 3, "Fe3O4": 8 / 3, "Li2FeO4": 6})


def test_elements_are_at_zero_and_alloys_below() -> None:
    found = _valences("Al", ["Al", "AlLi", "Zr3Al"], LLZO)
    assert found == pytest.approx({"Al": 0, "AlLi": -1, "Zr3Al": -12})


def test_a_phase_without_the_element_has_no_valence() -> None:
    assert np.isnan(_valences("Al", ["Al2O3", "La2O3"], LLZO)["La2O3"])


def test_a_cation_of_the_host_is_an_anion_where_nothing_is_more_electronegative() -> None:
    # P5+ of a phosphate host, P3- in the phosphide.
    charges = {"Li": 1.0, "P": 5.0, "O": -2.0}
    found = _valences("Ca", ["Ca3P2", "Ca3(PO4)2", "CaO"], charges)
    assert found == pytest.approx({"Ca3P2": 2, "Ca3(PO4)2": 2, "CaO": 2})


def test_a_metalloid_of_the_host_makes_alloys() -> None:
    assert _valences("Ca", ["Ca2Si"], {"Si": 4.0})["Ca2Si"] == pytest.approx(-2)


def test_a_missing_charge_is_refused() -> None:
    with pytest.raises(InputError, match="No charge of Zr"):
        _valences("Al", ["Zr3Al"], {"Li": 1.0})


def test_a_hosts_charges_are_those_of_its_ions() -> None:
    assert ion_charges(builtin_host()) == LLZO


def test_an_electrode_brings_the_charge_of_its_ion() -> None:
    assert ion_charges(builtin_host(), ["Li", "Na"]) == {**LLZO, "Na": 1.0}


def test_an_electrode_that_is_never_a_cation_is_refused() -> None:
    with pytest.raises(InputError, match="F of the electrode has no positive valence"):
        ion_charges(builtin_host(), ["F"])
