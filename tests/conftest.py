"""Fixtures on a real mongod: nothing here imitates a database."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from pymongo import MongoClient

from analysis.base.errors import InputError
from workflows.base.settings import PREFIX, MachineSettings, load_settings
from workflows.storage.server.mongod import find_mongod
from workflows.storage.server.private_server import PrivateServer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from pymongo.database import Database

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that skips itself in CI, where everything it needs is installed."""
    return _fail_skipped_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a module that skips itself."""
    return _fail_skipped_in_ci((yield))


def _fail_skipped_in_ci(report: Report) -> Report:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"nothing may skip in CI: {reason}"
    return report


@pytest.fixture(scope="session")
def machine_settings() -> MachineSettings:
    """Return this machine's settings, on private servers; skip where there is no mongod."""
    settings = load_settings().model_copy(update={"mongodb_uri": None})
    try:
        find_mongod(settings)
    except InputError as error:
        pytest.skip(str(error))
    return settings


@pytest.fixture(scope="session")
def mongo_uri(machine_settings: MachineSettings) -> Iterator[str]:
    """Yield the URI of one private server for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="ip-"))  # short: a socket's path has 107 bytes
    with PrivateServer(folder, machine_settings).use() as uri:
        yield uri
    shutil.rmtree(folder)


@pytest.fixture
def mongo_database(mongo_uri: str) -> Iterator[Database[dict[str, Any]]]:
    """Yield an empty database, dropped afterwards."""
    name = f"test-{uuid.uuid4().hex}"
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client[name]
        client.drop_database(name)


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """Yield a folder for a campaign, with a path as short as a user's."""
    with tempfile.TemporaryDirectory(prefix="ip-") as folder:
        yield Path(folder) / "run"


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Take away all settings of the machine; return the home folder that is left."""
    for name in list(os.environ):
        if name.startswith((PREFIX, "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path
