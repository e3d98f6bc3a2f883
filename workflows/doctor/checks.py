"""A check of one thing before anything is queued."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.base.errors import DoubtError, InputError

#: Looks at one thing and says what it found; raises InputError if that must be fixed.
Look = Callable[[], str]


@dataclass(frozen=True)
class Check:
    """The outcome of one check."""

    name: str
    passed: bool
    finding: str
    doubtful: bool = False


def run_checks(looks: Mapping[str, Look]) -> list[Check]:
    """Run all checks; a failed one does not hide the others."""
    return [_check(name, look) for name, look in looks.items()]


def _check(name: str, look: Look) -> Check:
    try:
        return Check(name, passed=True, finding=look())
    except DoubtError as error:
        return Check(name, passed=True, finding=str(error), doubtful=True)
    except InputError as error:
        return Check(name, passed=False, finding=str(error))
