"""A kill or a full disk damages one file of a run: the next launch goes on, or reads it.

The property test damages each file in each way; the others show what single kinds cost.
"""

from __future__ import annotations

import gzip
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from pymatgen.core import Structure
from standins.potentials import springs_minimum

from makers.convergence import NotConvergedError
from makers.engines.vasp.vasp_damage import is_geometry, set_damaged_aside
from makers.engines.vasp.vasp_folder import OWNER_FILE, owner_of

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only; emmet warns of what it cannot read.
pytestmark = pytest.mark.filterwarnings("ignore")

OXIDE = -0.687  # A. Wang et al., Scientific Reports 11, 15496 (2021)
RELAXED = springs_minimum(("Li", "Li", "O")) + 0.05 / 4**7 + OXIDE

# Files of which the stand-in writes a line only, and its records.
UNREAD: Final = frozenset(
    ("CHG", "CHGCAR", "DOSCAR", "EIGENVAL", "IBZKPT", "PCDAT", "WAVECAR", "XDATCAR", "command")
)


def cut(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def doubled(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


def with_nan(path: Path) -> None:
    """Put NaN in place of the last number with decimals."""
    packed = path.suffix == ".gz"
    raw = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    words = raw.split(b" ")
    at = [i for i, word in enumerate(words) if b"." in word and word.strip(b"-.0123456789") == b""]
    if at:
        words[at[-1]] = b"NaN"
    path.write_bytes(gzip.compress(b" ".join(words)) if packed else b" ".join(words))


def half_packed(path: Path) -> None:
    """Leave what a kill leaves of compressing or unpacking: both forms, one of them cut off."""
    if path.suffix == ".gz" and not path.name.endswith(".tar.gz"):
        plain = path.with_suffix("")
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        cut(plain)
    elif path.suffix != ".gz":
        packed = path.with_name(f"{path.name}.gz")
        packed.write_bytes(gzip.compress(path.read_bytes()))
        cut(packed)


WAYS: Final = (cut, emptied, doubled, with_nan, half_packed)


def offenders(vasp: Any, lithia: Structure, folder: Path, ways: Any) -> list[str]:
    """Damage each file of a folder in the ways named, and list what does not end well."""
    wrong = []
    files = sorted(f for f in vasp.folder.iterdir() if f.is_file() and is_read(f))
    shutil.copytree(vasp.folder, folder, symlinks=True)
    for number, file in enumerate(files):
        for way in ways(number):
            for path in vasp.folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            shutil.copytree(folder, vasp.folder, dirs_exist_ok=True)
            way(file)
            if why := problem(lambda: vasp.run(lithia)):
                wrong.append(f"{file.name} {way.__name__}: {why}")
    return wrong


def is_read(file: Path) -> bool:
    return file.name.partition(".")[0] not in UNREAD and file.name != "CHG.gz"


def problem(run: Callable[[], Any]) -> str | None:
    try:
        document = run()
    except Exception as error:  # noqa: BLE001  any is one too many
        return repr(error)[:200]
    if not document.converged or abs(document.energy - RELAXED) > 1e-4:
        return f"energy {document.energy}, converged {document.converged}"
    return None if math.isfinite(document.initial_energy) else "no initial energy"


def one_way(number: int) -> list[Any]:
    """Take another way for each file, so that all are taken in a short time."""
    return [WAYS[number % len(WAYS)]]


def all_ways(number: int) -> list[Any]:
    del number
    return list(WAYS)


@pytest.mark.parametrize("ways", [one_way, pytest.param(all_ways, marks=pytest.mark.faults)])
@pytest.mark.parametrize("state", ["finished", "killed"])
def test_any_file_of_a_run_may_be_damaged(
    state: str, ways: Any, vasp: Any, lithia: Structure, killed: Any, tmp_path: Path
) -> None:
    if state == "finished":
        killed(2)
        vasp.run(lithia)
    else:
        killed(1, failures=[{"error": "zbrent", "run": 1, "step": 2}])
        killed(2)
    assert offenders(vasp, lithia, tmp_path / "kept", ways) == []


@pytest.mark.parametrize("pattern", ["prev_run.*.tar.gz", "error.*.tar.gz"])
def test_an_archive_that_is_cut_off_costs_its_record_only(
    pattern: str, vasp: Any, lithia: Structure, killed: Any
) -> None:
    if pattern.startswith("error"):
        killed(1, failures=[{"error": "zbrent", "run": 1, "step": 2}])
    else:
        killed(2)
        killed(2)
    cut(next(vasp.folder.glob(pattern)))
    document = vasp.run(lithia)
    assert document.converged
    # no step is repeated: what was lost is what the archive said of its own
    assert len(vasp.energies()) == 8
    assert document.n_steps < 8


def test_nan_in_contcar_costs_the_steps_of_its_own_start_only(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(3)
    lines = Path("CONTCAR").read_text().splitlines()
    Path("CONTCAR").write_text("\n".join([*lines[:8], "  NaN  NaN  NaN", *lines[9:]]) + "\n")
    assert vasp.run(lithia).converged
    assert len(vasp.energies()) == 3 + 8


def test_an_energy_that_is_no_number_is_passed_over(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(3)
    text = Path("OSZICAR").read_text().splitlines()
    at = next(i for i, line in enumerate(text) if "E0=" in line)
    text[at] = "   1 F= ******** E0= ********  d E =********  mag= 0.0"
    Path("OSZICAR").write_text("\n".join(text) + "\n")
    document = vasp.run(lithia)
    second = springs_minimum(("Li", "Li", "O")) + 0.05 / 4 + OXIDE
    assert document.initial_energy == pytest.approx(second, abs=1e-7)
    assert document.n_steps == 8


@pytest.mark.parametrize("content", ["", '{"uuid": "7f7e', "[]", '{"uuid": null}'])
def test_an_owner_file_without_content_names_nobody(content: str, tmp_path: Path) -> None:
    (tmp_path / OWNER_FILE).write_text(content)
    assert owner_of(tmp_path) is None


@pytest.mark.parametrize("how", ["cut", "cut.gz beside it"])
def test_a_finished_run_is_read_without_custodians_log(
    how: str, vasp: Any, lithia: Structure
) -> None:
    vasp.run(lithia)
    packed, plain = Path("custodian.json.gz"), Path("custodian.json")
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    if how == "cut":
        packed.unlink()
        cut(plain)
    else:
        cut(packed)
    assert vasp.run(lithia).converged
    assert vasp.runs == 1


@pytest.mark.parametrize("zipped", [True, False, "atomate"])
def test_a_finished_run_is_read_whatever_is_packed(
    zipped: bool | str, vasp: Any, lithia: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atomate2.vasp.jobs.base.SETTINGS.VASP_ZIP_FILES", zipped)
    vasp.run(lithia)
    assert vasp.run(lithia).n_steps == 8
    assert vasp.runs == 1


def test_an_unconverged_run_goes_on_whatever_is_packed(
    vasp: Any, lithia: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atomate2.vasp.jobs.base.SETTINGS.VASP_ZIP_FILES", True)
    Path("STOPCAR").write_text("LSTOP = .TRUE.\n")
    with pytest.raises(NotConvergedError):
        vasp.run(lithia)
    assert vasp.run(lithia).n_steps == 8
    assert len(vasp.energies()) == 8


def test_what_another_job_left_is_no_history_of_this_one(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(2)
    killed(2)
    Path(OWNER_FILE).write_text('{"uuid": "another"}')
    document = vasp.run(lithia)
    assert (document.n_steps, document.notes) == (8, [])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: text, True),
        (lambda text: text.rstrip("\n"), False),  # its last number may lack digits
        (lambda text: text[: len(text) // 2], False),
        (lambda _: "", False),
        (lambda text: text.replace("0.2500000000000000", "NaN", 1), False),
        (lambda text: text + "\n" + " 0.0 0.0 0.0\n" * 3, True),  # with VASP's velocities
    ],
)
def test_a_geometry_is_whole(
    change: Any, expected: bool, lithia: Structure, tmp_path: Path
) -> None:
    path = tmp_path / "CONTCAR"
    lithia.to_file(str(path), fmt="poscar")
    text = path.read_text()
    lines = text.splitlines()
    assert "0.2500000000000000" in text, lines
    path.write_text(change(text))
    assert is_geometry(path) is expected


def test_a_whole_packed_file_outranks_a_plain_one(tmp_path: Path) -> None:
    # unpacking was interrupted: the plain file is the beginning of the packed one
    (tmp_path / "OUTCAR.gz").write_bytes(gzip.compress(b"all of it"))
    (tmp_path / "OUTCAR").write_bytes(b"all")
    assert set_damaged_aside(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["OUTCAR.gz"]
