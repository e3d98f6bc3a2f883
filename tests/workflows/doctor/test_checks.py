from __future__ import annotations

from analysis.base.errors import DoubtError, InputError
from workflows.doctor.checks import Check, run_checks


def missing() -> str:
    message = "no mongod"
    raise InputError(message)


def doubtful() -> str:
    message = "another version"
    raise DoubtError(message)


def test_a_failed_check_hides_no_other_and_a_doubt_is_no_failure() -> None:
    assert run_checks({"database": missing, "potentials": doubtful, "python": lambda: "3.11"}) == [
        Check("database", passed=False, finding="no mongod"),
        Check("potentials", passed=True, finding="another version", doubtful=True),
        Check("python", passed=True, finding="3.11"),
    ]
