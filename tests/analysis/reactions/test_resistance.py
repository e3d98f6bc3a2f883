from statistics import NormalDist

import pytest
from pydantic import ValidationError
from pymatgen.core import Composition

from analysis.base.fields import Label
from analysis.base.probabilities import ProbabilityLimits, word_for
from analysis.base.reasons import Reason, reason_of
from analysis.energies.oxide_groups import OxideGroup
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.energies.scheme_changes import ANION_CHANGE
from analysis.energies.schemes import MATERIALS_PROJECT_2019, MATERIALS_PROJECT_2020, EnergyScheme
from analysis.reactions.electrode_reaction import Contact
from analysis.reactions.oxide_errors import Known, OxideErrors, errors_of
from analysis.reactions.phase_errors import TERNARY, WITHOUT_OXYGEN
from analysis.reactions.reduction import Sides, sides
from analysis.reactions.resistance import FLOOR, Case, Trust, trust
from analysis.structures.dopants import Dopant

CHARGES = {"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0}
# MgO is 0.2 eV too stable by the table, and measured with 0.12 eV.
MAGNESIA = Known("MgO", "Mg", OxideGroup.FITTED, 2, -6.8, 0.2, 0.12)
LITHIA = Known("Li2O", "Li", OxideGroup.FITTED, 1, -3.0, 0.0, 0.0)
ERRORS = OxideErrors(elements={"Mg": [MAGNESIA], "Li": [LITHIA]}, groups={}, interpolation=0.3)
PHASES = {"Li": 0.0, "O2": 0.0, "Li2O": -6.0, "Mg": 0.0, "MgO": -7.0}


def _sides(formula: str, energies: dict[str, float], element: str, valence: int) -> Sides:
    phases = ReferencePhases(
        source="a test",
        scheme=MATERIALS_PROJECT_2019,
        phases=tuple(
            Phase(formula=f, formation_energy_per_atom=e / Composition(f).num_atoms)
            for f, e in energies.items()
        ),
    )
    contact = Contact.between(
        Composition(formula), phases, electrode="Li", max_elements=3, exclude=[]
    )
    dopant = Dopant(element=element, valence=valence, site="Zr", concentration=1)
    return sides(contact, [dopant], CHARGES)[0]


def _magnesium(
    scheme: EnergyScheme = MATERIALS_PROJECT_2019, errors: OxideErrors = ERRORS, **more: float
) -> Trust:
    return trust(Case.of(_sides("Li2MgO2", {**PHASES, **more}, "Mg", 2), errors, scheme))


def _of_llzo(element: str, valence: int) -> Trust:
    composition = Composition(f"Li7La2.75{element}0.25Zr2O12")
    phases = table_phases({e.symbol for e in composition})
    contact = Contact.between(
        composition, phases, electrode="Li", max_elements=3, exclude=["Li7La3Zr2O12"]
    )
    dopant = Dopant(element=element, valence=valence, site="La", concentration=0.25)
    (side,) = sides(contact, [dopant], CHARGES)
    return trust(Case.of(side, errors_of(phases), phases.scheme))


def test_the_expected_error_is_taken_off_the_margin() -> None:
    # The table has m = 1 eV; a MgO of -6.8 eV leaves 0.8.
    assert _magnesium().expected_margin == pytest.approx(0.8)


def test_a_measured_oxide_leaves_its_own_uncertainty() -> None:
    assert _magnesium().standard_error == pytest.approx((0.12**2 + FLOOR**2) ** 0.5)


def test_the_probability_is_that_of_a_positive_margin() -> None:
    found = _magnesium()
    assert found.standard_error is not None
    expected = NormalDist(0.8, found.standard_error).cdf(0)
    assert found.probability == pytest.approx(1 - expected)


def test_a_ternary_oxide_adds_the_error_of_making_it() -> None:
    # Li2MgO2 is the compound; Li6MgO4 keeps Mg with 11 atoms per Mg.
    side = _sides("Li8MgO5", {**PHASES, "Li6MgO4": -26.0}, "Mg", 2)
    found = trust(Case.of(side, ERRORS, MATERIALS_PROJECT_2019))
    expected = (0.12**2 + (11 * TERNARY) ** 2 + FLOOR**2) ** 0.5
    assert found.standard_error == pytest.approx(expected)


def test_an_alloy_adds_the_error_of_alloys() -> None:
    found = _magnesium(LiMg=-1.5)
    expected = (0.12**2 + (2 * WITHOUT_OXYGEN) ** 2 + FLOOR**2) ** 0.5
    assert found.standard_error == pytest.approx(expected)
    assert found.expected_margin == pytest.approx(-0.7)


def test_an_ion_that_stays_what_it_is_has_no_part_in_the_error() -> None:
    # Zr is ZrO2 on both sides, whatever its error: -99 eV makes it the best.
    zirconia = Known("ZrO2", "Zr", OxideGroup.OTHER, 4, -11.0, 5.0, 3.0)
    errors = OxideErrors({**ERRORS.elements, "Zr": [zirconia]}, {}, 0.3)
    side = _sides("Li2MgZrO4", {**PHASES, "Zr": 0.0, "ZrO2": -99.0}, "Mg", 2)
    found, plain = trust(Case.of(side, errors, MATERIALS_PROJECT_2019)), _magnesium()
    assert found.expected_margin == pytest.approx(plain.expected_margin)
    assert found.standard_error == pytest.approx(plain.standard_error)


def test_an_anion_is_corrected_where_the_scheme_lacks_it() -> None:
    phases = {"Li": 0.0, "O2": 0.0, "Li2O": -6.0, "Te": 0.0, "TeO2": -4.0, "Li2Te": -3.0}
    dioxide = Known("TeO2", "Te", OxideGroup.OTHER, 4, -3.0, 0.0, 0.1)
    errors = OxideErrors({**ERRORS.elements, "Te": [dioxide]}, {}, 0.3)
    legacy, today = (
        trust(Case.of(_sides("Li2TeO3", phases, "Te", 4), errors, scheme))
        for scheme in (MATERIALS_PROJECT_2019, MATERIALS_PROJECT_2020)
    )
    assert today.expected_margin == pytest.approx(-12 - 3 + 4)
    assert legacy.expected_margin == pytest.approx(-11 + ANION_CHANGE["Te"])


def test_like_elements_stand_in_for_an_element_without_a_measured_oxide() -> None:
    found = _of_llzo("Ac", 3)
    assert [reason_of(note) for note in found.notes] == [Reason.NO_MEASURED_OXIDE]
    assert found.standard_error is not None
    assert found.standard_error > 0.5


def test_without_any_error_to_go_by_there_is_no_probability() -> None:
    found = _magnesium(errors=OxideErrors({"Li": [LITHIA]}, {}, 0.3))
    assert found.probability is None
    assert reason_of(found.notes[0]) is Reason.NO_PHASE_ERROR


def test_another_functional_has_no_probability() -> None:
    found = _magnesium(MATERIALS_PROJECT_2020.model_copy(update={"functional": "R2SCAN"}))
    assert found.probability is None
    assert reason_of(found.notes[0]) is Reason.NO_PHASE_ERROR


def test_a_wrong_potential_has_no_probability() -> None:
    found = _of_llzo("Yb", 3)
    assert found.probability is None
    assert reason_of(found.notes[0]) is Reason.WRONG_POTENTIAL


def test_hafnium_is_open_once_its_measured_oxide_counts() -> None:
    # The table has HfO2 0.54 eV too stable, of a margin of 0.61.
    found = _of_llzo("Hf", 4)
    assert found.expected_margin == pytest.approx(0.10, abs=0.01)
    assert found.probability is not None
    assert word_for(found.probability, Label, ProbabilityLimits()) is Label.UNDECIDED


@pytest.mark.parametrize(
    ("probability", "word"),
    [(0.9, Label.RESISTS), (0.89, Label.UNDECIDED), (0.1, Label.REDUCED)],
)
def test_a_word_follows_from_the_limits(probability: float, word: Label) -> None:
    assert word_for(probability, Label, ProbabilityLimits()) is word


def test_limits_on_the_wrong_side_are_refused() -> None:
    with pytest.raises(ValidationError):
        ProbabilityLimits(yes=0.4)
