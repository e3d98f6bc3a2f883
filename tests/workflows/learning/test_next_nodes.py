"""A campaign learns, holds out, explores and goes on, whatever fails and whoever asks again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from standins.landing import HOST_ENERGY, IONS, dopants, energy_of, put_result, run_learning

import analysis.learning.training.training
from analysis.learning.data.training_data import training_data
from analysis.learning.prediction.model_settings import ModelSettings
from analysis.learning.prediction.prediction import fit_model
from analysis.learning.regression.regression import RegressionScores
from analysis.learning.settings import HostChemistry, LearningSettings
from analysis.learning.training.learn import Learned
from workflows.dispatch.campaign_advance import advance, advance_from
from workflows.dispatch.submission import submit
from workflows.specification.campaign import Node, NodeKind
from workflows.specification.planning import Plan, make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec
from workflows.state.campaign_status import State, campaign_status
from workflows.storage.campaigns import load_nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workflows.storage.database import Database

    Spec = dict[str, Any]
    End = Callable[[Database, str, str], None]

HELD = [("Mn", 3), ("Re", 6)]
SPACE = ["Mg", "Ca", "Zn", "Ni", "Co"]


def only_the_model(
    documents: Any, settings: LearningSettings, host: HostChemistry, **_: Any
) -> Learned:
    """Fit the model that predicts, and leave out the scores, which take half a minute."""
    data = training_data(documents, host, population=settings.population)
    nothing = pd.DataFrame({"descriptor": []})
    return Learned(
        settings=settings,
        data=data,
        honest=(),
        classification=None,
        regression=RegressionScores(nothing, nothing),
        published=RegressionScores(nothing, nothing),
        importances=nothing,
        correlations=nothing.set_index("descriptor"),
        learning_curve=None,
        model=fit_model(data, host, ModelSettings(seed=settings.seed)),
        notes=(),
    )


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysis.learning.training.training, "learn", only_the_model)
        yield


@pytest.fixture(scope="module")
def spec(make_spec: Callable[..., Spec]) -> Spec:
    return make_spec(
        name="learner",
        dopants=dopants(*IONS),
        compensation="none",
        learning={"held_out": dopants(*HELD)},
    )


def planned(spec: Spec, **changes: Any) -> Plan:
    return make_plan(CampaignSpec.model_validate(spec | changes), TableSource())


@pytest.fixture(scope="module")
def holding_out(spec: Spec) -> Plan:
    return planned(spec)


@pytest.fixture(scope="module")
def exploring(spec: Spec) -> Plan:
    explore = {"criterion": "promising", "number": 2, "rounds": 2, "elements": SPACE}
    explore |= {"sites": ["Zr"], "concentration": 0.5}
    return planned(spec, explore=explore, learning={})


def nodes_of(database: Database, kind: NodeKind) -> list[Node]:
    nodes = load_nodes(database, {"campaign": "learner"})
    return [node for node in nodes if node.kind is kind]


def waiting(database: Database) -> list[Node]:
    """Return the nodes whose workflows are on the LaunchPad and have not ended."""
    found = database.workflows.find({"state": {"$nin": ["COMPLETED", "FIZZLED"]}})
    uuids = {workflow["metadata"]["digest"] for workflow in found}
    return [n for n in load_nodes(database, {"campaign": "learner"}) if n.uuid in uuids]


def land(database: Database, node: Node, end: End) -> list[str]:
    if node.kind is NodeKind.LEARNING:
        run_learning(database, node.uuid)
    else:
        put_result(database, node)
    end(database, node.uuid, "COMPLETED")
    return advance_from(database, node.uuid)


def fail(database: Database, node: Node, end: End) -> list[str]:
    end(database, node.uuid, "FIZZLED")
    return advance_from(database, node.uuid)


def land_all(
    database: Database, end: End, *, but: Callable[[Node], bool] = lambda _: False
) -> None:
    """Let everything land that is on the LaunchPad, and what follows, short of trainings."""
    while todo := [n for n in waiting(database) if n.kind is not NodeKind.LEARNING and not but(n)]:
        for node in todo:
            land(database, node, end)


def label(node: Node) -> str:
    return node.label.removeprefix("LZO:")


def trained(database: Database) -> list[Spec]:
    return list(database.learning.find({"campaign": "learner"}, {"_id": 0}).sort("stage"))


def test_learning_waits_for_the_last_compound_and_is_added_once(
    database: Database, holding_out: Plan, end: End
) -> None:
    submit(database, holding_out)
    land_all(database, end, but=lambda n: ":W6+" in n.label)
    training = nodes_of(database, NodeKind.LEARNING)[0]
    assert [n.label for n in waiting(database)] == ["LZO:W6+(Zr)0.5 uncompensated"]
    (last,) = waiting(database)
    assert campaign_status(database, "learner").nodes[NodeKind.LEARNING] == {State.WAITING: 1}
    assert advance(database, "learner") == []
    assert land(database, last, end) == [training.uuid]
    assert advance(database, "learner") == []
    assert advance_from(database, last.uuid) == []


def test_failed_and_blocked_compounds_hold_learning_up_no_longer_than_others(
    database: Database, holding_out: Plan, end: End
) -> None:
    submit(database, holding_out)
    crystal = next(n for n in nodes_of(database, NodeKind.CRYSTAL) if n.formula == "Ta2O5")
    fail(database, crystal, end)
    land_all(database, end, but=lambda n: ":W6+" in n.label)
    tungsten = next(n for n in waiting(database) if ":W6+" in n.label)
    training = nodes_of(database, NodeKind.LEARNING)[0]
    assert fail(database, tungsten, end) == [training.uuid]
    land(database, training, end)
    (document,) = trained(database)
    assert len(document["learnt_from"]) == len(IONS) - 2
    assert tungsten.uuid not in document["learnt_from"]


def test_held_out_compounds_are_predicted_before_they_are_computed(
    database: Database, holding_out: Plan, end: End
) -> None:
    submit(database, holding_out)
    land_all(database, end)
    held = [n for n in nodes_of(database, NodeKind.COMPOUND) if label(n)[:2] in ("Mn", "Re")]
    assert len(held) == len(HELD)
    assert not {n.uuid for n in held} & {n.uuid for n in waiting(database)}
    (training,) = waiting(database)
    assert set(land(database, training, end)) == {node.uuid for node in held}
    (before,) = trained(database)
    rows = {row["job_uuid"] for row in before["learnt"]["model"]["rows"]}
    assert not {node.uuid for node in held} & rows
    assert [f["element"] for f in before["forecasts"]] == [element for element, _ in HELD]
    assert all("computed_energy" not in f for f in before["forecasts"])

    land_all(database, end)
    (second,) = waiting(database)
    assert second.kind is NodeKind.LEARNING
    assert land(database, second, end) == []
    after = trained(database)[-1]
    for told, first in zip(after["forecasts"], before["forecasts"], strict=True):
        energy = energy_of(told["element"], told["valence"], told["concentration"])
        assert told["computed_energy"] == pytest.approx(energy)
        assert told["error"] == pytest.approx(told["reaction_energy"] - energy)
        assert told["snapshot"] == before["snapshot"] != after["snapshot"]
        assert told["reaction_energy"] == first["reaction_energy"]
        assert not told["computed_already"]
    assert after["agreement"]["held_out"]["compared"] == len(HELD)
    assert campaign_status(database, "learner").complete


def test_a_held_out_compound_that_is_there_already_is_said_to_test_nothing(
    database: Database, spec: Spec, holding_out: Plan, end: End
) -> None:
    everything = planned(spec, learning={}, dopants=dopants(*IONS, *HELD))
    submit(database, everything)
    land_all(database, end)
    submit(database, holding_out)
    for _ in range(2):
        (training,) = waiting(database)
        assert training.kind is NodeKind.LEARNING
        land(database, training, end)
    first, last = trained(database)
    assert len(first["learnt_from"]) == len(IONS)
    assert all(f["computed_already"] for f in first["forecasts"])
    assert all(f["computed_energy"] is not None for f in last["forecasts"])
    assert last["agreement"]["held_out"]["compared"] == 0


def test_exploring_adds_compounds_and_compares_them_until_the_budget_ends(
    database: Database, exploring: Plan, end: End
) -> None:
    submit(database, exploring)
    for stage in range(3):
        land_all(database, end)
        (training,) = waiting(database)
        assert training.stage == stage
        new = land(database, training, end)
        submit(database, exploring)  # as after a restart: nothing is lost, nothing comes twice
        assert advance(database, "learner") == []
        if stage < 2:
            assert new
        else:
            assert new == []
    last = trained(database)[-1]
    explored = [f for f in last["forecasts"] if f["reason"] == "explored"]
    assert [f["stage"] for f in explored] == [0, 0, 1, 1]
    assert len({(f["element"], f["valence"]) for f in explored}) == len(explored)
    assert all(f["computed_energy"] is not None for f in explored)
    assert {f["element"] for f in explored} <= set(SPACE)
    assert last["agreement"]["explored"]["compared"] == len(explored)
    assert database.results.count_documents({"dopant": {"$in": SPACE}}) > len(explored) - 1


def test_a_chosen_compound_that_fails_does_not_end_exploring(
    database: Database, exploring: Plan, end: End
) -> None:
    submit(database, exploring)
    land_all(database, end)
    (training,) = waiting(database)
    new = land(database, training, end)
    chosen = [n for n in nodes_of(database, NodeKind.COMPOUND) if n.uuid in new]
    for node in waiting(database):
        if node in chosen:
            fail(database, node, end)
    land_all(database, end)
    (second,) = waiting(database)
    assert second.stage == 1
    land(database, second, end)
    document = trained(database)[-1]
    asked = [(f["element"], f["valence"]) for f in document["forecasts"]]
    assert len(set(asked)) == len(asked)  # what failed is not chosen again


def test_a_compound_that_lands_after_the_last_training_is_learnt_from_once_more(
    database: Database, holding_out: Plan, end: End
) -> None:
    submit(database, holding_out)
    land_all(database, end, but=lambda n: ":W6+" in n.label)
    tungsten = waiting(database)[0]
    fail(database, tungsten, end)
    for _ in range(2):
        land(database, waiting(database)[0], end)
        land_all(database, end)
    assert waiting(database) == []
    (again,) = land(database, tungsten, end)
    repeated = next(n for n in nodes_of(database, NodeKind.LEARNING) if n.uuid == again)
    assert repeated.repeats
    assert advance(database, "learner") == []
    submit(database, holding_out)
    assert [n.uuid for n in waiting(database)] == [again]
    assert land(database, repeated, end) == []
    assert tungsten.uuid in trained(database)[-1]["learnt_from"]
    submit(database, holding_out)
    assert waiting(database) == []


def test_too_little_data_ends_learning_and_not_the_campaign(
    database: Database, spec: Spec, end: End
) -> None:
    few = planned(spec, dopants=dopants(*IONS[:3]))
    submit(database, few)
    land_all(database, end)
    (training,) = waiting(database)
    assert len(land(database, training, end)) == len(HELD)
    (document,) = trained(database)
    assert document["failed"].startswith("3 compounds of 3 elements are too few to regress on")
    assert document["failed"].endswith("(3 compounds have landed: 3 no_worse)")


def test_small_campaigns_do_not_learn_by_themselves(spec: Spec) -> None:
    plan = planned(spec, learning={})
    assert not [n for n in plan.campaign.nodes() if n.kind is NodeKind.LEARNING]
    plan = planned(spec, learning={"least": len(IONS)})
    assert [n.label for n in plan.campaign.nodes() if n.kind is NodeKind.LEARNING] == [
        "LZO learning 1"
    ]
    assert HOST_ENERGY < 0
