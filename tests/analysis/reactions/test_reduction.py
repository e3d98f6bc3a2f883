import pytest
from pymatgen.core import Composition

from analysis.base.reasons import Reason, reason_of
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.reactions.reduction import ReductionMargin, reduction_margins
from analysis.structures.dopants import Dopant

# The compound is a mixture of Li2O and the dopant's oxide: a compound is no product of itself.
CHARGES = {"Li": 1, "Na": 1, "Zr": 4, "P": 5, "O": -2}
ELEMENTS = {"Li": 0.0, "O2": 0.0, "Li2O": -6.0}
# eV per formula. TiO2 is reduced to TiO at 1 V, and that to Ti at 0.5 V.
TITANIA = {**ELEMENTS, "Ti": 0.0, "TiO": -5.0, "TiO2": -9.0}
# MgO outweighs Li2O by 1 eV.
MAGNESIA = {**ELEMENTS, "Mg": 0.0, "MgO": -7.0}


def _phases(energies: dict[str, float]) -> ReferencePhases:
    """Build phases from formation energies in eV per formula as written."""
    found = (
        Phase(formula=f, formation_energy_per_atom=energy / Composition(f).num_atoms)
        for f, energy in energies.items()
    )
    return ReferencePhases(source="a test", scheme=MATERIALS_PROJECT_2019, phases=tuple(found))


def _ion(element: str, valence: int, x: float = 1.0) -> Dopant:
    return Dopant(element=element, valence=valence, site="Zr", concentration=x)


def _margin(
    formula: str, energies: dict[str, float], element: str, valence: int, electrode: str = "Li"
) -> ReductionMargin:
    (margin,) = reduction_margins(
        Composition(formula),
        [_ion(element, valence)],
        _phases(energies),
        charges=CHARGES,
        electrode=electrode,
    )
    return margin


def test_a_margin_is_the_best_reduced_products_minus_the_best_kept_ones() -> None:
    # TiO2 stays (-9 eV), or TiO2 + 4 Li -> Ti + 2 Li2O (-12 eV).
    margin = _margin("Li2TiO3", TITANIA, "Ti", 4)
    assert margin.margin == pytest.approx(-3)
    assert margin.kept == {"TiO2": 1, "Li2O": 1}
    assert margin.reduced == {"Ti": 1, "Li2O": 3}
    assert margin.notes == ()


def test_the_potential_is_where_the_first_reduction_begins() -> None:
    # At V, TiO + Li2O - 2 mu costs -11 + 2 V, and at 1 V as much as TiO2.
    assert _margin("Li2TiO3", TITANIA, "Ti", 4).potential == pytest.approx(1)


def test_a_positive_margin_has_a_negative_potential() -> None:
    # MgO + 2 Li -> Mg + Li2O costs 1 eV, 0.5 eV per electron.
    margin = _margin("Li2MgO2", MAGNESIA, "Mg", 2)
    assert margin.margin == pytest.approx(1)
    assert margin.potential == pytest.approx(-0.5)


def test_a_margin_is_per_dopant_atom() -> None:
    assert _margin("Li2Mg3O4", MAGNESIA, "Mg", 2).margin == pytest.approx(1)


def test_a_lower_valence_in_the_compound_is_kept_by_lower_oxides() -> None:
    # Of Ti2+ TiO is kept, and reduced by 1 eV.
    margin = _margin("Li2TiO2", TITANIA, "Ti", 2)
    assert margin.margin == pytest.approx(-1)
    assert margin.kept == {"TiO": 1, "Li2O": 1}


def test_a_higher_valence_counts_as_kept() -> None:
    # No oxide of Ti2+: TiO2 takes the oxygen of all Li2O, and is reduced to Ti again.
    without_monoxide = {formula: e for formula, e in TITANIA.items() if formula != "TiO"}
    margin = _margin("Li2TiO2", without_monoxide, "Ti", 2)
    assert margin.margin == pytest.approx(-12 + 9)
    assert margin.kept == {"TiO2": 1}


def test_an_alloy_with_the_electrode_is_reduced() -> None:
    margin = _margin("Li2MgO2", {**MAGNESIA, "LiMg": -1.5}, "Mg", 2)
    assert margin.margin == pytest.approx(1 - 1.5)
    assert margin.reduced == {"LiMg": 1, "Li2O": 2}


def test_a_phase_of_mixed_valence_is_reduced_as_a_whole() -> None:
    # Fe3O4 holds Fe of 8/3. 3 Fe2O3 + 2 Li -> 2 Fe3O4 + Li2O: -66 + 54 eV for 6 Fe.
    iron = {**ELEMENTS, "Fe": 0.0, "Fe2O3": -18.0, "Fe3O4": -30.0}
    margin = _margin("Li2Fe6O10", iron, "Fe", 3)
    assert margin.reduced == {"Fe3O4": 2, "Li2O": 2}
    assert margin.margin == pytest.approx(-2)


