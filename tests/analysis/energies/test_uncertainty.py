"""Uncertainty of reaction-energy differences: what can be worked out by hand."""

from __future__ import annotations

import json
import math

import pytest
from pymatgen.core import Composition

from analysis.data import TABLES
from analysis.energies.engine_errors import (
    EngineError,
    engine_error,
    find_error,
    force_threshold_error,
    known_error,
    nonmetals_of,
    pooled,
    shipped_error_table,
    structure_error,
)
from analysis.energies.uncertainty import reaction_energy_uncertainty
from analysis.structures.dopants import Compound, Dopant

FIND = "analysis.energies.uncertainty.find_error"
ERRORS = EngineError(overall=0.5, elements={"Al": 0.4, "Ta": 0.3}, forces=0.0)


def compound(*dopants: tuple[str, int, str, float]) -> Compound:
    return Compound(
        dopants=tuple(
            Dopant(element=element, valence=valence, site=site, concentration=x)
            for element, valence, site, x in dopants
        )
    )


AL = compound(("Al", 3, "Li", 0.25))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> EngineError:
    """Put round numbers in the place of the measured ones."""
    monkeypatch.setattr(FIND, lambda *_: ERRORS)
    return ERRORS


def u(compound: Compound, *energies: float) -> float:
    value, _ = reaction_energy_uncertainty(compound, energies=energies, engine="chgnet")
    assert value is not None
    return value


@pytest.mark.usefixtures("engine")
def test_engine_part_is_the_elements_error_times_its_amount() -> None:
    assert u(AL, -1.0) == pytest.approx(0.4 * 0.25)
    assert u(compound(("Al", 3, "Li", 0.75)), -1.0) == pytest.approx(0.4 * 0.75)


@pytest.mark.usefixtures("engine")
def test_parts_add_in_quadrature() -> None:
    # engine 0.4 * 0.25 = 0.1; the standard deviation of -1.0 and -1.2 is 0.2 / sqrt(2)
    assert u(AL, -1.0, -1.2) == pytest.approx(math.sqrt(0.1**2 + 0.02))


def test_forces_add_in_quadrature(monkeypatch: pytest.MonkeyPatch) -> None:
    known = EngineError(overall=0.0, elements={"Al": 0.12}, forces=0.04)
    monkeypatch.setattr(FIND, lambda *_: known)
    assert u(AL, -1.0) == pytest.approx(0.05)  # 0.03 and 0.04


@pytest.mark.usefixtures("engine")
def test_two_elements_add_in_quadrature() -> None:
    both = compound(("Al", 3, "Li", 0.25), ("Ta", 5, "Zr", 0.25))
    assert u(both, -1.0) == pytest.approx(0.25 * 0.5)


@pytest.mark.usefixtures("engine")
def test_one_element_on_two_sites_shares_its_error() -> None:
    both = compound(("Al", 3, "Li", 0.25), ("Al", 3, "Zr", 0.25))
    assert u(both, -1.0) == pytest.approx(0.4 * 0.5)


@pytest.mark.usefixtures("engine")
def test_element_without_a_figure_takes_that_of_all_and_says_so() -> None:
    tin = compound(("Sn", 4, "Zr", 0.5))
    value, notes = reaction_energy_uncertainty(tin, energies=[-1.0, -1.0], engine="chgnet")
    assert value == pytest.approx(0.5 * 0.5)
    assert len(notes) == 1
    assert "for Sn" in notes[0]


def test_host_has_no_uncertainty_whatever_the_engine() -> None:
    host = Compound(dopants=())
    assert reaction_energy_uncertainty(host, energies=[-1.0], engine="other") == (0.0, ())


@pytest.mark.usefixtures("engine")
def test_single_arrangement_is_noted() -> None:
    _, notes = reaction_energy_uncertainty(AL, energies=[-1.0], engine="chgnet")
    assert ["only one was relaxed" in note for note in notes] == [True]


@pytest.mark.usefixtures("engine")
def test_several_arrangements_need_no_note() -> None:
    assert reaction_energy_uncertainty(AL, energies=[-1.0, -1.1], engine="chgnet")[1] == ()


def test_unknown_engine_gives_null_and_names_it() -> None:
    value, notes = reaction_energy_uncertainty(AL, energies=[-1.0], engine="abacus")
    assert value is None
    assert "abacus" in notes[0]


@pytest.mark.parametrize("engine", ["chgnet", "vasp"])
def test_charge_imbalance_gives_null_with_the_reason(engine: str) -> None:
    value, notes = reaction_energy_uncertainty(
        AL, energies=[-1.0], engine=engine, charge_balanced=False
    )
    assert value is None
    assert "valences do not balance" in notes[0]


def test_engine_name_is_read_in_any_case() -> None:
    upper, lower = (
        reaction_energy_uncertainty(AL, energies=[-1.0, -1.1], engine=name)
        for name in ("CHGNet", "chgnet")
    )
    assert upper == lower


def test_vasp_counts_numerical_errors_and_says_what_is_missing() -> None:
    value, notes = reaction_energy_uncertainty(AL, energies=[-1.0, -1.0], engine="vasp")
    assert value == pytest.approx(0.005 * 0.25)
    assert "experiment" in notes[0]


