"""What VASP, custodian and the queue said in the folder of a run that failed, added to its error.

An exception of custodian names a handler or a validator. Why VASP ended is in its standard error,
its output and custodian's log, which a person at another machine does not see.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

STD_ERR: Final = "std_err.txt"
OUTPUT: Final = "vasp.out"
CUSTODIAN_LOG: Final = "custodian.json"

#: Each line of evidence begins with the name of the file that says so.
SOURCES: Final = (OUTPUT, CUSTODIAN_LOG, STD_ERR)

#: What is added where no file can tell anything any more.
FOLDER_GONE: Final = "the folder of the run is gone"
#: What is added where not even VASP's own words could be written.
DISK_FULL: Final = "No space left on device: the disk of the run is full"
_ROOM: Final = 2**20  # bytes; a step of VASP writes more

_LINES: Final = 4
# A line says what another said if only these differ: numbers, hosts, tasks, addresses.
_NUMBERS: Final = re.compile(r"0x[0-9A-Fa-f]+|\d[\d,.-]*")
# Intel's Fortran lists where it was, mostly unknown.
_FRAME: Final = re.compile(r"\bUnknown +Unknown\b|^Image +PC\b")
# VASP ends itself with a box of vertical bars, in which it says why
_BOX_LINES: Final = 5
_BAR: Final = "|"
_TAIL_BYTES: Final = 4000
_LONGEST_LINE: Final = 200


@contextmanager
def evidence_added(folder: Path) -> Iterator[None]:
    """Add to an exception what was said in a folder since the block was entered."""
    before = {name: _state(folder / name) for name in SOURCES}
    held = _held(folder)
    try:
        yield
    except Exception as error:
        new = [name for name in SOURCES if _state(folder / name) != before[name]]
        if _ended_by_itself(error):
            # what was corrected before went well
            new = [name for name in new if name != CUSTODIAN_LOG]
        for line in evidence(folder, new):
            error.add_note(line)
        # VASP may write into a folder that is being removed: then it stays, with the new alone.
        if not folder.is_dir() or (held and not held & _held(folder)):
            error.add_note(FOLDER_GONE)
        elif shutil.disk_usage(folder).free < _ROOM:
            error.add_note(DISK_FULL)
        raise


def _held(folder: Path) -> set[str]:
    """Return the names of what is in a folder."""
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _ended_by_itself(error: Exception) -> bool:
    """Return True if VASP ended, and not custodian, which would have given up."""
    from custodian.custodian import ReturnCodeError, ValidationError

    return isinstance(error, ReturnCodeError | ValidationError)


def evidence(folder: Path, names: Sequence[str] = SOURCES) -> list[str]:
    """Return the last lines of the files that tell why VASP ended; the queue's words come last."""
    return [f"{name}: {line}" for name in names for line in _told(folder / name)]


def _told(path: Path) -> list[str]:
    if path.name == CUSTODIAN_LOG:
        return corrections(path)
    return _last_lines(path)


def corrections(path: Path) -> list[str]:
    """Name the errors of custodian's last correction; none if its log cannot be read."""
    try:
        runs = json.loads(path.read_bytes())
        errors = [fix["errors"] for run in runs for fix in run["corrections"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []
    return [", ".join(str(error) for error in errors[-1] or ())] if errors else []


def _last_lines(path: Path) -> list[str]:
    """Return the last lines that say different things, in their order."""
    try:
        text = path.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")
    except OSError:
        return []
    lines = [line.strip() for line in text.splitlines() if re.search(r"\w", line)]
    number = _BOX_LINES if lines and lines[-1].startswith(_BAR) else _LINES
    told: dict[str, str] = {}
    for line in reversed(lines):
        if not _FRAME.search(line):
            told.setdefault(_NUMBERS.sub("", line), line)
    last = [*told.values()][:number]
    return [line.strip(f"{_BAR} ")[:_LONGEST_LINE] for line in reversed(last)]


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
