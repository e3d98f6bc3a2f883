from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from analysis.base.errors import InputError
from analysis.base.fields import Dissolution
from analysis.base.probabilities import ProbabilityLimits, probability_below_zero, word_for
from analysis.energies.engine_bias import find_bias
from analysis.reactions.solubility import engine_error
from analysis.structures.dopants import Compound, Dopant
from workflows.base.settings import MachineSettings
from workflows.learning.campaign_stages import save_campaign
from workflows.specification.spec import CampaignSpec
from workflows.state.node_hours import node_costs
from workflows.triage.budget import choose_compounds, pack, vasp_spec, write_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.specification.campaign import Campaign
    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

SETTINGS = MachineSettings(vasp_step_seconds=3600)  # an hour per ionic step of 100 atoms
ENOUGH = 1e6


def test_what_fits_is_taken_in_order() -> None:
    wanted = {"first": {"a": 4.0}, "second": {"b": 4.0}, "third": {"c": 4.0}}
    assert pack(wanted, paid={"host": 2.0}, budget=10) == {"first": 4.0, "second": 4.0}


def test_one_that_does_not_fit_is_passed_over() -> None:
    wanted = {"first": {"a": 4.0}, "second": {"b": 5.0}, "third": {"c": 1.0}}
    assert pack(wanted, paid={}, budget=5) == {"first": 4.0, "third": 1.0}


def test_what_is_shared_is_paid_once() -> None:
    oxide = {"oxide": 3.0}
    wanted = {"first": {"a": 1.0, **oxide}, "second": {"b": 1.0, **oxide, "host": 2.0}}
    assert pack(wanted, paid={"host": 2.0}, budget=7) == {"first": 4.0, "second": 1.0}


def test_what_is_passed_over_pays_for_nothing() -> None:
    wanted = {"first": {"a": 9.0, "oxide": 1.0}, "second": {"b": 4.0, "oxide": 1.0}}
    assert pack(wanted, paid={}, budget=5) == {"second": 5.0}


def document(compound: Compound, distance: float) -> dict[str, Any]:
    """Describe a compound that does not dissolve by so many u."""
    u = engine_error(compound, find_bias("chgnet"))
    chance = probability_below_zero(distance * u, u)
    return {
        "campaign": "small",
        **compound.model_dump(mode="json"),
        "label": "resists",
        "resists_probability": 1.0,
        "dissolution": word_for(chance, Dissolution, ProbabilityLimits()),
        "dissolves_probability": chance,
        "solubility": distance * u,
        "solubility_uncertainty": u,
        "engine": {"name": "chgnet"},
        "defect_energy": 0.0,
        "passes_filter": True,
        "strictly_stable": False,
        "passivating": False,
        "migration_barrier": None,
        "job_uuid": compound.label(""),
    }


@pytest.fixture
def stored(database: Database, small_plan: Plan) -> Database:
    """Store the small campaign: Mg undecided, Nb at x = 0.5 near, the others surely segregate."""
    save_campaign(database, small_plan.campaign)
    found = {
        planned.compound.label(""): planned.compound for planned in small_plan.campaign.compounds
    }
    where = {":Mg2+(Li)0.5": 0.0, ":Nb5+(Zr)0.5": 1.5, ":Nb5+(Zr)1": 9.0, ":Ta5+(Zr)0.5": 9.0}
    database.results.insert_many([document(found[name], d) for name, d in where.items()])
    return database


def chosen(database: Database, budget: float) -> list[str]:
    choice = choose_compounds(database, "small", SETTINGS, budget=budget)
    return [entry.worth.compound.label("").removeprefix(":") for entry in choice.entries]


def test_undecided_comes_before_near_and_what_is_sure_is_left_out(stored: Database) -> None:
    choice = choose_compounds(stored, "small", SETTINGS, budget=ENOUGH)
    assert [e.worth.compound.label("") for e in choice.entries] == [
        ":Mg2+(Li)0.5",
        ":Nb5+(Zr)0.5",
    ]
    assert {w.compound.label("") for w, _ in choice.left_out} == {":Nb5+(Zr)1", ":Ta5+(Zr)0.5"}
    assert (choice.landed, choice.planned) == (4, 4)


def test_host_and_crystals_are_in_the_total(stored: Database) -> None:
    choice = choose_compounds(stored, "small", SETTINGS, budget=ENOUGH)
    added = sum(entry.hours for entry in choice.entries)
    assert choice.base > 0
    assert choice.cost.hours == pytest.approx(choice.base + added)


