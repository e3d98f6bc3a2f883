"""Lost and failed steps: why, and how often for the same reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workflows.recovery.launch_record import LaunchRecord
from workflows.recovery.lost_runs import KILLED, Look, Run
from workflows.recovery.queue import ask_queue
from workflows.state.campaign_status import find_failures, last_lines
from workflows.state.failures import FailureClass, classify
from workflows.storage.campaigns import ADVANCE, landed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from workflows.recovery.batch_job import Queue
    from workflows.storage.database import Database

# A failure of these classes may have a cause that only the queue knows.
_VAGUE: Final = frozenset((FailureClass.UNKNOWN, FailureClass.NODE))


@dataclass(frozen=True)
class Stopped:
    """A step that was lost or has failed.

    Attributes
    ----------
    failure_class, reason
        Why, in a word and in full.
    times
        How often it ended for a reason of this class before.
    run
        The run that was lost; None for one that reported its failure.
    folder
        Where it continues when it runs again; None if it starts from scratch.
    """

    fw_id: int
    name: str
    failure_class: FailureClass
    reason: str
    times: int = 0
    run: Run | None = None
    folder: Path | None = None


def lost_steps(database: Database, look: Look) -> Iterator[Stopped]:
    """Classify the runs that were lost."""
    for lost in look.lost:
        failure_class = classify(lost.reason)
        yield Stopped(
            lost.run.fw_id,
            lost.run.name,
            failure_class,
            lost.reason,
            _times(database, lost.run.fw_id, {failure_class}),
            lost.run,
        )


def failed_steps(
    database: Database, campaigns: Sequence[str], queue: Queue | None
) -> list[Stopped]:
    """Classify the failed steps of workflows whose result is missing, or that did not end."""
    nodes = set(database.nodes.distinct("uuid", {"campaign": {"$in": list(campaigns)}}))
    done = landed(database, nodes)
    found = find_failures(database, list(nodes))
    failures = [each for each in found if each.node not in done or each.step == ADVANCE]
    words = _queue_words(database, [f.fw_id for f in failures], queue)
    stopped = []
    for failure in failures:
        said = failure_class = failure.failure_class
        if said in _VAGUE and failure.fw_id in words:
            told = classify(words[failure.fw_id])
            failure_class = said if told is FailureClass.UNKNOWN else told
        # what earlier launches said is as vague as what this one said
        times = _times(database, failure.fw_id, {failure_class, said})
        name = f"{failure.compound}: {failure.step}"
        stopped.append(Stopped(failure.fw_id, name, failure_class, failure.error, times))
    return stopped


def _queue_words(database: Database, fw_ids: Sequence[int], queue: Queue | None) -> dict[int, str]:
    """Ask the queue how the batch jobs ended in which steps failed."""
    if queue is None or not fw_ids:
        return {}
    launches = database.launches.find({"fw_id": {"$in": list(fw_ids)}}).sort("launch_id", 1)
    records = {launch["fw_id"]: LaunchRecord.of_launch(launch) for launch in launches}
    jobs = {fw_id: record.job for fw_id, record in records.items() if record and record.job}
    answers = ask_queue(jobs.values(), queue)
    return {fw_id: answers[job].word for fw_id, job in jobs.items()}


def _times(database: Database, fw_id: int, reasons: Collection[FailureClass]) -> int:
    """Count the earlier launches of a step that ended for a reason of these classes."""
    firework = database.fireworks.find_one({"fw_id": fw_id}, {"archived_launches": 1}) or {}
    ids = firework.get("archived_launches", [])
    earlier = database.launches.find({"launch_id": {"$in": ids}}, {"action": 1, "launch_id": 1})
    return sum(classify(last_lines([launch]) or KILLED) in reasons for launch in earlier)
