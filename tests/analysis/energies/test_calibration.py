"""The measured errors of engines: how they are made, and that the committed ones follow."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.balance import Balance
from analysis.energies.calibration import (
    Exchange,
    Sample,
    calibration_crystals,
    crystals_of,
    error_document,
    garnet_exchanges,
    oxide_exchanges,
    samples_of,
    summary,
    table_text,
)
from analysis.energies.engine_errors import shipped_error_tables
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.energies.ternary_oxides import dopant_of, error_of, from_oxides, within_exchange

MEASURED = [table for table in shipped_error_tables() if "samples" in table]


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
    found = error_document(samples, [], [])
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
    assert set(error_document(samples, [], [])["elements"]) == {"Al"}


@pytest.mark.parametrize(
    "table", MEASURED, ids=lambda table: f"{table['engine']}-{table['version']}"
)
def test_committed_summaries_follow_from_the_committed_samples(table: dict[str, Any]) -> None:
    samples = [Sample(*each) for each in table["samples"]]
    assert summary([sample.error for sample in samples]) == table["overall"]
    for element, figures in table["elements"].items():
        assert summary([s.error for s in samples if s.element == element]) == figures
    assert len(table["garnets"]) == 9


def test_an_engine_that_repeats_the_table_has_no_error() -> None:
    exchanges, left = oxide_exchanges()
    garnets = garnet_exchanges()
    assert (len(exchanges), len(garnets)) == (1006, 9)
    assert {each.reason for each in left} > {"valence of M unknown"}
    wanted = crystals_of([*exchanges, *garnets])
    elements = {e.symbol for formula in wanted for e in Composition(formula)}
    energies = {
        formula: table_phases({e.symbol for e in Composition(formula)} & elements)
        .phase(formula)
        .formation_energy_per_atom
        for formula in wanted
    }
    samples, more = samples_of([*exchanges, *garnets], energies)
    assert more == []
    assert max(abs(sample.error) for sample in samples) == 0.0


def test_a_phase_that_the_engine_cannot_compute_is_left_out() -> None:
    exchange = Exchange("LiAlO2", "Al", from_oxides(Composition("LiAlO2"), "Al"))
    samples, left = samples_of([exchange], {"LiAlO2": -6.0, "Li2O": -5.0})
    assert samples == []
    assert left[0].reason == "the engine cannot take a crystal"


def test_the_crystals_are_those_of_their_formulas() -> None:
    for formula, (_, crystal) in calibration_crystals().items():
        assert crystal.composition.reduced_formula == formula
        assert len(crystal) <= 120


def test_a_table_is_written_with_a_sample_a_line() -> None:
    table = error_document([Sample("LiAlO2", "Al", "mp-1", 0.1)] * 5, [], [])
    assert '  [ "LiAlO2", "Al", "mp-1", 0.1 ],\n' in table_text(table)


@pytest.mark.skipif(find_spec("chgnet") is None, reason="chgnet is not installed")
@pytest.mark.filterwarnings("ignore")
def test_chgnet_reproduces_the_committed_errors() -> None:
    from makers.engines.registry import relax_maker

    (table,) = (each for each in MEASURED if each["engine"] == "chgnet")
    exchanges = [e for e in oxide_exchanges()[0] if e.formula in {"LaScO3", "Li3NbO4"}]
    crystals = crystals_of(exchanges)
    maker: Any = relax_maker("chgnet", {})
    found = maker.energies(list(crystals.values()))
    energies = {
        formula: energy / len(crystals[formula])
        for formula, energy in zip(crystals, found, strict=True)
    }
    samples, left = samples_of(exchanges, energies)
    expected = {f: error for f, _, _, error in table["samples"] if f in {"LaScO3", "Li3NbO4"}}
    assert left == []
    assert {s.formula: s.error for s in samples} == pytest.approx(expected, abs=2e-3)
