import pytest

from analysis.base.errors import InputError
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.reactions.passivation import passivation

GAPS = {"Li2O": 5.0, "La2O3": 3.8, "Zr3O": 0.0, "Li5AlO4": 4.6, "ZrAl2": 0.0, "LiAlO2": None}
GAPS |= {"AlO": 2.0, "Al": 0.4, "Te": 0.2, "Si": None}


@pytest.fixture
def phases() -> ReferencePhases:
    listed = (
        Phase(formula=formula, formation_energy_per_atom=-1, band_gap=gap)
        for formula, gap in GAPS.items()
    )
    return ReferencePhases(source="a test", scheme=MATERIALS_PROJECT_2019, phases=tuple(listed))


def test_only_products_with_the_dopant_decide(phases: ReferencePhases) -> None:
    verdict = passivation({"Li2O": 7, "Zr3O": 1, "Li5AlO4": 0.25}, phases, dopant_elements=["Al"])
    assert verdict.deciding_phases == ["Li5AlO4"]
    assert verdict.passivating is True
    assert verdict.strictly_passivating is False  # Zr3O conducts


def test_one_conducting_phase_with_the_dopant_spoils_it(phases: ReferencePhases) -> None:
    verdict = passivation(["Li2O", "Li5AlO4", "ZrAl2"], phases, dopant_elements=["Al"])
    assert verdict.passivating is False


def test_all_products_above_the_threshold_passivate_strictly(phases: ReferencePhases) -> None:
    verdict = passivation(["Li2O", "La2O3", "Li5AlO4"], phases, dopant_elements=["Al"])
    assert verdict.strictly_passivating is True


def test_the_gaps_of_all_products_are_listed(phases: ReferencePhases) -> None:
    verdict = passivation(["Li2O", "Zr3O", "LiAlO2"], phases, dopant_elements=["Al"])
    assert verdict.product_band_gaps == {"Li2O": 5.0, "Zr3O": 0.0, "LiAlO2": None}


def test_a_gap_at_the_threshold_does_not_exceed_it(phases: ReferencePhases) -> None:
    assert passivation(["AlO"], phases, dopant_elements=["Al"]).passivating is False
    verdict = passivation(["AlO"], phases, dopant_elements=["Al"], threshold=1.9)
    assert verdict.passivating is True


def test_metallic_elements_have_no_gap_whatever_is_listed(phases: ReferencePhases) -> None:
    verdict = passivation(["Al"], phases, dopant_elements=["Al"], threshold=0.1)
    assert verdict.product_band_gaps == {"Al": 0.0}
    assert verdict.passivating is False


def test_other_elements_have_the_gap_that_is_listed(phases: ReferencePhases) -> None:
    verdict = passivation(["Te", "Si"], phases, dopant_elements=["Te"], threshold=0.1)
    assert verdict.product_band_gaps == {"Te": 0.2, "Si": None}
    assert verdict.passivating is True


def test_a_missing_gap_of_a_deciding_phase_leaves_the_verdict_open_and_is_named(
    phases: ReferencePhases,
) -> None:
    verdict = passivation(["LiAlO2", "ZrAl2"], phases, dopant_elements=["Al"])
    assert verdict.passivating is None
    assert verdict.notes == ("No band gap of LiAlO2 is listed: whether it passivates is open",)


def test_a_missing_gap_of_another_phase_leaves_only_the_strict_verdict_open(
    phases: ReferencePhases,
) -> None:
    verdict = passivation(["Li5AlO4", "Si"], phases, dopant_elements=["Al"])
    assert verdict.passivating is True
    assert verdict.strictly_passivating is None


def test_without_a_dopant_nothing_decides_and_the_note_says_so(phases: ReferencePhases) -> None:
    verdict = passivation(["Li2O", "La2O3"], phases, dopant_elements=[])
    assert verdict.passivating is None
    assert verdict.strictly_passivating is True
    assert verdict.notes == (
        "No product contains a dopant (there is none): no phase decides, passivating is null",
    )


def test_each_of_several_dopants_decides(phases: ReferencePhases) -> None:
    verdict = passivation(["Li2O", "Li5AlO4", "Te"], phases, dopant_elements=["Al", "Te"])
    assert verdict.deciding_phases == ["Li5AlO4", "Te"]
    assert verdict.passivating is False


def test_gaps_of_the_projects_table_serve() -> None:
    phases = table_phases(["Li", "La", "Zr", "O", "Al"])
    verdict = passivation(["La2O3", "Li5AlO4", "Zr"], phases, dopant_elements=["Al"])
    assert verdict.passivating is True
    assert verdict.product_band_gaps["Zr"] == 0


def test_an_unknown_product_is_named(phases: ReferencePhases) -> None:
    with pytest.raises(InputError, match="Ta2O5 is not among the reference phases"):
        passivation(["Ta2O5"], phases, dopant_elements=["Ta"])


def test_an_unknown_dopant_is_named(phases: ReferencePhases) -> None:
    with pytest.raises(InputError, match="'Qq' is not an element"):
        passivation(["Li2O"], phases, dopant_elements=["Qq"])


def test_a_deciding_gap_within_its_error_of_the_threshold_decides_nothing(
    phases: ReferencePhases,
) -> None:
    verdict = passivation(["Li2O", "AlO"], phases, dopant_elements=["Al"], gap_error=0.3)
    assert verdict.passivating is None
    assert "The band gap of AlO, 2.00 eV, differs from the limit of 2 eV" in verdict.notes[0]


def test_a_phase_that_surely_conducts_decides_alone(phases: ReferencePhases) -> None:
    verdict = passivation(["AlO", "ZrAl2"], phases, dopant_elements=["Al"], gap_error=0.3)
    assert verdict.passivating is False
