"""Measuring an engine: energies are kept as they come, and nothing is computed twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Lattice, Structure

from analysis.base.errors import InputError
from makers import calibration
from makers.calibration import RELAXED, SINGLE, StoredEnergies, calibrate, table_name

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = {"engine": "toy", "version": "1"}


def test_energies_outlive_an_interruption(tmp_path: Path) -> None:
    first = StoredEnergies(tmp_path / "toy.jsonl", FIELDS)
    first.add(SINGLE, "Li2O", -4.5)
    first.add(SINGLE, "Cs", None)
    first.add(RELAXED, "Li2O", -4.6)
    with (tmp_path / "toy.jsonl").open("a") as file:
        file.write('{"part": "single point", "formula": "Na2O", "ener')  # killed while writing
    again = StoredEnergies(tmp_path / "toy.jsonl", FIELDS)
    assert again.of(SINGLE) == {"Li2O": -4.5}
    assert again.of(RELAXED) == {"Li2O": -4.6}
    assert (SINGLE, "Cs") in again.known
    assert (SINGLE, "Na2O") not in again.known
    again.add(SINGLE, "Na2O", -4.0)
    assert StoredEnergies(tmp_path / "toy.jsonl", FIELDS).of(SINGLE)["Na2O"] == -4.0


def test_energies_of_another_engine_are_not_mixed(tmp_path: Path) -> None:
    StoredEnergies(tmp_path / "toy.jsonl", FIELDS)
    with pytest.raises(InputError, match="another engine or settings: move it away"):
        StoredEnergies(tmp_path / "toy.jsonl", FIELDS | {"version": "2"})


def test_a_table_is_named_by_engine_and_version() -> None:
    assert table_name("mlff", "toy.Springs 1a2b") == "mlff-toy.Springs-1a2b.json"


def test_only_a_force_field_is_measured(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="vasp is not a force field"):
        calibrate("vasp", {}, tmp_path, step=lambda *_: None)


def test_a_whole_measurement_of_three_crystals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CHGNet on LiAlO2 from Li2O and Al2O3; started again, it computes nothing."""
    pytest.importorskip("chgnet")
    oxides, _ = calibration.oxide_exchanges()
    few = [each for each in oxides if each.formula == "LiAlO2"]
    monkeypatch.setattr(calibration, "oxide_exchanges", lambda: (few, []))
    monkeypatch.setattr(calibration, "garnet_exchanges", list)
    heard: list[tuple[str, int, int]] = []
    table = calibrate("chgnet", {}, tmp_path, step=lambda *each: heard.append(each))
    assert (table["engine"], table["version"]) == ("chgnet", "0.3.0")
    assert table["packages"]["chgnet"]
    assert [sample[:2] for sample in table["samples"]] == [["LiAlO2", "Al"]]
    assert heard[0] == (SINGLE, 0, 3)
    assert (SINGLE, 3, 3) in heard
    (kept,) = tmp_path.glob("*.jsonl")
    assert len(kept.read_text().splitlines()) == 4  # what it belongs to, and three energies
    before = kept.read_text()

    def refuse(*_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr("makers.engines.chgnet.chgnet_relax.ChgnetRelaxMaker.energies", refuse)
    again = calibrate("chgnet", {}, tmp_path, step=lambda *_: None)
    assert kept.read_text() == before
    assert json.dumps(again) == json.dumps(table)


def test_isolated_atoms_are_kept_as_what_cannot_be_computed(tmp_path: Path) -> None:
    pytest.importorskip("sevenn")
    from makers.engines.registry import relax_maker

    caesium = Structure(Lattice.cubic(6.14), ["Cs", "Cs"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    energies = StoredEnergies(tmp_path / "e.jsonl", FIELDS)
    maker = relax_maker("sevennet", {})
    calibration._single_points(maker, {"Cs": caesium}, energies, lambda *_: None)
    calibration._relaxations(maker, {"Cs": caesium}, energies, lambda *_: None)
    assert energies.known == {(SINGLE, "Cs"): None, (RELAXED, "Cs"): None}
