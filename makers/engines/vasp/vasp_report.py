"""Notes on anything unusual in a VASP run."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.base.reasons import Reason

if TYPE_CHECKING:  # seconds to import, and only named here
    from emmet.core.tasks import TaskDoc

# The name of WalltimeHandler's STOPCAR. Nothing else in emmet's document distinguishes such a run
# from a converged one: its state is "successful".
_WALLTIME = "Walltime reached"


def stopped_at_walltime(document: "TaskDoc") -> bool:
    """Return True if custodian asked VASP to stop before the end of its time."""
    return _WALLTIME in _errors(document)


def run_notes(document: "TaskDoc", *, interruptions: int) -> Iterator[str]:
    """List what was unusual about a run: interruptions, and custodian's repairs."""
    if interruptions:
        times = "once" if interruptions == 1 else f"{interruptions} times"
        yield f"{Reason.INTERRUPTED} {times} and went on from its last geometry"
    repaired = [error for error in _errors(document) if error != _WALLTIME]
    if repaired:
        yield f"{Reason.REPAIRED}: {', '.join(dict.fromkeys(repaired))}"


def _errors(document: "TaskDoc") -> list[str]:
    corrections = (c for run in document.custodian or () for c in run.corrections or ())
    return [str(error) for correction in corrections for error in correction.get("errors") or ()]
