from collections.abc import Collection

import numpy as np
import pytest
from pymatgen.core import Composition

from analysis.energies.engine_disagreement import engine_disagreements
from analysis.energies.phases import Phase, ReferencePhases, elements_of
from analysis.energies.reference_phases import table_phases, whole_table
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.reactions.competition import Competition, competition
from analysis.reactions.suspects import (
    DEEP,
    DISAGREEMENT,
    Suspicion,
    inverse_distance,
    suspicions,
    usual_valences,
)

CHARGES = {"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0}


def _system(energies: dict[str, float]) -> Competition:
    """Build a system from formation energies in eV/atom."""
    phases = tuple(Phase(formula=f, formation_energy_per_atom=e) for f, e in energies.items())
    elements = {e.symbol for formula in energies for e in Composition(formula)}
    source = ReferencePhases(source="a test", scheme=MATERIALS_PROJECT_2019, phases=phases)
    return competition(source, elements)


def _suspicions(formula: str, element: str, valence: float) -> Collection[Suspicion]:
    elements = {e.symbol for e in Composition(formula)} | {element}
    rivals = competition(table_phases(elements), elements)
    return suspicions(
        rivals,
        rivals.formulas.index(formula),
        charges={**CHARGES, element: valence},
        disagreements=engine_disagreements(),
    )


def test_the_hull_without_a_phase_lies_above_it() -> None:
    rivals = _system({"Li": 0.0, "N2": 0.0, "Li3N": -0.4, "LiN": -0.6})
    # Half way between Li and LiN is -0.3, and Li3N lies 0.1 lower.
    assert inverse_distance(rivals, rivals.formulas.index("Li3N")) == pytest.approx(-0.1)
    # LiN without it: 2/3 Li3N and 1/3 N2 in atoms.
    lower = -0.6 + 2 / 3 * 0.4
    assert inverse_distance(rivals, rivals.formulas.index("LiN")) == pytest.approx(lower)


def test_phases_of_further_elements_are_no_neighbours() -> None:
    alone = _system({"Li": 0.0, "O2": 0.0, "Li2O": -2.0})
    more = _system({"Li": 0.0, "O2": 0.0, "Li2O": -2.0, "Zr": 0.0, "LiZr": -9.0})
    distances = [inverse_distance(each, each.formulas.index("Li2O")) for each in (alone, more)]
    assert distances == pytest.approx([-2.0, -2.0])


def test_a_phase_above_the_hull_of_the_others_is_as_far_above_it() -> None:
    rivals = _system({"Li": 0.0, "O2": 0.0, "Li2O": -2.0, "LiO": -1.0})
    # Li2O and O2: 3/4 of -2.
    assert inverse_distance(rivals, rivals.formulas.index("LiO")) == pytest.approx(0.5)


def test_thorium_hangs_on_a_deep_phase_that_the_engine_does_not_see() -> None:
    assert _suspicions("La2Th8O19", "Th", 4) == (Suspicion.DEEP, Suspicion.ENGINE)


@pytest.mark.parametrize("element", ["Sc", "Y", "Nd", "Sm", "Tb", "Dy", "Ho", "Tm"])
def test_the_engine_does_not_see_the_fluorites_of_zirconium(element: str) -> None:
    formula = Composition(f"{element}2Zr8O19").reduced_formula
    assert _suspicions(formula, element, 3) == (Suspicion.ENGINE,)


def test_a_salt_of_protactinium_is_deep_where_its_oxide_is_missing() -> None:
    assert _suspicions("LaPaO4", "Pa", 5) == (Suspicion.DEEP,)
    assert "Pa2O5" not in whole_table().by_formula


@pytest.mark.parametrize(
    ("formula", "element", "valence"),
    [
        ("CeO", "Ce", 3),
        ("YO", "Y", 3),
        ("PaO3", "Pa", 5),
        ("LaTmO2", "Tm", 3),
        ("Zr4O", "Y", 3),
    ],
)
def test_an_oxide_of_an_unknown_valence_is_suspect(
    formula: str, element: str, valence: float
) -> None:
    assert Suspicion.VALENCE in _suspicions(formula, element, valence)


@pytest.mark.parametrize(
    ("formula", "element", "valence"),
    [
        ("Fe3O4", "Fe", 3),
        ("Ti2O3", "Ti", 4),
        ("Li2O2", "Li", 1),
        ("LaTiO3", "Ti", 4),
        ("LaIO", "I", 5),
    ],
)
def test_mixed_measured_and_peroxide_valences_are_known(
    formula: str, element: str, valence: float
) -> None:
    assert _suspicions(formula, element, valence) == ()


def test_a_wrong_potential_taints_compounds_but_not_the_element() -> None:
    assert _suspicions("Yb2O3", "Yb", 3) == (Suspicion.POTENTIAL,)
    assert _suspicions("Yb", "Yb", 3) == ()


def test_usual_valences_are_common_or_measured() -> None:
    assert usual_valences("Ti") == pytest.approx((2, 3, 10 / 3, 3.5, 4))


def test_without_an_engine_nothing_disagrees() -> None:
    assert engine_disagreements("vasp") == {}


def test_an_engine_disagrees_with_few_phases() -> None:
    far = [formula for formula, each in engine_disagreements().items() if abs(each) > DISAGREEMENT]
    assert len(engine_disagreements()) == 1006
    assert len(far) == 16


def test_deep_phases_are_rare() -> None:
    # 2.5 % of those of three and more elements on the hull of their neighbours.
    table = whole_table()
    systems = {elements_of(phase.formula) for phase in table.phases}
    distances = []
    for elements in systems:
        if len(elements) < 3:
            continue
        rivals = competition(table.within(elements), elements)
        full = np.flatnonzero((rivals.fractions > 0).all(axis=0))
        distances += [inverse_distance(rivals, column) for column in full.tolist()]
    on_hull = [distance for distance in distances if distance < 0]
    deep = sum(distance < -DEEP for distance in on_hull)
    assert deep / len(on_hull) == pytest.approx(0.025, abs=0.005)