def test_phases_without_the_dopant_form_on_both_sides() -> None:
    # ZrO2 is reduced with or without Mg, and leaves no trace in the margin.
    both = {**MAGNESIA, "Zr": 0.0, "ZrO2": -10.0}
    margin = _margin("MgZrO3", both, "Mg", 2)
    assert margin.kept == {"MgO": 1, "Zr": 1, "Li2O": 2}
    assert margin.margin == pytest.approx(1)


def test_each_of_several_dopants_has_its_margin() -> None:
    margins = reduction_margins(
        Composition("MgTiO3"),
        [_ion("Mg", 2), _ion("Ti", 4)],
        _phases({**MAGNESIA, **TITANIA}),
        charges=CHARGES,
    )
    assert [(each.element, each.margin) for each in margins] == [
        ("Mg", pytest.approx(1)),
        ("Ti", pytest.approx(-3)),
    ]


def test_a_phase_of_two_dopants_has_the_other_in_its_valence() -> None:
    # MgTiO3 keeps both: Ti is 4+ where Mg is 2+.
    margins = reduction_margins(
        Composition("Li2MgTiO4"),
        [_ion("Mg", 2), _ion("Ti", 4)],
        _phases({**MAGNESIA, **TITANIA, "MgTiO3": -20.0}),
        charges=CHARGES,
    )
    assert [each.kept for each in margins] == [{"MgTiO3": 1, "Li2O": 1}] * 2


def test_one_ion_on_two_sites_has_one_margin() -> None:
    ions = [_ion("Mg", 2), Dopant(element="Mg", valence=2, site="Li", concentration=1)]
    margins = reduction_margins(Composition("LiMgO2"), ions, _phases(MAGNESIA), charges=CHARGES)
    assert len(margins) == 1


def test_a_margin_may_change_its_sign_more_than_once() -> None:
    # Li2MnO3 + 2 Li -> MnO + 2 Li2O costs 12 - 16 + 2 V, zero at 2 V. Above 3 V Li2O gives off
    # oxygen and Mn4+ is better lost again, MnO + O2 + 2 Li: 12 - 4 - 2 V, zero at 4 V.
    phases = {**ELEMENTS, "Mn": 0.0, "MnO": -4.0, "Li2MnO3": -12.0}
    assert _margin("Li4MnO4", phases, "Mn", 4).potential == pytest.approx(2)


def test_another_electrode_has_its_own_margin() -> None:
    # MgO + 2 Na -> Mg + Na2O: 7 - 4 eV.
    margin = _margin("Na2MgO2", {**MAGNESIA, "Na": 0.0, "Na2O": -4.0}, "Mg", 2, electrode="Na")
    assert margin.margin == pytest.approx(3)
    assert margin.potential == pytest.approx(-1.5)


def test_an_electrode_without_a_single_charge_has_no_potential() -> None:
    # TiO2 + 4 NaLi -> Ti + 2 Li2O + 4 Na.
    phases = {**TITANIA, "Na": 0.0, "NaLi": -0.4}
    margin = _margin("Li2TiO3", phases, "Ti", 4, electrode="NaLi")
    assert margin.margin == pytest.approx(-3 + 4 * 0.4)
    assert margin.potential is None
    assert reason_of(margin.notes[0]) is Reason.NO_VOLTAGE


def test_an_ion_of_the_electrode_has_no_margin() -> None:
    margin = _margin("Li4O2", {**ELEMENTS, "Li2O2": -6.5}, "Li", 1)
    assert margin.margin is None
    assert reason_of(margin.notes[0]) is Reason.OF_ELECTRODE


def test_no_phase_of_the_valence_leaves_the_margin_null_with_a_reason() -> None:
    # Nothing tabulated holds Ti5+.
    margin = _margin("LiTiO3", TITANIA, "Ti", 5)
    assert (margin.margin, margin.potential, margin.kept) == (None, None, None)
    assert reason_of(margin.notes[0]) is Reason.NO_PRODUCT_SET
    assert "Ti5+ keeps its valence" in margin.notes[0]


def test_a_margin_that_never_turns_has_no_potential() -> None:
    # AuO is unstable against its elements at every potential.
    margin = _margin("Li2AuO2", {**ELEMENTS, "Au": 0.0, "AuO": 1.0}, "Au", 2)
    assert margin.margin == pytest.approx(-7)
    assert margin.potential is None
    assert reason_of(margin.notes[0]) is Reason.NO_SIGN_CHANGE
