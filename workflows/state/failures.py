"""Why a step failed: its class, from the words of its exception, of VASP and of the queue."""

import re
from enum import StrEnum
from typing import Final

from makers.engines.vasp.vasp_evidence import SOURCES
from workflows.state.failure_signs import SIGNS


class FailureClass(StrEnum):
    """The kind of failure that ended a step, which determines the remedy."""

    WALLTIME = "walltime"
    MEMORY = "memory"
    NODE = "node"
    DATABASE = "database"
    POTCAR = "potcar"
    PROGRAM = "program"
    SCF = "scf"
    UNCONVERGED = "unconverged"
    INPUT = "input"
    UNKNOWN = "unknown"

    @property
    def cause(self) -> str:
        """Return what ended the step."""
        return _CAUSES[self]

    @property
    def remedy(self) -> str:
        """Return what the user should do about it."""
        return _MENDS[self]


_CAUSES: Final = {
    FailureClass.WALLTIME: "its time in the queue was up",
    FailureClass.MEMORY: "it needed more memory than it had",
    FailureClass.NODE: "the machine it ran on was lost, or a part of it",
    FailureClass.DATABASE: "the database was away for longer than the step waits",
    FailureClass.POTCAR: "a potential is missing or damaged",
    FailureClass.PROGRAM: "a program or a library is missing, or built for another machine",
    FailureClass.SCF: "the electrons do not converge",
    FailureClass.UNCONVERGED: "the ions did not relax in the steps that were allowed",
    FailureClass.INPUT: "what was asked for cannot be computed",
    FailureClass.UNKNOWN: "nothing says why",
}

_MENDS: Final = {
    FailureClass.WALLTIME: "goes on from where it stopped: interphase recover",
    FailureClass.MEMORY: "interphase recover; better on a worker with more memory, as `large`",
    FailureClass.NODE: "interphase recover: its node, process, folder or disk was lost",
    FailureClass.DATABASE: "interphase recover, when the database answers",
    FailureClass.POTCAR: "put the potential where PMG_VASP_PSP_DIR points: interphase doctor",
    FailureClass.PROGRAM: (
        "load or install what is missing (pre_rocket, ATOMATE2_VASP_CMD): interphase doctor; "
        "then interphase recover --class program"
    ),
    FailureClass.SCF: (
        "the electrons do not converge: change ALGO or mixing under engine.settings; or, as it "
        "is, interphase recover --class scf"
    ),
    FailureClass.UNCONVERGED: "allow more steps, or look at the structure it ended with",
    FailureClass.INPUT: "the step cannot work as it is: read its error",
    FailureClass.UNKNOWN: (
        "read its error: lpad get_fws -i NUMBER -d all, or the web GUI; to try again, "
        "interphase recover --class unknown"
    ),
}

_PATTERNS: Final = tuple(
    (FailureClass(name), re.compile("|".join(signs), re.IGNORECASE | re.MULTILINE))
    for name, signs in SIGNS
)

_FRAME: Final = re.compile(r'^\s*File ".*", line \d+')
_FOLDERS: Final = re.compile(r"(?:/[^\s/:'\"]+)+/")


def classify(error: str) -> FailureClass:
    """Return the class of a failure from its traceback, its last lines, or the queue's word.

    Parameters
    ----------
    error
        Text; where several classes are named, the cause outranks what it led to, such as a
        time limit that ended VASP before it converged. Source lines that a traceback quotes,
        and names of folders, say nothing.
    """
    said = "\n".join(_FOLDERS.sub("", line) for line in spoken_lines(error))
    for failure_class, pattern in _PATTERNS:
        if pattern.search(said):
            return failure_class
    return FailureClass.UNKNOWN


def spoken_lines(error: str) -> list[str]:
    """Return the lines of a traceback without frames and the source they quote.

    Of a traceback whose beginning was cut off, the indented lines at the start are quotes too.
    """
    lines = []
    is_quote = any(_FRAME.match(line) for line in error.splitlines())
    for line in error.splitlines():
        is_quote = bool(_FRAME.match(line)) or (is_quote and line.startswith("    "))
        if not is_quote and line.strip():
            lines.append(line)
    return lines


def reason(error: str) -> str:
    """Return in one line what a traceback says: its exception, and what VASP said last."""
    lines = spoken_lines(error)
    notes = [line for line in lines if line.startswith(tuple(f"{name}: " for name in SOURCES))]
    others = [line for line in lines if line not in notes]
    return "; ".join([*others[-1:], *notes[-1:]])
