"""The drawings of a campaign: its interphase and its workflow."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from analysis.base.fields import Field, Label
from analysis.figures.interphase_layers import interphase_figure
from analysis.figures.style import MARKS
from analysis.figures.workflow_drawing import Stage, workflow_figure
from analysis.reactions.passivation import THRESHOLD, gap_of
from workflows.report.chapters import Chapter, Drawing
from workflows.report.compound_phases import CompoundPhases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from analysis.energies.phases import ReferencePhases
    from workflows.report.gather import Gathered
    from workflows.storage.database import Database

    Document = Mapping[str, Any]

#: Compounds beside the undoped host: the first of the ranking.
_BESIDE: Final = 2


def interphase_chapters(database: Database, gathered: Gathered) -> list[Chapter]:
    """Return the chapter with the interphase of the undoped host and of the best compounds."""
    ranked = gathered.ranking.compounds if gathered.ranking else ()
    chosen = [each for each in gathered.documents if not each[Field.DOPANTS]]
    chosen += [each.document for each in ranked[:_BESIDE]]
    shown = [each for each in chosen if each.get(Field.REACTION_PATH)]
    if not shown:
        return []
    caption = (
        "In equilibrium the potential falls from the electrolyte to the metal, and with it the "
        "products: each kink of the reaction path is a layer. Heights are shares of the volume, "
        "thicknesses are not to scale. The undoped host is first, then the best of the ranking; "
        'interphase.figure(table, "interphase") draws any other.'
    )
    draw = partial(_interphase, database, gathered, shown)
    return [Chapter("Interphase", drawings=[Drawing("interphase", "Interphase", caption, draw)])]


def workflow_chapters(gathered: Gathered) -> list[Chapter]:
    """Return the chapter with the workflow, and how many compounds went through it."""
    campaign = gathered.stored.get("campaign") or {}
    if not campaign:
        return []
    spec = campaign.get("spec") or {}
    doped = [each for each in gathered.documents if each[Field.DOPANTS]]
    caption = "What the campaign did, with how many compounds, and what came of it."
    loop = "learning ranks what was not computed" if spec.get("learning") else None
    draw = partial(workflow_figure, _stages(campaign, doped), _outcomes(doped), loop)
    return [Chapter("Workflow", drawings=[Drawing("workflow", "Workflow", caption, draw)])]


def _interphase(database: Database, gathered: Gathered, shown: Sequence[Document]) -> Figure:
    spec = (gathered.stored.get("campaign") or {}).get("spec") or {}
    threshold = (spec.get("screening") or {}).get("band_gap", THRESHOLD)
    phases = CompoundPhases(database, gathered.name)
    gaps: dict[str, float | None] = {}
    for document in shown:
        if (known := phases.of(document)) is not None:
            gaps |= _gaps(document, known)
    return interphase_figure(shown, gaps, threshold=threshold)


def _gaps(document: Document, phases: ReferencePhases) -> dict[str, float | None]:
    """Return the band gap of every product on a path that the phases still list."""
    listed = {phase.formula for phase in phases.phases}
    steps = document[Field.REACTION_PATH]
    formulas = {formula for step in steps for formula in step["products"]}
    return {formula: gap_of(formula, phases) for formula in formulas & listed}


def _stages(campaign: Document, doped: Sequence[Document]) -> list[Stage]:
    spec = campaign.get("spec") or {}
    planned = sum(bool(each["compound"]["dopants"]) for each in campaign.get("compounds") or ())
    left_out = len(campaign.get("left_out") or ())
    choices = spec.get("choices", 1)
    engines = sorted({str(each[Field.ENGINE]) for each in doped if each.get(Field.ENGINE)})
    return [
        Stage("Dopants", f"{planned} compounds" + (f"\n{left_out} left out" if left_out else "")),
        Stage("Arrange", f"{choices} of the charge-balanced\narrangements each"),
        Stage("Relax", "\n".join([*engines, f"{len(doped)} landed"])),
        Stage("React", f"with {spec.get('electrode', '')}:\nproducts, energies, margins"),
    ]


def _outcomes(doped: Sequence[Document]) -> list[Stage]:
    counts = Counter(each.get(Field.LABEL) for each in doped)
    found = [
        Stage(label.value, f"{counts[label]} compounds", MARKS[label].colour + "66")
        for label in Label
    ]
    if other := len(doped) - sum(counts[label] for label in Label):
        found.append(Stage("no label", f"{other} compounds", MARKS[None].colour + "66"))
    return found
