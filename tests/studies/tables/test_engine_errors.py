"""The measured errors of the force field: how they are made, and that the committed ones follow."""

from __future__ import annotations

import gzip
import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.data import TABLES
from analysis.energies.balance import Balance
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from studies.tables.engine_errors import (
    ERRORS_FILE,
    Sample,
    chgnet_energies,
    document,
    measure,
    summary,
)
from studies.tables.reference_tables import STRUCTURE_FILE
from studies.tables.ternary_oxides import (
    dopant_of,
    error_of,
    from_oxides,
    ternaries,
    within_exchange,
)

CRYSTALS = Path(__file__).parents[2] / "data" / "ternary_oxides.jsonl"


def coefficients(formula: str, element: str) -> dict[str, float]:
    return from_oxides(Composition(formula), element).coefficients


@pytest.mark.parametrize(
    ("formula", "element"),
    [("LiAlO2", "Al"), ("Li2ZrO3", None), ("Al2O3", None), ("LiAl", None), ("Li2CO3", None)],
)
def test_dopant_of_names_the_m_of_ternary_oxides_only(formula: str, element: str | None) -> None:
    assert dopant_of(Composition(formula)) == element


def test_ternary_is_a_sum_of_valence_matched_oxides() -> None:
    assert coefficients("Li3NbO4", "Nb") == pytest.approx({"Li2O": 1.5, "Nb2O5": 0.5})
    assert coefficients("LaAlO3", "Al") == pytest.approx({"La2O3": 0.5, "Al2O3": 0.5})


def test_mean_valence_is_bracketed_by_two_oxides_of_m() -> None:
    # Mn3.5+ in LiMn2O4: 1/2 Li2O + 1/2 Mn2O3 + MnO2
    found = coefficients("LiMn2O4", "Mn")
    assert found == pytest.approx({"Li2O": 0.5, "Mn2O3": 0.5, "MnO2": 1.0})


def test_impossible_valence_is_refused() -> None:
    with pytest.raises(InputError, match="valence of M unknown"):
        from_oxides(Composition("LiAlO3"), "Al")  # Al5+


def test_error_is_engine_minus_table_per_atom_of_m() -> None:
    phases = ReferencePhases(
        source="test",
        scheme=MATERIALS_PROJECT_2019,
        phases=(
            Phase(formula="Li2O", formation_energy_per_atom=-2.0),
            Phase(formula="Al2O3", formation_energy_per_atom=-3.0),
            Phase(formula="LiAlO2", formation_energy_per_atom=-3.1),
        ),
    )
    oxides = Balance(coefficients={"Li2O": 0.5, "Al2O3": 0.5}, metal="Li")
    # eV per f.u. from oxides: the table says -12.4 + 3.0 + 7.5, the engine -24 + 7.5 + 15
    error = error_of(
        "LiAlO2",
        -6.0,
        oxides,
        element="Al",
        phases=phases,
        crystal_energies={"Li2O": -5.0, "Al2O3": -6.0},
    )
    assert error == pytest.approx(0.4)


def test_phases_with_more_partner_than_a_dopant_displaces_are_kept_apart() -> None:
    assert within_exchange(Composition("Li7NbO6"), "Nb")
    assert not within_exchange(Composition("Li8SnO6"), "Sn")
    assert not within_exchange(Composition("Y2Zr8O19"), "Y")
    samples = [Sample("Li3NbO4", "Nb", "mp-1", 0.2), Sample("Li8SnO6", "Sn", "mp-2", -9.0)]
    found = document(samples, [])
    assert found["overall"]["rms"] == 0.2
    assert found["beyond_exchange"]["rms"] == 9.0


def test_summary_of_a_worked_example() -> None:
    # mean 0.2, mean square (0.01 + 0.01 + 0.49) / 3 = 0.17, median 0.1, deviations 0.2, 0, 0.6
    assert summary([-0.1, 0.1, 0.7]) == {
        "n": 3,
        "mean": pytest.approx(0.7 / 3, abs=1e-5),
        "rms": pytest.approx(0.17**0.5, abs=1e-5),
        "robust_sigma": pytest.approx(1.4826 * 0.2, abs=1e-5),
    }


def test_only_elements_with_five_oxides_have_a_figure_of_their_own() -> None:
    samples = [Sample(f"LiAl{n}O2", "Al", "mp-1", 0.1) for n in range(1, 6)]
    samples += [Sample(f"LiGa{n}O2", "Ga", "mp-1", 0.1) for n in range(1, 5)]
    assert set(document(samples, [])["elements"]) == {"Al"}


def test_committed_summaries_follow_from_the_committed_samples() -> None:
    chgnet = json.loads((TABLES / ERRORS_FILE).read_text())["chgnet"]
    samples = [Sample(*each) for each in chgnet["samples"]]
    assert summary([sample.error for sample in samples]) == chgnet["overall"]
    for element, figures in chgnet["elements"].items():
        assert summary([s.error for s in samples if s.element == element]) == figures


def test_crystals_found_after_2019_are_left_out(tmp_path: Path) -> None:
    lines = CRYSTALS.read_text().splitlines()
    newer = json.dumps(json.loads(lines[0]) | {"mpid": "mp-2000000"})
    packed(tmp_path, [*lines, newer])
    found = ternaries(tmp_path / STRUCTURE_FILE, ["Li3NbO4", "LaScO3"])
    assert sum(map(len, found.values())) == len(lines)


@pytest.mark.skipif(find_spec("chgnet") is None, reason="chgnet is not installed")
@pytest.mark.filterwarnings("ignore")
def test_chgnet_reproduces_the_committed_errors(tmp_path: Path) -> None:
    packed(tmp_path, CRYSTALS.read_text().splitlines())
    formulas = {"LaScO3": "Sc", "Li3NbO4": "Nb"}
    samples, left = measure(tmp_path, chgnet_energies(), formulas)
    committed = json.loads((TABLES / ERRORS_FILE).read_text())["chgnet"]["samples"]
    expected = {formula: error for formula, _, _, error in committed if formula in formulas}
    assert left == []
    assert {s.formula: s.error for s in samples} == pytest.approx(expected, abs=2e-3)


def packed(folder: Path, lines: list[str]) -> None:
    with gzip.open(folder / STRUCTURE_FILE, "wt") as file:
        file.write("\n".join(lines) + "\n")
