"""The dispatcher's rounds: it waits for what is away, tells once, and ends at the end."""

from __future__ import annotations

import logging
import re
import shlex
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from fireworks import FWorker
from fireworks.utilities.fw_utilities import log_exception
from pymongo.errors import AutoReconnect, OperationFailure
from typer.main import get_group

from workflows.cli.main import app
from workflows.dispatch.batch_jobs import BatchJobs, OutageError, _LastWords
from workflows.dispatch.dispatcher import Dispatcher
from workflows.dispatch.notices import Notices
from workflows.dispatch.submission import submit
from workflows.doctor.queue_checks import require_rockets
from workflows.specification.campaign import NodeKind
from workflows.storage.campaigns import ADVANCE, load_nodes

if TYPE_CHECKING:
    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

TEMPLATES = Path(__file__).parents[3] / "cluster"


class Queue(BatchJobs):
    """A queue that does in each round what a test says."""

    def __init__(self, *rounds: Exception | int) -> None:
        self.rounds = list(rounds)

    def submit(self) -> int:
        found = self.rounds.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def dispatcher(
    database: Database, small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Dispatcher:
    """Return a dispatcher of the small campaign, of which nothing has run."""
    monkeypatch.chdir(tmp_path)
    submit(database, small_plan)
    notices = Notices(f"cat >> {tmp_path}/notices")
    return Dispatcher(database, None, Queue(), tmp_path, notices, pause=0.01)


def told(folder: Path) -> list[str]:
    path = folder / "notices"
    return path.read_text().splitlines() if path.exists() else []


def test_it_waits_for_what_is_away_and_goes_on(
    dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("workflows.dispatch.dispatcher.sleep", slept.append)
    away = [OutageError("slurm_load_jobs error: Unable to contact"), AutoReconnect("refused")]
    refused = OperationFailure("not authorized", code=13)
    dispatcher.jobs = Queue(away[0], away[1], OSError(28, "No space left"), 2, 0, refused)
    logging.getLogger("interphase.dispatch").propagate = True
    with caplog.at_level(logging.INFO), pytest.raises(OperationFailure):
        dispatcher.run()  # what a user may not do is not waited for
    assert slept == [0.02, 0.04, 0.08, 0.01, 0.01]
    said = [record.getMessage() for record in caplog.records]
    assert said[1] == "waits: slurm_load_jobs error: Unable to contact"
    assert any(line.startswith("goes on, after ") for line in said)
    assert "submitted 2 batch jobs" in said


def test_a_long_outage_is_told_once(dispatcher: Dispatcher, tmp_path: Path) -> None:
    dispatcher.jobs = Queue(OutageError("no queue"), OutageError("no queue"), OutageError("none"))
    dispatcher.run(once=True)
    assert dispatcher._away_since
    dispatcher._away_since -= 1000
    dispatcher.run(once=True)
    dispatcher.run(once=True)
    assert told(tmp_path) == ["the dispatcher has waited for 15 minutes", "no queue"]


@pytest.mark.timeout(120)  # FireWorks waits for a lock for 300 s
def test_it_runs_the_steps_that_end_workflows_and_ends_with_the_campaign(
    dispatcher: Dispatcher, tmp_path: Path
) -> None:
    database = dispatcher.database
    dispatcher.jobs = Queue(0, 0, 0, 0)
    crystal = next(
        node
        for node in load_nodes(database, {"campaign": "small"})
        if node.kind is NodeKind.CRYSTAL
    )
    # its relaxation has landed, and the step behind it is ready
    database.jobs.insert_one({"uuid": crystal.uuid, "index": 1, "output": {}})
    mine = {"spec.node": crystal.uuid}
    for step, state in ((ADVANCE, "READY"), ("reference", "COMPLETED")):
        found = database.fireworks.find_one({**mine, "spec.step": step}) or {}
        database.fireworks.update_one({"_id": found["_id"]}, {"$set": {"state": state}})
        key = f"fw_states.{found['fw_id']}"
        database.workflows.update_one({"nodes": found["fw_id"]}, {"$set": {key: state}})
    # a rocket was killed while it wrote to the workflow, after the last look for what was lost
    dispatcher._recovered = monotonic()
    database.workflows.update_one({"nodes": found["fw_id"]}, {"$set": {"locked": True}})
    # it is another campaign's, which shares the crystal
    database.fireworks.update_many(mine, {"$set": {"spec.campaign": "another"}})
    assert not dispatcher.round()
    ended = database.fireworks.find_one({**mine, "spec.step": ADVANCE}) or {}
    assert ended["state"] == "COMPLETED"
    launch = database.launches.find_one({"fw_id": ended["fw_id"]}) or {}
    assert launch["fworker"]["name"] == "dispatcher"
    # compounds that have failed: nothing is left that could run
    everything_fails(database)
    dispatcher.failures = 3
    assert dispatcher.round()
    lines = told(tmp_path)
    assert re.fullmatch(r"\d+ steps have failed", lines[0])
    assert lines[2] == "campaign small is over"


def everything_fails(database: Database) -> None:
    """Let every step fail for a reason that stays."""
    database.fireworks.update_many({}, {"$set": {"state": "FIZZLED", "launches": []}})
    for workflow in database.workflows.find():
        states = dict.fromkeys(workflow["fw_states"], "FIZZLED")
        database.workflows.update_one({"_id": workflow["_id"]}, {"$set": {"fw_states": states}})


def test_what_failed_since_the_last_look_runs_again_before_the_end_is_told(
    dispatcher: Dispatcher, tmp_path: Path
) -> None:
    database = dispatcher.database
    dispatcher.jobs, dispatcher.failures = Queue(0), 1000
    assert not dispatcher.round()
    step, launch_id = database.launchpad.checkout_fw(FWorker(), str(tmp_path))
    everything_fails(database)
    mine = {"fw_id": step.fw_id}
    database.fireworks.update_one(mine, {"$set": {"launches": [launch_id]}})
    database.launches.update_one(mine, {"$set": {"state": "FIZZLED"}})  # killed, without a word
    assert not dispatcher.round()
    assert (database.fireworks.find_one(mine) or {})["state"] == "READY"
    assert not told(tmp_path)


def test_batch_jobs_leave_the_end_of_workflows_to_the_dispatcher(database: Database) -> None:
    adapter = yaml.safe_load((TEMPLATES / "my_qadapter_slurm.yaml").read_text())
    worker = FWorker(name="big", category=["bigmem"], query={"spec.dopant": "Ta"})

    class Adapter(dict[str, Any]):
        q_name = "SLURM"

    jobs = BatchJobs(database.launchpad, worker, Adapter(adapter), Path(), limit=5)
    steps = [("Ta", "relax", "bigmem"), ("Ta", ADVANCE, "bigmem"), ("Nb", "relax", "bigmem")]
    steps += [("Ta", "relax", "cpu")]
    for number, (dopant, step, category) in enumerate(steps):
        spec = {"dopant": dopant, "step": step, "_category": category}
        database.fireworks.insert_one({"fw_id": number, "state": "READY", "spec": spec})
    assert jobs._wanted() == 1
    database.fireworks.update_many({}, {"$set": {"spec.step": "relax", "spec.dopant": "Ta"}})
    assert jobs._wanted() == 3
    assert worker.query["spec.dopant"] == "Ta"  # the user's own worker is left as it is


def test_the_last_words_of_fireworks_are_its_exception_and_not_its_ornaments() -> None:
    words = _LastWords(SimpleNamespace(q_name="test"))
    logger = logging.getLogger("test of last words")
    logger.addHandler(words)
    try:
        Path("/dev/full").write_bytes(b"x")
    except OSError:
        log_exception(logger, "Error writing/submitting queue script!")
    assert words.words == "OSError: [Errno 28] No space left on device"


def test_a_notice_that_cannot_be_sent_holds_nothing_up(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("interphase.dispatch").propagate = True
    Notices("echo no such host >&2; exit 3").tell("campaign x is over", "all landed")
    assert [record.getMessage() for record in caplog.records] == [
        "campaign x is over: all landed",
        "the notice was not sent: no such host",
    ]


@pytest.mark.parametrize("name", ["interphase.service", "interphase.crontab"])
def test_the_templates_of_services_use_options_that_there_are(name: str) -> None:
    (line,) = [
        line
        for line in (TEMPLATES / name).read_text().splitlines()
        if "bin/interphase dispatch" in line
    ]
    words = shlex.split(line.partition("interphase dispatch")[2].partition(">>")[0])
    known = {option for each in get_group(app).commands["dispatch"].params for option in each.opts}
    used = {word for word in words if word.startswith("--")}
    assert "--launches" in used
    assert used <= known


@pytest.mark.parametrize("path", TEMPLATES.glob("my_qadapter*.yaml"), ids=lambda path: path.name)
def test_the_rockets_of_every_queue_template_are_accepted(path: Path) -> None:
    content = yaml.safe_load(path.read_text())
    require_rockets(content["rocket_launch"], content["walltime"], path.name)
