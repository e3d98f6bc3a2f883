"""What a job says of the process it ran in."""

from __future__ import annotations

import platform
import time
from importlib.metadata import version

import pytest

from workflows.dispatch.run_record import describe_run


def test_versions_are_those_that_are_installed() -> None:
    versions = describe_run()["versions"]
    assert versions["python"] == platform.python_version()
    assert versions["pymatgen"] == version("pymatgen")
    assert versions["interphase"] == version("interphase")


@pytest.mark.parametrize(("zone", "seconds"), [("UTC", 0.0), ("Etc/GMT-3", 10800.0)])
def test_the_offset_is_that_of_the_local_clock(
    monkeypatch: pytest.MonkeyPatch, zone: str, seconds: float
) -> None:
    with monkeypatch.context() as context:
        context.setenv("TZ", zone)
        time.tzset()
        assert describe_run()["utc_offset"] == seconds
    time.tzset()
