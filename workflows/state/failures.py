"""Why a step failed: its class, from the last lines of its error."""

import re
from enum import StrEnum
from typing import Final


class FailureClass(StrEnum):
    """The kind of failure that ended a step, which determines the remedy."""

    WALLTIME = "walltime"
    MEMORY = "memory"
    NODE = "node"
    DATABASE = "database"
    POTCAR = "potcar"
    SCF = "scf"
    UNCONVERGED = "unconverged"
    INPUT = "input"
    UNKNOWN = "unknown"

    @property
    def remedy(self) -> str:
        """Return what the user should do about it."""
        return _MENDS[self]


_MENDS: Final = {
    FailureClass.WALLTIME: "goes on from where it stopped when it is run again",
    FailureClass.MEMORY: "needs a worker with more memory: the category `large`",
    FailureClass.NODE: "run it again: its node or its process was lost",
    FailureClass.DATABASE: "run it again when the database answers",
    FailureClass.POTCAR: "put the potential where PMG_VASP_PSP_DIR points: interphase doctor",
    FailureClass.SCF: "the electrons do not converge: change ALGO or mixing under engine.settings",
    FailureClass.UNCONVERGED: "allow more steps, or look at the structure it ended with",
    FailureClass.INPUT: "the step cannot work as it is: read its error",
    FailureClass.UNKNOWN: "read its error: lpad get_fws -i NUMBER -d all, or the web GUI",
}

# Regular expressions, tried in this order: causes come before their consequences. The wordings are
# those of Slurm and PBS, the Linux kernel, pymongo, FireWorks, pymatgen, custodian, VASP, PyTorch.
_SIGNS: Final[dict[FailureClass, tuple[str, ...]]] = {
    FailureClass.WALLTIME: (
        # pymongo writes "Timeout: 30s", Slurm TIMEOUT
        *("DUE TO TIME LIMIT", r"(?-i:\bTIMEOUT\b)", "walltime", "wall time"),
        "exceeded (job )?time limit",
    ),
    FailureClass.MEMORY: (
        *(r"\boom[-_ ]?kill", "OUT_OF_ME", "out of memory", "OutOfMemory", "MemoryError"),
        *("Cannot allocate memory", r"std::bad_alloc", "exceeded .{0,20}memory limit"),
    ),
    FailureClass.NODE: (
        *("NODE_FAIL", r"\bPREEMPTED\b", "node failure", "run was lost", "lost run"),
        *(r"signal 9\b", "SIGKILL", "SIGTERM", "MPI_ABORT", "Bus error", "launch failed"),
        *("Stale file handle", "No space left on device", "Input/output error"),
    ),
    FailureClass.DATABASE: (
        *(r"pymongo\.errors", "ServerSelectionTimeout", "AutoReconnect", "NetworkTimeout"),
        *("OperationFailure", "ConnectionFailure", "WriteConcernError", "LockedWorkflowError"),
    ),
    FailureClass.POTCAR: ("POTCAR", "PMG_VASP_PSP_DIR"),
    FailureClass.SCF: (
        *("EDDDAV", "ZHEGV", "BRMIX", "EDDRMM", "NonConvergingErrorHandler"),
        *("unconverged_electronic", "electronic (self-?consistency|convergence)"),
    ),
    FailureClass.UNCONVERGED: (
        *("NotConvergedError", "largest force", "UnconvergedErrorHandler", "ZBRENT"),
        r"all \d+ relaxations",
    ),
    FailureClass.INPUT: (
        *("InputError", "SchemeMismatchError", "ValidationError", "KeyError", "TypeError"),
        *("FileNotFoundError", "ImportError", "ModuleNotFoundError"),
    ),
}


def classify(error: str) -> FailureClass:
    """Return the class of a failure from its traceback, its last lines, or the queue's word.

    Parameters
    ----------
    error
        Text; if several classes are named, the cause outranks its consequences, such as a
        time limit that ended VASP before it converged.
    """
    for failure_class, signs in _SIGNS.items():
        if re.search("|".join(signs), error, re.IGNORECASE):
            return failure_class
    return FailureClass.UNKNOWN
