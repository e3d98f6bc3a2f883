"""A reader of the pages, a campaign that has landed, and one to learn from."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from standins.landing import IONS, dopants, put_result
from standins.mongo import SecureServer, secure_mongod
from standins.reader import SMALL, Reader

from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.learning.on_demand import learn_now
from workflows.specification.planning import make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec
from workflows.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.base.settings import MachineSettings

#: Aluminium, which the pages predict on Li, is one of them there.
LEARNER = {
    **SMALL,
    "name": "learner",
    "dopants": dopants(*IONS),
    "compensation": "none",
    "learning": {"effort": "brief"},
}


@pytest.fixture(scope="session")
def runs(machine_settings: MachineSettings) -> Iterator[Path]:
    """Yield a folder with the campaigns `demo`, which is really run, and `learner`."""
    folder = Path(tempfile.mkdtemp(prefix="ip-"))
    reader = Reader(folder)
    reader.type("interphase run small.yaml --dir runs/demo")
    _let_land(reader.project / "runs" / "learner", machine_settings)
    yield reader.project / "runs"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def demo(runs: Path) -> Path:
    """Return the folder of the small campaign that has landed."""
    return runs / "demo"


@pytest.fixture
def reader(runs: Path, machine_settings: MachineSettings) -> Iterator[Reader]:
    """Yield a reader who has run the campaigns; their servers run as long as the reader reads."""
    made = Reader(Path(tempfile.mkdtemp(prefix="ip-")))
    copied = made.project / "runs"
    shutil.copytree(runs, copied, ignore=shutil.ignore_patterns("*.lock"))
    with open_database(copied / "demo", machine_settings):
        yield made
    shutil.rmtree(made.folder)


@pytest.fixture(scope="session")
def secure_server(machine_settings: MachineSettings) -> Iterator[SecureServer]:
    """Yield a cluster's mongod, with --auth and TLS."""
    with secure_mongod(machine_settings) as server:
        yield server


def _let_land(folder: Path, settings: MachineSettings) -> None:
    """Make a campaign whose compounds have landed without being computed."""
    plan = make_plan(CampaignSpec.model_validate(LEARNER), TableSource())
    with open_database(folder, settings, create=True) as database:
        for node in save_campaign(database, plan.campaign):
            put_result(database, node)
        advance(database, "learner")
        learn_now(database, "learner")  # `interphase learn` then finds this training
