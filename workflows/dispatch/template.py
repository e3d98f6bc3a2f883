"""The documents of many similar workflows: one is built, the others are filled in.

Jobflow and FireWorks build, link and serialise a workflow in 16 ms. Those of a campaign's doped
compounds differ in a few values only: the first becomes a template with a gap for each of these,
and filling it takes half a millisecond.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from jobflow import OutputReference
from monty.json import jsanitize

from workflows.dispatch.workflow_builder import build_workflow, node_metadata
from workflows.specification.campaign import Campaign, Node, PlannedCompound, cell_size
from workflows.storage.launchpad import WorkflowDocuments

Values = Mapping[str, Any]
_Fill = Callable[[Values], Any]

# Keys whose value is specific to a compound everywhere in its documents except inside its
# description (`_COMPOUND`).
_METADATA: Final = ("compound", "node", "dopant", "valence", "site", "concentration")
_ARGUMENTS: Final = ("phases", "crystals", "aligned", "exchanged")
_TIMES: Final = ("created_on", "updated_on")
# Names in `Values` that are not keys of documents.
_COMPOUND, _LABEL, _NOW, _FLOW = "the compound", "the label", "now", "the flow"


class Builder:
    """Builds the workflows of one campaign's nodes, as documents.

    Parameters
    ----------
    campaign
        The campaign.
    """

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._templates: dict[tuple[Any, ...], Template] = {}
        self._references = {
            formula: jsanitize(OutputReference(uuid_), strict=True)
            for formula, uuid_ in campaign.crystal_uuids.items()
        }

    def documents(self, node: Node) -> WorkflowDocuments:
        """Return the documents of a node's workflow."""
        if node.compound is None or not node.compound.dopants:
            return self._build(node)
        values = self._values(node, self._campaign.planned(node.compound))
        # The rules may distinguish cells by their size.
        rules = self._campaign.spec.categories
        kind = tuple(rules.of_names(cell_size(self._campaign, node)))
        if kind not in self._templates:
            self._templates[kind] = Template(self._build(node), values)
        return self._templates[kind].fill(values)

    def _build(self, node: Node) -> WorkflowDocuments:
        return WorkflowDocuments.of(build_workflow(self._campaign, node))

    def _values(self, node: Node, planned: PlannedCompound) -> dict[str, Any]:
        """Return everything in which the documents of doped compounds differ."""
        return {
            **{key: value for key, value in self._metadata(node).items() if key in _METADATA},
            **self._campaign.step_uuids(planned.compound),
            "phases": jsanitize(OutputReference(planned.phases), strict=True),
            "crystals": {formula: self._references[formula] for formula in planned.crystals},
            "aligned": jsanitize(planned.aligned, strict=True),
            "exchanged": jsanitize(planned.exchanged, strict=True),
            _COMPOUND: jsanitize(planned.compound, strict=True),
            _LABEL: node.label,
            _NOW: datetime.now(UTC),
            _FLOW: str(uuid.uuid4()),
        }

    def _metadata(self, node: Node) -> dict[str, Any]:
        return node_metadata(self._campaign, node)


class Template:
    """The documents of a doped compound's workflow, with gaps.

    Parameters
    ----------
    documents
        Those of one compound.
    values
        Values in them that are specific to the compound.

    Raises
    ------
    ValueError
        The documents lack the uuid of a step: every compound would get that of the first.
    """

    def __init__(self, documents: WorkflowDocuments, values: Values) -> None:
        gaps = _Gaps(values)
        self._workflow = gaps.cut(documents.workflow)
        self._fireworks = [gaps.cut(firework) for firework in documents.fireworks]
        gaps.require_all_found()

    def fill(self, values: Values) -> WorkflowDocuments:
        """Return the documents of another compound; parts without gaps are shared by all."""
        return WorkflowDocuments(
            self._workflow(values) | dict.fromkeys(_TIMES, values[_NOW]),
            [fill(values) for fill in self._fireworks],
        )


class _Gaps:
    """Cuts one compound's values out of its documents."""

    def __init__(self, values: Values) -> None:
        self._label: str = values[_LABEL]
        texts = ("node", "dope", "lowest", "migration")
        self._names = {values[name]: name for name in texts if name in values}
        self._found: set[str] = set()

    def cut(self, value: Any) -> _Fill:
        """Make a function that returns the value for another compound."""
        return self._cut(value) or (lambda _: value)

    def require_all_found(self) -> None:
        """Refuse documents in which a step's uuid differs from the campaign's."""
        if missing := self._names.keys() - self._found:
            steps = ", ".join(self._names[uuid_] for uuid_ in sorted(missing))
            msg = (
                f"the workflow of {self._label} lacks the uuid that its campaign gives to: {steps}"
            )
            raise ValueError(msg)

    def _cut(self, value: Any) -> _Fill | None:
        """Do so, or return None for what is the same for all compounds."""
        if isinstance(value, str):
            return self._cut_text(value)
        if isinstance(value, dict):
            if value.get("@class") == "Compound":
                return _take(_COMPOUND)
            parts = {key: self._cut_item(key, item) for key, item in value.items()}
            return _fill_dict(value, parts) if any(parts.values()) else None
        if isinstance(value, list):
            items = [self._cut(item) for item in value]
            return _fill_list(value, items) if any(items) else None
        return None

    def _cut_item(self, key: str, item: Any) -> _Fill | None:
        if key in _METADATA or key in _ARGUMENTS:
            return _take(key)
        if key in _TIMES:
            return lambda values: values[_NOW].isoformat()
        if key == "hosts":  # the flow's own uuid, which jobflow draws
            return lambda values: [values[_FLOW]]
        return self._cut(item)

    def _cut_text(self, text: str) -> _Fill | None:
        if text in self._names:
            self._found.add(text)
            return _take(self._names[text])
        step = text.removeprefix(self._label)
        if text == self._label or (step != text and step.startswith(": ")):
            return lambda values: f"{values[_LABEL]}{step}"
        return None


def _take(name: str) -> _Fill:
    return lambda values: values[name]


def _fill_dict(value: dict[str, Any], parts: Mapping[str, _Fill | None]) -> _Fill:
    fills = [(key, fill) for key, fill in parts.items() if fill]
    return lambda values: value | {key: fill(values) for key, fill in fills}


def _fill_list(value: list[Any], items: list[_Fill | None]) -> _Fill:
    fills = [(position, fill) for position, fill in enumerate(items) if fill]

    def filled(values: Values) -> list[Any]:
        new = [*value]
        for position, fill in fills:
            new[position] = fill(values)
        return new

    return filled
