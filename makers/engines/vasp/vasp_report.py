"""What is unusual about a VASP run, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.base.reasons import Reason

if TYPE_CHECKING:  # seconds to import, and only named here
    from emmet.core.tasks import TaskDoc

# What custodian's WalltimeHandler calls its STOPCAR. Nothing else in emmet's document tells such
# a run from one that converged: its state is "successful".
_WALLTIME = "Walltime reached"


def stopped_at_walltime(document: "TaskDoc") -> bool:
    """Return True if custodian asked VASP to stop before the end of its time."""
    return _WALLTIME in _errors(document)


def run_notes(document: "TaskDoc", *, interruptions: int) -> Iterator[str]:
    """Say what was unusual about a run: interruptions, and what custodian repaired."""
    if interruptions:
        times = "once" if interruptions == 1 else f"{interruptions} times"
        yield f"{Reason.INTERRUPTED} {times} and went on from its last geometry"
    repaired = [error for error in _errors(document) if error != _WALLTIME]
    if repaired:
        yield f"{Reason.REPAIRED}: {', '.join(dict.fromkeys(repaired))}"


def _errors(document: "TaskDoc") -> list[str]:
    corrections = (c for run in document.custodian or () for c in run.corrections or ())
    return [str(error) for correction in corrections for error in correction["errors"]]