def test_force_threshold_error_is_the_rms_of_compound_minus_host() -> None:
    def crystal(loose: float, units: int | None) -> dict[str, object]:
        return {"energy": {"0.1": loose, "0.03": -10.0}, "formula_units": units}

    document = {"host": "H", "loose": "0.1", "tight": "0.03"}
    # left over per f.u.: host 1; compounds 1 + 3 and 1 - 1; the oxide is no garnet
    crystals = {
        "H": crystal(-8.0, 2),
        "H:A": crystal(-2.0, 2),
        "H:B": crystal(-10.0, 2),
        "oxide": crystal(0.0, None),
    }
    expected = math.sqrt((3**2 + 1**2) / 2)
    assert force_threshold_error({**document, "crystals": crystals}) == pytest.approx(expected)


def test_an_element_shares_the_error_of_all_elements() -> None:
    # 10 errors of 0.1 and ten of 0.3: mean square (0.01 + 0.09) / 2
    found = pooled({"n": 10, "rms": 0.1}, {"n": 500, "rms": 0.3})
    assert found == pytest.approx(math.sqrt(0.05))


def test_many_oxides_outweigh_the_others() -> None:
    assert pooled({"n": 10_000, "rms": 0.1}, {"n": 1, "rms": 0.3}) == pytest.approx(0.1, abs=1e-3)


def test_structure_error_is_what_the_oxides_do_not_explain() -> None:
    oxides = EngineError(overall=0.3, elements={"Ta": 0.1}, forces=0.0)
    garnets = [("A", "Ta", "mp-1", 0.5), ("B", "Sn", "mp-2", -0.5)]
    # mean square 0.25, of which (0.01 + 0.09) / 2 was to be expected
    assert structure_error(garnets, oxides) == pytest.approx(math.sqrt(0.2))


def test_garnets_better_than_the_oxides_promise_add_nothing() -> None:
    oxides = EngineError(overall=0.3, elements={}, forces=0.0)
    assert structure_error([("A", "Ta", "mp-1", 0.1)], oxides) == 0


def test_structure_adds_in_quadrature_to_each_element(monkeypatch: pytest.MonkeyPatch) -> None:
    known = EngineError(overall=0.0, elements={"Al": 0.12}, forces=0.0, structure=0.16)
    monkeypatch.setattr(FIND, lambda *_: known)
    assert u(AL, -1.0) == pytest.approx(0.25 * 0.2)


def test_committed_chgnet_figures_are_the_ones_used() -> None:
    chgnet = shipped_error_table("chgnet")
    oxides = pooled(chgnet["elements"]["Al"], chgnet["overall"])
    rms = math.hypot(oxides, known_error("chgnet").structure)
    forces = force_threshold_error(json.loads((TABLES / "force_threshold.json").read_text()))
    value, _ = reaction_energy_uncertainty(AL, energies=[-1.0, -1.0], engine="chgnet")
    assert value == pytest.approx(math.hypot(0.25 * rms, forces))


def test_a_version_that_was_not_measured_is_not_known() -> None:
    assert find_error("chgnet", "0.3.0") == find_error("chgnet")
    assert find_error("chgnet", "0.2.0") is None
    assert find_error("vasp", "6.4.2") == find_error("vasp")  # its table is for every version


def test_an_error_that_a_user_has_measured_counts() -> None:
    table = {"overall": {"n": 9, "rms": 0.4}, "elements": {}, "forces": 0.03}
    value, notes = reaction_energy_uncertainty(
        AL, energies=[-1.0, -1.0], engine="abacus", error=engine_error(table)
    )
    assert value == pytest.approx(math.hypot(0.25 * 0.4, 0.03))
    assert notes == ()


def test_an_engine_without_a_figure_for_forces_takes_the_measured_one() -> None:
    table = {"overall": {"n": 9, "rms": 0.4}}
    assert engine_error(table).forces == known_error("chgnet").forces > 0
    assert known_error("vasp").forces == 0


KINDS = {
    "Li7La3Zr2O12": "O",
    "Li10GeP2S12": "P-S",
    "Li6PS5Cl": "Cl-P-S",
    "Na3Zr2Si2PO12": "O-P",
    "Li3YCl6": "Cl",
    "Li3N": "N",
    "Li2ZrSiO5": "O",
}


def test_hosts_are_told_apart_by_their_nonmetals() -> None:
    assert {each: nonmetals_of(Composition(each)) for each in KINDS} == KINDS


def test_abroad_the_error_of_oxides_is_not_claimed() -> None:
    for formula, kind in KINDS.items():
        value, notes = reaction_energy_uncertainty(
            AL, energies=[-1.0, -1.1], engine="chgnet", host=Composition(formula)
        )
        assert (value is None) == (kind != "O")
        said = f"the nonmetals here are {kind}, those of the compounds it was measured on O"
        assert any(said in note for note in notes) == (kind != "O")


def test_an_error_measured_on_such_phases_counts() -> None:
    table = shipped_error_table("chgnet") | {"nonmetals": ["O", "P-S"]}
    sulfide, halide = Composition("Li10GeP2S12"), Composition("Li3YCl6")
    error = engine_error(table)
    given = {"energies": [-1.0, -1.1], "engine": "chgnet", "error": error}
    found, _ = reaction_energy_uncertainty(AL, **given, host=sulfide)  # type: ignore[arg-type]  # of all kinds
    assert found == reaction_energy_uncertainty(AL, **given)[0]  # type: ignore[arg-type]  # of all kinds
    assert reaction_energy_uncertainty(AL, **given, host=halide)[0] is None  # type: ignore[arg-type]  # of all kinds


def test_numerical_errors_hold_for_every_kind_and_those_of_pbe_do_not() -> None:
    error = known_error("vasp")
    assert error.abroad(Composition("Li3YCl6")) is None
    assert "the functional's error" in str(error.abroad(Composition("Li3YCl6"), functional=True))
    assert error.abroad(Composition("Li7La3Zr2O12"), functional=True) is None