def test_the_total_is_what_the_written_specification_costs(stored: Database) -> None:
    from workflows.specification.planning import make_plan
    from workflows.specification.sources import TableSource

    choice = choose_compounds(stored, "small", SETTINGS, budget=ENOUGH)
    campaign = make_plan(choice.spec, TableSource()).campaign
    assert sum(node_costs(campaign, 3600).values()) == pytest.approx(choice.cost.hours)


def test_the_budget_ends_the_list(stored: Database) -> None:
    choice = choose_compounds(stored, "small", SETTINGS, budget=ENOUGH)
    for_one = choice.base + choice.entries[0].hours
    assert chosen(stored, for_one + 1e-6) == ["Mg2+(Li)0.5"]


def test_a_budget_below_the_hosts_cost_is_refused(stored: Database) -> None:
    with pytest.raises(InputError, match=r"below the .* that the host and its reference crystals"):
        choose_compounds(stored, "small", SETTINGS, budget=0.1)


def test_a_budget_for_the_host_alone_is_refused(stored: Database) -> None:
    base = choose_compounds(stored, "small", SETTINGS, budget=ENOUGH).base
    with pytest.raises(InputError, match="but for no compound: with the cheapest it takes"):
        choose_compounds(stored, "small", SETTINGS, budget=base)


def test_without_results_there_is_nothing_to_choose(database: Database, small_plan: Plan) -> None:
    save_campaign(database, small_plan.campaign)
    with pytest.raises(InputError, match="no doped compound of small has landed yet"):
        choose_compounds(database, "small", SETTINGS, budget=ENOUGH)


def test_where_all_is_sure_nothing_deserves_vasp(stored: Database) -> None:
    stored.results.delete_many({"dissolves_probability": {"$gt": 1e-6}})
    with pytest.raises(InputError, match="no compound of small deserves VASP: its word is sure"):
        choose_compounds(stored, "small", SETTINGS, budget=ENOUGH)


def test_a_campaign_with_vasp_is_refused(
    database: Database, respecified: Callable[..., Campaign]
) -> None:
    campaign = respecified(engine={"name": "vasp"})
    save_campaign(database, campaign)
    with pytest.raises(InputError, match="small is a campaign with VASP already"):
        choose_compounds(database, "small", SETTINGS, budget=ENOUGH)


def test_the_specification_keeps_the_host_and_takes_vasp(small_plan: Plan) -> None:
    compounds = [p.compound for p in small_plan.campaign.compounds if p.compound.dopants]
    before = small_plan.campaign.spec
    after = vasp_spec(before, compounds)
    assert after.name == "small-vasp"
    assert [stage.name for stage in after.engine.stages] == ["chgnet", "vasp"]
    assert after.engine.then is not None
    assert after.engine.then.relax == "always"
    assert (after.host, after.choices, after.screening) == (
        before.host,
        before.choices,
        before.screening,
    )
    niobium = next(entry for entry in after.dopants if entry.element == "Nb")
    assert niobium.concentration == (0.5, 1.0)


def test_a_written_specification_is_read_again(small_plan: Plan, tmp_path: Path) -> None:
    spec = vasp_spec(small_plan.campaign.spec, [small_plan.campaign.compounds[1].compound])
    path = tmp_path / "vasp.yaml"
    write_spec(spec, path, heading=["why"], force=False)
    assert path.read_text().startswith("# why\n")
    assert CampaignSpec.from_file(path) == spec


def test_a_codoped_compound_is_written_and_read_again(small_plan: Plan, tmp_path: Path) -> None:
    pair = (
        Dopant(element="Mg", valence=2, site="Li", concentration=0.5),
        Dopant(element="Nb", valence=5, site="Zr", concentration=0.5),
    )
    spec = vasp_spec(small_plan.campaign.spec, [Compound(dopants=pair)])
    path = tmp_path / "vasp.yaml"
    write_spec(spec, path, heading=[], force=False)
    read = CampaignSpec.from_file(path)
    assert read == spec
    assert read.codoped == (pair,)
    assert read.dopants == ()


def test_a_file_that_is_there_is_replaced_only_by_force(small_plan: Plan, tmp_path: Path) -> None:
    spec = vasp_spec(small_plan.campaign.spec, [small_plan.campaign.compounds[1].compound])
    path = tmp_path / "vasp.yaml"
    path.write_text("mine")
    with pytest.raises(InputError, match="exists already: --force replaces it"):
        write_spec(spec, path, heading=[], force=False)
    assert path.read_text() == "mine"
    write_spec(spec, path, heading=[], force=True)
    assert CampaignSpec.from_file(path) == spec
