"""Force fields whose weights the user names: atomate2's list, and any calculator of ASE."""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from analysis.base.errors import InputError
from makers.engines.registry import relax_maker, resolve_files, unknown_elements

CALCULATOR = '''
"""Springs to a preferred distance: a calculator of ASE whose weights are a JSON file."""
import json
from ase.calculators.lj import LennardJones

class Springs(LennardJones):
    def __init__(self, file, rc=6.0):
        weights = json.load(open(file))
        super().__init__(sigma=weights["sigma"], epsilon=weights["epsilon"], rc=rc, smooth=True)
'''
TRAINED = {"functional": "PBE", "plus_u": "materials_project", "corrections": "none"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Settings of a toy whose weights are a file."""
    (tmp_path / "toy_springs.py").write_text(CALCULATOR)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "toy_springs", raising=False)
    weights = tmp_path / "weights.json"
    weights.write_text(json.dumps({"sigma": 2.0, "epsilon": 0.5}))
    return TRAINED | {
        "force_field": "toy_springs.Springs",
        "weights": str(weights),
        "weights_argument": "file",
        "elements": ["Li", "O"],
    }


@pytest.fixture
def lithium() -> Structure:
    return Structure(Lattice.cubic(2.4), ["Li"], [[0, 0, 0]])


def test_a_calculator_with_weights_from_a_file_relaxes(
    settings: dict[str, Any], lithium: Structure
) -> None:
    maker: Any = relax_maker("mlff", settings | {"force_threshold": 0.01})
    document = maker.make.original(maker, lithium)
    digest = hashlib.sha256(Path(settings["weights"]).read_bytes()).hexdigest()
    assert document.converged
    assert document.energy < document.initial_energy
    assert document.engine == "mlff"
    assert document.engine_version == f"toy_springs.Springs {digest[:12]}"
    assert document.scheme.engine == document.engine_version
    assert maker.digest_fields()["weights"] == digest


def test_other_weights_are_another_engine_and_another_place_is_not(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    first = relax_maker("mlff", settings).digest_fields()  # type: ignore[attr-defined]  # not of every Maker
    copy = shutil.copy(settings["weights"], tmp_path / "copy.json")
    assert relax_maker("mlff", settings | {"weights": copy}).digest_fields() == first  # type: ignore[attr-defined]  # not of every Maker
    Path(copy).write_text(json.dumps({"sigma": 2.1, "epsilon": 0.5}))
    assert relax_maker("mlff", settings | {"weights": copy}).digest_fields() != first  # type: ignore[attr-defined]  # not of every Maker


def test_weights_that_changed_after_planning_are_refused(
    settings: dict[str, Any], lithium: Structure
) -> None:
    maker: Any = relax_maker("mlff", settings)
    Path(settings["weights"]).write_text(json.dumps({"sigma": 2.1, "epsilon": 0.5}))
    with pytest.raises(InputError, match="the campaign was planned with others"):
        maker.make.original(maker, lithium)


def test_weights_of_another_hash_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"SHA-256 .*, not 00: name the right file"):
        relax_maker("mlff", settings | {"sha256": "00"})


def test_weights_that_are_not_there_are_named(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"weights /nowhere cannot be read"):
        relax_maker("mlff", settings | {"weights": "/nowhere"})


def test_a_force_field_of_the_list_that_is_missing_says_how_to_get_it(
    settings: dict[str, Any],
) -> None:
    pytest.importorskip("atomate2")
    with pytest.raises(InputError, match=r"NEP is not installed: pip install calorine"):
        relax_maker("mlff", settings | {"force_field": "NEP"})


def test_elements_are_those_of_the_settings(settings: dict[str, Any]) -> None:
    assert unknown_elements("mlff", ["Li", "O", "Zr", "La"], settings) == ["La", "Zr"]


def test_settings_that_do_not_go_together_are_refused(settings: dict[str, Any]) -> None:
    wrong = [
        ({"force_field": "MACEE"}, "one of MACE"),
        ({"weights_argument": None}, "name the argument of toy_springs.Springs"),
        ({"corrections": "added", "functional": "r2SCAN"}, "corrections: added needs"),
        ({"elements": ["Xx"]}, "no elements: Xx"),
        ({"elements": []}, "elements"),
    ]
    for change, message in wrong:
        with pytest.raises(InputError, match=message):
            relax_maker("mlff", settings | change)


def test_what_the_energies_are_must_be_said(settings: dict[str, Any]) -> None:
    for key in ("functional", "plus_u", "corrections", "elements", "weights"):
        left = {k: v for k, v in settings.items() if k != key}
        with pytest.raises(InputError, match=f"{key}: is missing"):
            relax_maker("mlff", left)


def test_weights_are_relative_to_the_specification(tmp_path: Path) -> None:
    found = resolve_files("mlff", {"weights": "toy.model", "functional": "PBE"}, tmp_path)
    assert found == {"weights": str(tmp_path / "toy.model"), "functional": "PBE"}


def test_atomates_list_loads_the_same_model_from_a_file(tmp_path: Path) -> None:
    pytest.importorskip("sevenn")
    from makers.engines.sevennet.sevennet_settings import SevennetModel
    from makers.engines.sevennet.sevennet_weights import weights_path

    copy = shutil.copy(weights_path(SevennetModel.ZERO), tmp_path / "model.pth")
    salt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.0), ["Li", "F"], [[0] * 3, [0.5] * 3])
    settings = TRAINED | {"force_field": "SevenNet", "weights": copy, "elements": ["Li", "F"]}
    makers: list[Any] = [
        relax_maker("mlff", settings | {"corrections": "added"}),
        relax_maker("sevennet", {}),
    ]
    theirs, ours = (maker.energies([salt])[0] for maker in makers)
    assert theirs == pytest.approx(ours, abs=1e-4)
