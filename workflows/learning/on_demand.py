"""Learning on demand from what has landed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.learning.data.training_data import ROW_FIELDS, training_data
from analysis.learning.settings import Effort, LearningSettings, Questions
from analysis.learning.training.training import Training, classes_there, host_of, train
from workflows.learning.campaign_stages import chemistry, periodic_table
from workflows.learning.training_documents import (
    add_training,
    find_training,
    last_training,
    training_key,
)
from workflows.specification.campaign import NodeKind
from workflows.state.campaign_status import State, find_failures, node_states
from workflows.storage.campaigns import load_campaign, load_nodes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.learning.search.classification import Reporter
    from workflows.state.campaign_status import Failure
    from workflows.storage.database import Database

    Document = Mapping[str, Any]

#: Rows from which five folds, without elements in common, hold about ten compounds each.
_ENOUGH = 50
_FIELDS = (*ROW_FIELDS, Field.DOPANTS, Field.FORMULA, Field.PASSES_FILTER, Field.STRUCTURE)


@dataclass(frozen=True)
class Lesson:
    """What was learnt on demand.

    Attributes
    ----------
    training
        As it is stored.
    is_new
        True if it was not there before.
    landed, planned
        Doped compounds of the campaign.
    states
        Doped compounds in each state.
    failures
        Why their steps failed.
    """

    training: Training
    is_new: bool
    landed: int
    planned: int
    states: Mapping[State, int]
    failures: Sequence[Failure]


def learn_now(
    database: Database,
    name: str,
    *,
    effort: Effort | None = None,
    seed: int | None = None,
    jobs: int = 1,
    report: Reporter | None = None,
) -> Lesson:
    """Learn from the compounds of a campaign that have landed.

    Parameters
    ----------
    database
        The campaign's database; the training is stored in it.
    name
        Name of the campaign.
    effort, seed
        The specification's if not given.
    jobs
        Processes.
    report
        Called with the step, and how much of it is done of how much.

    Raises
    ------
    InputError
        There is too little to learn from; the message says how much there is.
    """
    campaign = load_campaign(database, name)
    spec = campaign.spec
    settings = spec.learning.settings(spec.seed if seed is None else seed)
    if effort is not None:
        settings = settings.model_copy(update={"effort": effort})
    nodes = load_nodes(database, {"campaign": name, "kind": NodeKind.COMPOUND})
    doped = [node.uuid for node in nodes if node.compound and node.compound.dopants]
    states = node_states(database, load_nodes(database, {"campaign": name}))
    documents = landed_documents(database, name)
    asked = Questions(host=chemistry(campaign), table=periodic_table(campaign))
    training, is_new = _trained(database, name, documents, settings, asked, jobs, report)
    return Lesson(
        training=training,
        is_new=is_new,
        landed=len(documents),
        planned=len(doped),
        states=Counter(states[uuid] for uuid in doped),
        failures=find_failures(database, doped),
    )


def landed_documents(database: Database, name: str) -> list[Document]:
    """Read the training data: the doped compounds that have landed."""
    return list(
        database.results.find(
            {"campaign": name, Field.DOPANTS: {"$ne": []}}, {**dict.fromkeys(_FIELDS, 1), "_id": 0}
        )
    )


def few_rows(database: Database, name: str) -> str:
    """Warn of a training on so few compounds that its scores say little, or return nothing."""
    rows = landed_documents(database, name)
    if len(rows) >= _ENOUGH:
        return ""
    return (
        f"{len(rows)} compounds ({classes_there(rows)}) are few to learn from: scores will spread "
        f"widely, and predictions outside them mean little; {_ENOUGH} or more are usual"
    )


def _trained(
    database: Database,
    name: str,
    documents: Sequence[Document],
    settings: LearningSettings,
    questions: Questions,
    jobs: int,
    report: Reporter | None,
) -> tuple[Training, bool]:
    try:
        data = training_data(
            documents,
            host_of(questions),
            concentration=settings.concentration,
            population=settings.population,
        )
    except InputError as error:
        msg = f"{name}: {error} ({classes_there(documents)})"
        raise InputError(msg) from error
    key = training_key(data.snapshot, settings.model_dump(mode="json"))
    if there := find_training(database, name, key):
        return _read(there), False
    before = _before(database, name)
    asked = questions.model_copy(update={"stage": before.stage if before else 0})
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    training = train(documents, settings, asked, at=now, earlier=before, jobs=jobs, report=report)
    if training.failed:
        msg = f"{name}: {training.failed}"
        raise InputError(msg)
    is_new = add_training(database, name, training.model_dump(mode="json"))
    return training, is_new


def _before(database: Database, name: str) -> Training | None:
    """Return the last training, whose forecasts the new one continues to compare."""
    try:
        return _read(last_training(database, name))
    except InputError:
        return None


def _read(document: Document) -> Training:
    return Training(**{key: document[key] for key in Training.model_fields})
