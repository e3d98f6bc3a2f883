"""Compounds by their state: failed ones and why, running ones, and waiting ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.results.filters import compile_filters, filtered_fields
from workflows.state.campaign_status import Failure, State, find_failures, node_states
from workflows.storage.campaigns import load_nodes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from workflows.specification.campaign import Node
    from workflows.storage.database import Database

Document = dict[str, Any]

#: Fields that are known before a compound has landed; filters may use them.
KNOWN: Final = (
    *(Field.CAMPAIGN, Field.DOPANTS, Field.DOPANT, Field.VALENCE, Field.SITE),
    *(Field.CONCENTRATION, Field.COMPENSATION, Field.JOB_UUID),
)

#: States that need user action.
LOST: Final = (State.FAILED, State.BLOCKED)


def by_state(
    database: Database, states: Collection[State], filters: str | Iterable[str] = ()
) -> list[Document]:
    """Find compounds in some states.

    Parameters
    ----------
    database
        The campaigns' database.
    states
        The states.
    filters
        As `find` takes them, on the fields in `KNOWN`.

    Returns
    -------
    For each compound, in the order of its campaign, the fields in `KNOWN`, its name as `compound`,
    its `state`, and if something failed the `step`, the `failure` class, its `error`, the
    `remedy`, and the number of the Firework, `fw_id`; null otherwise.

    Raises
    ------
    InputError
        A filter is wrong, or uses a field that is known only for landed compounds.
    """
    compounds = _compounds(database, filters)
    rows = []
    for name in sorted({compound[Field.CAMPAIGN] for compound in compounds}):
        nodes = load_nodes(database, {"campaign": name})
        state = node_states(database, nodes)
        asked = [c for c in compounds if c[Field.CAMPAIGN] == name]
        chosen = [c for c in asked if state[c[Field.JOB_UUID]] in states]
        rows += _explained(database, chosen, nodes, state)
    return rows


def _compounds(database: Database, filters: str | Iterable[str]) -> list[Document]:
    filters = [filters] if isinstance(filters, str) else list(filters)
    if unknown := [field for field in filtered_fields(filters) if field not in KNOWN]:
        msg = (
            f"{', '.join(unknown)} is not known of a compound before it has landed; "
            f"with a state, filter by {', '.join(KNOWN)}"
        )
        raise InputError(msg)
    pipeline: list[Document] = [
        {"$match": {"kind": "compound"}},
        {"$sort": {"campaign": 1, "order": 1}},
        {"$project": _AS_RESULT},
        {"$match": compile_filters(filters)},
    ]
    return list(database.nodes.aggregate(pipeline))


def _single(part: str) -> Document:
    """Return the scalar of a single dopant, as a result document has it."""
    dopants = "$compound.dopants"
    one = {"$eq": [{"$size": dopants}, 1]}
    return {"$cond": [one, {"$arrayElemAt": [f"{dopants}.{part}", 0]}, None]}


_AS_RESULT: Final = {
    "_id": 0,
    "compound": "$label",
    Field.CAMPAIGN.value: 1,
    Field.DOPANTS.value: "$compound.dopants",
    Field.DOPANT.value: _single("element"),
    Field.VALENCE.value: _single("valence"),
    Field.SITE.value: _single("site"),
    Field.CONCENTRATION.value: _single("concentration"),
    Field.COMPENSATION.value: "$compound.compensation",
    Field.JOB_UUID.value: "$uuid",
}


def _explained(
    database: Database,
    compounds: Sequence[Document],
    nodes: Sequence[Node],
    state: Mapping[str, State],
) -> list[Document]:
    """Add state and failure; for a blocked compound the failure of its parent."""
    by_uuid = {node.uuid: node for node in nodes}
    failed = [uuid for uuid, is_ in state.items() if is_ is State.FAILED]
    failures: dict[str, list[Failure]] = {}
    for failure in find_failures(database, failed) if failed and compounds else ():
        failures.setdefault(failure.node, []).append(failure)
    rows = []
    for compound in compounds:
        uuid = compound[Field.JOB_UUID]
        cause = _cause(by_uuid[uuid], by_uuid, state)
        why = _why(failures.get(cause.uuid, []), cause, waits=cause.uuid != uuid) if cause else {}
        rows.append(compound | {"state": state[uuid].value} | dict.fromkeys(_WHY) | why)
    return rows


_WHY: Final = ("step", "failure", "error", "remedy", "fw_id")


def _cause(node: Node, nodes: Mapping[str, Node], state: Mapping[str, State]) -> Node | None:
    """Find what failed: the node itself, or the first node that it needs."""
    if state[node.uuid] is State.FAILED:
        return node
    if state[node.uuid] is not State.BLOCKED:
        return None
    lost = [nodes[uuid] for uuid in node.parents if state.get(uuid) in LOST]
    return _cause(lost[0], nodes, state) if lost else None


def _why(failures: Sequence[Failure], cause: Node, *, waits: bool) -> Document:
    if not failures:
        return {"error": f"a step of {cause.label} failed; its record is gone"}
    first, others = failures[0], len(failures) - 1
    more = f" (and {others} more)" if others else ""
    head = f"waits for {cause.label}, which failed: " if waits else ""
    return {
        "step": first.step,
        "failure": first.failure_class.value,
        "error": f"{head}{first.error}{more}",
        "remedy": first.failure_class.remedy,
        "fw_id": first.fw_id,
    }
