"""A run of VASP that failed says why in the words of VASP, custodian and the queue."""

from __future__ import annotations

import json
import shutil
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from custodian.custodian import ReturnCodeError, ValidationError

from makers.engines.vasp.vasp_evidence import corrections, evidence, evidence_added
from workflows.state.failures import classify

if TYPE_CHECKING:
    from pymatgen.core import Structure

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")


def trace_of(vasp: Any, structure: Structure) -> str:
    """Run, and give the traceback as FireWorks keeps it."""
    try:
        vasp.run(structure)
    except Exception:  # noqa: BLE001  whichever it is
        return traceback.format_exc()
    pytest.fail("it did not fail")


@pytest.mark.parametrize(
    ("error", "expected"),
    [("memory", "memory"), ("crash", "node"), ("truncated", "unknown")],
)
def test_a_vasp_that_was_killed_or_crashed_is_no_wrong_input(
    error: str, expected: str, vasp: Any, lithia: Structure
) -> None:
    vasp.plan(failures=[{"error": error, "step": 2}])
    assert classify(trace_of(vasp, lithia)) == expected


@pytest.mark.parametrize(("error", "expected"), [("edddav", "scf"), ("zbrent", "unconverged")])
def test_what_custodian_gave_up_on_is_named(
    error: str, expected: str, vasp: Any, lithia: Structure
) -> None:
    vasp.plan(failures=[{"error": error}])
    assert classify(trace_of(vasp, lithia)) == expected


def test_the_type_of_the_exception_stays(vasp: Any, lithia: Structure) -> None:
    vasp.plan(failures=[{"error": "memory", "step": 2}])
    lines = trace_of(vasp, lithia).splitlines()
    at = lines.index("custodian.custodian.ValidationError: Validation failed: VasprunXMLValidator")
    assert lines[-1].startswith("std_err.txt: slurmstepd: error: Detected 1 oom_kill event")
    assert all(line.startswith(("vasp.out: ", "std_err.txt: ")) for line in lines[at + 1 :])


def test_what_an_earlier_run_said_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "std_err.txt").write_text("Detected 1 oom_kill event\n")
    with pytest.raises(ValueError) as failed, evidence_added(tmp_path):  # noqa: PT011  the one
        raise ValueError
    assert not hasattr(failed.value, "__notes__")


def test_a_folder_that_is_gone_is_said_to_be_gone(tmp_path: Path) -> None:
    folder = tmp_path / "launch"
    folder.mkdir()

    def run() -> None:
        with evidence_added(folder):
            folder.rmdir()
            (folder / "INCAR").write_text("")

    with pytest.raises(FileNotFoundError) as failed:
        run()
    assert classify("".join(traceback.format_exception(failed.value))) == "node"


def test_a_folder_that_was_emptied_while_vasp_wrote_into_it_was_removed(tmp_path: Path) -> None:
    for name in ("vasp_job.json", "INCAR"):
        (tmp_path / name).touch()

    def run() -> None:
        with evidence_added(tmp_path):
            for path in tmp_path.iterdir():
                path.unlink()
            (tmp_path / "OUTCAR").touch()  # of VASP, which goes on
            (tmp_path / "INCAR").read_text()  # of custodian

    with pytest.raises(FileNotFoundError) as failed:
        run()
    assert classify("".join(traceback.format_exception(failed.value))) == "node"


def test_a_full_disk_is_told_where_vasp_could_not_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=4096))
    msg = "Validation failed: VasprunXMLValidator"
    with pytest.raises(ValidationError) as failed, evidence_added(tmp_path):
        raise ValidationError(msg, raises=True, validator=None)
    assert classify("".join(traceback.format_exception(failed.value))) == "node"


@pytest.mark.parametrize("content", ["", "[", "{}", "[1]", '[{"corrections": [{}]}]'])
def test_a_log_of_custodian_that_is_damaged_says_nothing(content: str, tmp_path: Path) -> None:
    path = tmp_path / "custodian.json"
    path.write_text(content)
    assert corrections(path) == []


def test_the_last_correction_counts(tmp_path: Path) -> None:
    path = tmp_path / "custodian.json"
    fixes = [{"errors": ["brmix"]}, {"errors": ["edddav", "eddrmm"]}]
    path.write_text(json.dumps([{"corrections": fixes}]))
    assert corrections(path) == ["edddav, eddrmm"]


def test_what_was_corrected_before_did_not_end_vasp(tmp_path: Path) -> None:
    def run() -> None:
        fixes = [{"errors": ["Unconverged"]}]
        (tmp_path / "custodian.json").write_text(json.dumps([{"corrections": fixes}]))
        (tmp_path / "std_err.txt").write_text("srun: error: n1: tasks 0-15: Killed\n")
        msg = "Job return code is 137. Terminating..."
        raise ReturnCodeError(msg)

    with pytest.raises(ReturnCodeError) as failed, evidence_added(tmp_path):
        run()
    assert failed.value.__notes__ == ["std_err.txt: srun: error: n1: tasks 0-15: Killed"]


def test_many_lines_that_say_the_same_hide_nothing(tmp_path: Path) -> None:
    killed = "".join(f"srun: error: n{i}: task {8 * i}: Killed\n" for i in range(9))
    (tmp_path / "std_err.txt").write_text(f"slurmstepd: error: Detected 1 oom_kill event\n{killed}")
    assert classify("\n".join(evidence(tmp_path))) == "memory"


def test_frames_of_a_fortran_program_say_nothing(tmp_path: Path) -> None:
    frame = "vasp_std           0000000001{}  Unknown               Unknown  Unknown\n"
    frames = "".join(frame.format(f"A2B3C{i}") for i in range(9))
    head = "Image              PC                Routine            Line        Source\n"
    text = f"forrtl: severe (41): insufficient virtual memory\n{head}{frames}"
    (tmp_path / "std_err.txt").write_text(text)
    assert evidence(tmp_path) == ["std_err.txt: forrtl: severe (41): insufficient virtual memory"]


# The end of vasp.out of VASP 6 that gives up.
BOX = """\
 -----------------------------------------------------------------------------
|     EEEEEEE  RRRRRR   RRRRRR   OOOOOOO  RRRRRR      ###     ###     ###     |
|                                                                             |
|     ERROR: number of potentials on File POTCAR incompatible with number     |
|     of species                                                              |
|                                                                             |
|       ---->  I REFUSE TO CONTINUE WITH THIS SICK JOB ... BYE!!! <----       |
|                                                                             |
 -----------------------------------------------------------------------------

"""


def test_vasps_last_words_stand_in_a_box(tmp_path: Path) -> None:
    (tmp_path / "vasp.out").write_text(f" running on 4 nodes\n{BOX}")
    said = evidence(tmp_path)
    assert said[-1] == "vasp.out: ---->  I REFUSE TO CONTINUE WITH THIS SICK JOB ... BYE!!! <----"
    assert classify("\n".join(said)) == "potcar"
    (tmp_path / "vasp.out").write_text(f"{BOX.replace('File POTCAR', 'file')}")
    assert classify("\n".join(evidence(tmp_path))) == "input"
