"""A kill or a full disk damages one file of a run: the next launch goes on, or reads it.

The property test damages each file in each way; the others show what single kinds cost.
"""

from __future__ import annotations

import errno
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
from makers.engines.vasp.vasp_damage import (
    is_geometry,
    read_incar,
    read_kpoints,
    set_damaged_aside,
)
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


@pytest.mark.parametrize("content", ["", "\0\0\0", '{"uuid": "7f7e'])
def test_a_damaged_note_of_the_owner_costs_nothing(
    content: str, vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(3)
    Path(OWNER_FILE).write_text(content)
    assert vasp.run(lithia).n_steps == 8
    assert len(vasp.energies()) == 8
    Path(f"{OWNER_FILE}.gz").unlink(missing_ok=True)
    Path(OWNER_FILE).write_text(content)
    assert vasp.run(lithia).n_steps == 8
    assert vasp.runs == 2


def test_a_note_of_the_owner_that_nobody_can_read_now_ends_the_launch(
    vasp: Any, lithia: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    vasp.run(lithia)
    read = Path.read_bytes

    def stale(path: Path) -> bytes:
        if path.name.startswith(OWNER_FILE):
            raise OSError(errno.ESTALE, "Stale file handle")
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", stale)
        with pytest.raises(OSError, match="Stale"):
            vasp.run(lithia)
    assert vasp.run(lithia).n_steps == 8
    assert vasp.runs == 1


@pytest.mark.parametrize("way", [cut, emptied, Path.unlink])
def test_a_finished_run_without_its_record_goes_on_from_its_geometry(
    way: Any, vasp: Any, lithia: Structure
) -> None:
    vasp.run(lithia)
    way(Path("vasprun.xml.gz"))
    assert vasp.run(lithia).converged
    assert len(vasp.energies()) == 8 + 1


def test_a_step_whose_line_is_cut_off_within_its_energy_is_no_step(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(3)
    before, sign, _ = Path("OSZICAR").read_text().partition("E0= -1")
    assert sign
    Path("OSZICAR").write_text(f"{before}{sign}.5")
    fourth = springs_minimum(("Li", "Li", "O")) + 0.05 / 4**3 + OXIDE
    assert vasp.run(lithia).initial_energy == pytest.approx(fourth, abs=1e-7)


@pytest.mark.parametrize("name", ["CONTCAR", "INCAR", "INCAR.orig", "KPOINTS", "OSZICAR", "POSCAR"])
@pytest.mark.parametrize("what", ["folder", "link to nothing", "link to itself"])
def test_what_has_the_name_of_a_file_and_is_none_is_passed_over(
    name: str, what: str, vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(2)
    path = Path(name)
    path.unlink()
    if what == "folder":
        path.mkdir()
    else:
        path.symlink_to(name if what == "link to itself" else "gone")
    assert problem(lambda: vasp.run(lithia)) is None


@pytest.mark.parametrize("error", ["null", "[]", '"x"'])
def test_a_log_of_custodian_with_odd_errors_is_no_obstacle(
    error: str, vasp: Any, lithia: Structure
) -> None:
    vasp.run(lithia)
    Path("custodian.json.gz").unlink()
    fix = f'{{"errors": {error}, "actions": null, "handler": null}}'
    Path("custodian.json").write_text(f'[{{"job": null, "corrections": [{fix}]}}]')
    assert vasp.run(lithia).converged
    assert vasp.runs == 1


@pytest.mark.parametrize(
    ("change", "is_taken"),
    [
        ("SIGMA = 0.1\n", True),
        ("MAGMOM = 2*0.6 0.8\n", True),
        ("SIGMA = ********\n", False),
        ("ENCUT = nan\n", False),
        ("MAGMOM = 0.6 NaN 0.6\n", False),
        ("ALGO = \0\0\0\0\n", False),
    ],
)
def test_a_repaired_incar_holds_values(change: str, is_taken: bool, tmp_path: Path) -> None:
    original, path = tmp_path / "INCAR.orig", tmp_path / "INCAR"
    original.write_text("NSW = 99\n")
    path.write_text(f"NSW = 99\n{change}")
    assert (read_incar(path, original) is not None) is is_taken


@pytest.mark.parametrize(
    ("mesh", "is_taken"),
    [("3 3 3", True), ("0 0 0", False), ("-8 8 8", False), ("80000 8 8", False)],
)
def test_repaired_k_points_are_a_mesh(mesh: str, is_taken: bool, tmp_path: Path) -> None:
    original, path = tmp_path / "KPOINTS.orig", tmp_path / "KPOINTS"
    text = "comment\n0\nGamma\n{}\n0 0 0\n"
    original.write_text(text.format("8 8 8"))
    path.write_text(text.format(mesh))
    assert (read_kpoints(path, original) is not None) is is_taken


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


def test_what_another_finished_job_left_is_not_computed_again(vasp: Any, lithia: Structure) -> None:
    vasp.run(lithia)
    Path(f"{OWNER_FILE}.gz").unlink(missing_ok=True)
    Path(OWNER_FILE).write_text('{"uuid": "another"}')
    oxide = lithia.copy()
    oxide.remove_sites([0])
    document = vasp.run(oxide)
    assert (document.n_atoms, document.notes) == (2, [])
    assert "ISTART" not in vasp.incar(2)
    assert len(list(Path("earlier").glob("*-POSCAR-gz"))) == 1


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
