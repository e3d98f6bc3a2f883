"""A check: one thing that is looked at before anything is queued."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.base.errors import DoubtError, InputError

#: Looks at one thing and says what it found; raises InputError if that must be mended.
Look = Callable[[], str]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    passed: bool
    finding: str
    doubtful: bool = False


def run_checks(looks: Mapping[str, Look]) -> list[Check]:
    """Look at everything; what is wrong in one place hides nothing elsewhere."""
    return [_check(name, look) for name, look in looks.items()]


def _check(name: str, look: Look) -> Check:
    try:
        return Check(name, passed=True, finding=look())
    except DoubtError as error:
        return Check(name, passed=True, finding=str(error), doubtful=True)
    except InputError as error:
        return Check(name, passed=False, finding=str(error))
