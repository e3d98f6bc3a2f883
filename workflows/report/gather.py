"""Read a campaign's database for the report: what has landed, and the state of the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from analysis.base.compound_names import SEVERAL, in_site_order, ion_on_site
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.periodic_layout import layout
from workflows.report.atom_colours import atom_colours
from workflows.report.model import CampaignState, CompoundView, Failed, FieldText, Report
from workflows.report.run_details import facts_of
from workflows.report.runner_up_reactions import RunnersUp
from workflows.report.sanitize import read_crystal, read_dopants, read_result
from workflows.report.which_dopant import ranking_of, ranking_view
from workflows.results.coverage import coverage_of
from workflows.results.search import find
from workflows.specification.campaign import Node, NodeKind
from workflows.state.campaign_status import Failure, Status, campaign_status, node_states
from workflows.state.campaign_status import State as NodeState
from workflows.storage.planned_lists import read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workflows.report.model import Section
    from workflows.results.dopant_ranking import DopantRanking
    from workflows.storage.database import Database

    Document = Mapping[str, Any]

_LANDED = NodeState.LANDED.value


@dataclass(frozen=True)
class Gathered:
    """The data read from a campaign.

    Attributes
    ----------
    documents
        Result documents without structures, values of the wrong kind left out.
    entries
        Every compound, the undoped host first.
    status
        The state of the campaign; None if it cannot be read.
    stored
        The campaign's own document.
    ranking
        The compounds by what speaks for making them; None where they cannot be ranked.
    warnings
        What could not be read.
    """

    name: str
    documents: Sequence[Document]
    entries: Sequence[CompoundView]
    status: Status | None
    stored: Document
    ranking: DopantRanking | None
    warnings: Sequence[str]


def gather(database: Database, name: str, runners: RunnersUp | None = None) -> Gathered:
    """Read a campaign.

    Parameters
    ----------
    database
        The campaign's database.
    name
        Name of the campaign.
    runners
        Computes the runners-up, and remembers them.

    Raises
    ------
    InputError
        The database has no campaign of this name.
    """
    stored = read_document(database, name, without=("crystals",)) or {}
    found = find(database.results, [_is_exactly(name)], fields=list(Field))
    if not stored and not found:
        known = ", ".join(sorted(database.campaigns.distinct("name"))) or "none"
        msg = f"there is no campaign {name!r} here; there are: {known}"
        raise InputError(msg)
    warnings: list[str] = []
    status, nodes, states = _state(database, name, warnings)
    entries = _entries(found, nodes, states, status, _workflows(database, nodes), warnings)
    if status:
        warnings += _not_covered(database, name, entries)
    if nodes:  # without the plan the reference phases are unknown
        entries = (runners or RunnersUp()).add(database, name, entries, warnings)
    documents = [
        {**entry.result, Field.DOPANTS: list(entry.dopants), Field.JOB_UUID: entry.key}
        for entry in entries
        if entry.result
    ]
    ranking = ranking_of(documents, stored, warnings)
    return Gathered(name, documents, entries, status, stored, ranking, warnings)


def _is_exactly(name: str) -> str:
    """Select one campaign's results; quotes in a name are doubled, as in CSV."""
    quoted = name.replace('"', '""')
    return f'{Field.CAMPAIGN}="{quoted}"'


def build_report(gathered: Gathered, sections: Iterable[Section] = ()) -> Report:
    """Put together what the page shows.

    Parameters
    ----------
    gathered
        What was read of the campaign.
    sections
        Figures and tables, in the order in which the page shows them.
    """
    entries = gathered.entries
    crystals = [entry.crystal for entry in entries if entry.crystal]
    host = next((entry for entry in entries if not entry.dopants and entry.result), None)
    spec = (gathered.stored.get("campaign") or {}).get("spec") or {}
    return Report(
        campaign=gathered.name,
        host=_host_name(entries),
        host_formula=str(host.result.get(Field.FORMULA) or "") if host else "",
        electrode=str(spec.get("electrode") or ""),
        made=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        facts=facts_of(gathered.stored, gathered.documents),
        warnings=tuple(gathered.warnings),
        state=_summary(gathered),
        sites=_sites(entries),
        layout=layout(),
        colours=atom_colours({e for crystal in crystals for e in crystal.elements}),
        fields={
            field.value: FieldText(
                label=field.label, unit=field.unit, description=field.description
            )
            for field in Field
        },
        entries=tuple(entries),
        ranking=ranking_view(gathered.ranking),
        sections=tuple(sections),
    )


def _state(
    database: Database, name: str, warnings: list[str]
) -> tuple[Status | None, list[Node], dict[str, NodeState]]:
    """Read the campaign's state; that of an older schema is reported as unreadable."""
    from workflows.storage.campaigns import load_nodes

    try:
        nodes = load_nodes(database, {"campaign": name})
        return campaign_status(database, name), nodes, node_states(database, nodes)
    except (ValidationError, KeyError, TypeError) as error:
        first = str(error).splitlines()[0]
        warnings.append(
            "The state of the campaign cannot be read: it was stored by another version "
            f"({first}). Results are shown; submit or run the specification again to fix this."
        )
        return None, [], {}


