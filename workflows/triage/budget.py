"""A specification for VASP of the compounds that deserve it, within a budget of node-hours."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from analysis.base.errors import InputError
from analysis.results.triage import Worth, rank
from analysis.structures.dopants import Compound, Dopant
from makers.engines.registry import PRODUCTION_ENGINE, unknown_elements
from makers.engines.second_stage import RelaxAgain
from workflows.base.settings import MachineSettings
from workflows.results.search import find
from workflows.specification.campaign import Campaign
from workflows.specification.planning import make_plan
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec, EngineSpec
from workflows.state.node_hours import NodeHours, node_costs, step_seconds
from workflows.storage.campaigns import load_campaign
from workflows.storage.database import Database

BEYOND_BUDGET = "beyond the budget"
OTHER_COMPENSATION = "compensated in another way: that takes a separate campaign"


Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Entry:
    """A compound on the list; `hours` is its cost, including its own crystals."""

    worth: Worth
    hours: float


@dataclass(frozen=True)
class BudgetChoice:
    """What to compute with VASP.

    Attributes
    ----------
    spec
        The specification.
    landed, planned
        Doped compounds of the force-field campaign.
    base
        Node-hours of the host, its arrangements, and the crystals that the undoped host needs.
    entries
        The chosen compounds, highest score first.
    left_out
        The others, and why.
    budget
        Node-hours.
    cost
        The total, and the model behind it.
    """

    spec: CampaignSpec
    landed: int
    planned: int
    base: float
    entries: Sequence[Entry]
    left_out: Sequence[tuple[Worth, str]]
    budget: float
    cost: NodeHours


def choose_compounds(
    database: Database, name: str, settings: MachineSettings, *, budget: float
) -> BudgetChoice:
    """Choose the compounds of a force-field campaign that deserve VASP.

    Parameters
    ----------
    database
        Where the campaign is.
    name
        Its name; finished or not.
    settings
        Of the machine: the time of an ionic step, if none was measured.
    budget
        Node-hours for all; host and reference crystals come first.

    Raises
    ------
    InputError
        No compound has landed, the campaign is one with VASP already, no compound deserves VASP,
        or the budget does not cover the host and one compound.
    """
    campaign = load_campaign(database, name)
    _require_force_field(campaign)
    ranked = rank(
        find(database.results, [f'campaign="{name}"']),
        campaign.spec.screening,
        better=PRODUCTION_ENGINE,
    )
    if not ranked:
        msg = f"no doped compound of {name} has landed yet: triage needs results to choose from"
        raise InputError(msg)
    worthy, left_out = _sieve(ranked, campaign)
    if not worthy:
        msg = f"no compound of {name} deserves VASP: {_reasons(left_out)}"
        raise InputError(msg)
    seconds, measured = step_seconds(settings, database)
    spec = vasp_spec(campaign.spec, [worth.compound for worth in worthy])
    source = phase_source(spec.reference_phases, database.mongo["phases"])
    whole = make_plan(spec, source).campaign
    costs, needs = node_costs(whole, seconds), _needs(whole)
    base = {uuid: costs[uuid] for uuid in needs[whole.compounds[0].compound]}
    wanted = {
        worth.compound: {uuid: costs[uuid] for uuid in needs[worth.compound]} for worth in worthy
    }
    taken = pack(wanted, paid=base, budget=budget)
    _require_budget(budget, base, wanted, taken)
    base_hours = sum(base.values())
    beyond = [(worth, BEYOND_BUDGET) for worth in worthy if worth.compound not in taken]
    return BudgetChoice(
        spec=vasp_spec(campaign.spec, list(taken)),
        landed=len(ranked),
        planned=sum(bool(planned.compound.dopants) for planned in campaign.compounds),
        base=base_hours,
        entries=[Entry(w, taken[w.compound]) for w in worthy if w.compound in taken],
        left_out=[*beyond, *left_out],
        budget=budget,
        cost=NodeHours(base_hours + sum(taken.values()), seconds, measured),
    )


def pack(
    wanted: Mapping[Key, Mapping[str, float]], *, paid: Mapping[str, float], budget: float
) -> dict[Key, float]:
    """Take what fits the budget, in the order of its rank.

    One that does not fit is skipped: a cheaper one of lower rank may fit. Shared workflows are
    counted once.

    Parameters
    ----------
    wanted
        For each, highest rank first, the workflows it needs and their node-hours.
    paid
        The workflows that come first, and their node-hours.
    budget
        Node-hours for all, including `paid`.

    Returns
    -------
    dict
        The chosen compounds, and the node-hours that each added.
    """
    there = dict(paid)
    spent = sum(there.values())
    taken: dict[Key, float] = {}
    for key, needed in wanted.items():
        new = {uuid: hours for uuid, hours in needed.items() if uuid not in there}
        added = sum(new.values())
        if spent + added <= budget:
            taken[key] = added
            there |= new
            spent += added
    return taken


def vasp_spec(spec: CampaignSpec, compounds: Sequence[Compound]) -> CampaignSpec:
    """Return a specification with VASP for compounds of a force-field campaign.

    Host, electrode, phases, thresholds and sampling stay; VASP starts from the force field's
    minimum.
    """
    content = spec.model_dump(mode="json", exclude_defaults=True)
    for key in ("rule", "dopants", "codoped"):
        content.pop(key, None)
    single = [compound.dopants[0] for compound in compounds if len(compound.dopants) == 1]
    several = [compound for compound in compounds if len(compound.dopants) > 1]
    if single:
        content["dopants"] = _listed(single)
    if several:
        content["codoped"] = [compound.model_dump(mode="json")["dopants"] for compound in several]
    content["name"] = f"{spec.name}-{PRODUCTION_ENGINE}"
    content["compensation"] = compounds[0].compensation
    content["engine"] = {**_first(spec.engine), "then": _PRODUCTION}
    return CampaignSpec.model_validate(content)


def write_spec(spec: CampaignSpec, path: Path, *, heading: Iterable[str], force: bool) -> None:
    """Write a specification as YAML, below some lines of comment.

    Raises
    ------
    InputError
        The file exists and `force` is not given, or it cannot be written.
    """
    if path.exists() and not force:
        msg = f"{path} exists already: --force replaces it"
        raise InputError(msg)
    content = spec.model_dump(mode="json", exclude_defaults=True)
    # In full, so that nobody has to look up a default amount.
    content["dopants"] = [entry.model_dump(mode="json") for entry in spec.dopants]
    comment = "".join(f"# {line}\n" for line in heading)
    text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=100)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(comment + text, encoding="utf-8")
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise InputError(msg) from error


# VASP relaxes always: from the minimum of the force field.
_PRODUCTION: Final = {"name": PRODUCTION_ENGINE, "relax": RelaxAgain.ALWAYS.value}


def _first(engine: EngineSpec) -> dict[str, Any]:
    """Return the engine that relaxes first, with the settings that the campaign had."""
    return engine.model_dump(mode="json", exclude={"then"}, exclude_defaults=True) | {
        "name": engine.name
    }


def _listed(dopants: Iterable[Dopant]) -> list[dict[str, Any]]:
    """Write single dopants as a specification lists them, the concentrations of an ion together."""
    together: dict[tuple[str, int, str], list[float]] = {}
    for each in dopants:
        ion = (each.element, each.valence, each.site)
        together.setdefault(ion, []).append(each.concentration)
    return [
        {"element": element, "valence": valence, "site": site, "concentration": sorted(amounts)}
        for (element, valence, site), amounts in together.items()
    ]


def _require_force_field(campaign: Campaign) -> None:
    if campaign.spec.engine.last.name == PRODUCTION_ENGINE:
        msg = f"{campaign.name} is a campaign with VASP already: triage is for a force field's"
        raise InputError(msg)


def _sieve(
    ranked: Sequence[Worth], campaign: Campaign
) -> tuple[list[Worth], list[tuple[Worth, str]]]:
    """Keep the compounds that deserve VASP and can be computed with it in one campaign."""
    host = campaign.host_crystal
    ways = [worth.compound.compensation for worth in ranked if worth.why]
    worthy, left_out = [], []
    for worth in ranked:
        elements = {ion.element.symbol for ion in host.counts}
        elements |= {dopant.element for dopant in worth.compound.dopants}
        unknown = unknown_elements(PRODUCTION_ENGINE, elements) if worth.why else []
        if worth.why_not is not None:
            left_out.append((worth, str(worth.why_not)))
        elif unknown:
            left_out.append((worth, f"VASP has no potential of the set for {', '.join(unknown)}"))
        elif worth.compound.compensation != ways[0]:
            left_out.append((worth, OTHER_COMPENSATION))
        else:
            worthy.append(worth)
    return worthy, left_out


def _needs(campaign: Campaign) -> dict[Compound, set[str]]:
    """Return the workflows that each compound needs, including its own."""
    behind: dict[str, set[str]] = {}
    compounds: dict[Compound, set[str]] = {}
    for node in campaign.nodes():  # parents before children
        behind[node.uuid] = {node.uuid}.union(*(behind[parent] for parent in node.parents))
        if node.compound is not None:
            compounds[node.compound] = behind[node.uuid]
    return compounds


def _require_budget(
    budget: float,
    base: Mapping[str, float],
    wanted: Mapping[Compound, Mapping[str, float]],
    taken: Mapping[Compound, float],
) -> None:
    host = sum(base.values())
    if host > budget:
        msg = (
            f"the budget of {budget:g} node-hours is below the {host:.1f} that the host and its "
            "reference crystals take"
        )
        raise InputError(msg)
    if not taken:
        least = min(sum({**base, **needed}.values()) for needed in wanted.values())
        msg = (
            f"the budget of {budget:g} node-hours pays for the host ({host:.1f}) but for no "
            f"compound: with the cheapest it takes {least:.1f}"
        )
        raise InputError(msg)


def _reasons(left_out: Iterable[tuple[Worth, str]]) -> str:
    counts = Counter(reason for _, reason in left_out)
    return "; ".join(f"{reason} ({number})" for reason, number in counts.most_common())
