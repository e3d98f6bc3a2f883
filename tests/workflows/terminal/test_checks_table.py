"""What `interphase doctor` found, as a table."""

from __future__ import annotations

from standins.tables import printed, rows

from workflows.doctor.checks import Check
from workflows.terminal.checks_table import checks_table


def test_checks_table_says_in_words_what_failed() -> None:
    checks = [
        Check("python", passed=True, finding="3.11"),
        Check("disk", passed=False, finding="full"),
    ]
    assert rows(printed(checks_table(checks)))[-2:] == [
        ["python", "ok", "3.11"],
        ["disk", "FAILED", "full"],
    ]