def _not_covered(database: Database, name: str, entries: Sequence[CompoundView]) -> list[str]:
    """List planned compounds that have landed but have no result."""
    found = coverage_of(database, name)
    if not found.compounds:
        return [f"{found}."]
    landed = sum(entry.state == _LANDED for entry in entries)
    if found.results >= landed:
        return []
    return [f"{found}, but {landed} landed: interphase build adds those that lack."]


def _workflows(database: Database, nodes: Sequence[Node]) -> dict[str, int]:
    """Return the number of each node's workflow on the LaunchPad: that of its first Firework."""
    found = database.workflows.find(
        {"metadata.digest": {"$in": [node.uuid for node in nodes]}},
        {"metadata.digest": 1, "nodes": 1},
    )
    return {each["metadata"]["digest"]: min(each["nodes"]) for each in found if each.get("nodes")}


def _entries(
    found: Sequence[Document],
    nodes: Sequence[Node],
    states: Mapping[str, NodeState],
    status: Status | None,
    workflows: Mapping[str, int],
    warnings: list[str],
) -> list[CompoundView]:
    """Make an entry for every compound, planned or found."""
    failures: dict[str, list[Failed]] = {}
    for failure in status.failures if status else ():
        failures.setdefault(failure.compound, []).append(_failed(failure))
    documents = {
        str(each.get(Field.JOB_UUID) or f"result-{n}"): each for n, each in enumerate(found)
    }
    entries = []
    for node in nodes:
        if node.kind is not NodeKind.COMPOUND or node.compound is None:
            continue
        dopants = tuple(each.model_dump() for each in node.compound.dopants)
        entry = CompoundView(
            key=node.uuid,
            name=_name(dopants, node.label, node.compound.compensation),
            state=states[node.uuid].value,
            dopants=dopants,
            workflow=workflows.get(node.uuid),
            failures=tuple(failures.get(node.label, ())),
        )
        entries.append(_with_result(entry, documents.pop(node.uuid, None), warnings))
    entries += [_stray(key, document, warnings) for key, document in documents.items()]
    return sorted(entries, key=lambda entry: bool(entry.dopants))


def _stray(key: str, document: Document, warnings: list[str]) -> CompoundView:
    """Make an entry for a result that is in no stored plan."""
    dopants = read_dopants(document)
    if dopants is None:
        warnings.append(f"{document.get(Field.FORMULA) or key}: its dopants cannot be read.")
    name = _name(
        dopants or (),
        str(document.get(Field.FORMULA) or key) if dopants is None else "undoped host",
        document.get(Field.COMPENSATION),
    )
    entry = CompoundView(key=key, name=name, state=_LANDED, dopants=dopants or ())
    return _with_result(entry, document, warnings)


def _with_result(
    entry: CompoundView, document: Document | None, warnings: list[str]
) -> CompoundView:
    """Add the result of a compound that has landed."""
    if document is None:
        return entry
    values, unreadable = read_result(document)
    if unreadable:
        warnings.append(f"{entry.name}: cannot read {', '.join(unreadable)}; shown as missing.")
    if engine := values.get(Field.ENGINE):
        values[Field.ENGINE] = f"{engine.get('name', '')} {engine.get('version', '')}".strip()
    if phases := values.get(Field.REFERENCE_PHASES):
        values[Field.REFERENCE_PHASES] = str(phases.get("source", ""))
    crystal = read_crystal(document.get(Field.STRUCTURE))
    return entry.model_copy(update={"result": values, "crystal": crystal})


def _name(dopants: Sequence[Document], otherwise: str, compensation: str | None) -> str:
    """Return the display name of a compound: "Al³⁺ on Li, x = 0.25"."""
    if not dopants:
        return otherwise
    parts = [f"{ion_on_site(each)}, x = {each['concentration']:g}" for each in dopants]
    return " + ".join(parts) + (", uncompensated" if compensation == "none" else "")


def _host_name(entries: Sequence[CompoundView]) -> str:
    return next((entry.name for entry in entries if not entry.dopants), "undoped host")


def _sites(entries: Sequence[CompoundView]) -> tuple[str, ...]:
    """Sites on which single dopants sit, in the order of the figures."""
    single = {entry.dopants[0]["site"] for entry in entries if len(entry.dopants) == 1}
    several = {SEVERAL} if any(len(entry.dopants) > 1 for entry in entries) else set()
    return tuple(in_site_order(single | several))


def _failed(failure: Failure) -> Failed:
    kind = failure.failure_class
    return Failed(
        compound=failure.compound,
        step=failure.step,
        number=failure.fw_id,
        kind=kind.value,
        error=failure.error,
        lines=failure.lines,
        remedy=kind.remedy,
    )


def _summary(gathered: Gathered) -> CampaignState:
    """Count the compounds, the host among them, by state."""
    counts = Counter(entry.state for entry in gathered.entries)
    status = gathered.status
    return CampaignState(
        landed=counts[_LANDED],
        total=counts.total(),
        states={state.value: counts[state.value] for state in NodeState if counts[state.value]},
        steps={step: dict(states) for step, states in status.steps.items()} if status else {},
        running=tuple(status.running) if status else (),
        failures=tuple(_failed(each) for each in status.failures) if status else (),
        finished=status.finished if status else False,
    )
