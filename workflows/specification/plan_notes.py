"""What a plan remarks on, before anything is queued."""

from analysis.base.reasons import Reason
from analysis.energies.engine_errors import find_error
from analysis.learning.data.problem import LEAST_PER_CLASS, LEAST_ROWS
from workflows.specification.campaign import Campaign
from workflows.specification.sources import PhaseSource, WithCrystals

_NULL = "dissolution and relation will be null"


def too_few_to_learn(campaign: Campaign) -> list[str]:
    """Say so if the first training of a campaign that learns by itself must fail."""
    single = [c.compound for c in campaign.compounds if len(c.compound.dopants) == 1]
    first = [each.dopants[0].element for each in single if each not in campaign.held_out]
    elements = len(set(first))
    if not campaign.learns or (len(first) >= LEAST_ROWS and elements >= LEAST_PER_CLASS):
        return []
    note = (
        f"learning: {len(first)} compounds of {elements} elements are too few, at least "
        f"{LEAST_ROWS} of {LEAST_PER_CLASS} are needed: nothing will be predicted or chosen"
    )
    return [note]


def unmeasured_engine(campaign: Campaign) -> list[str]:
    """Say so if no table holds the errors of the engine whose energies count, for such a host."""
    engine, version = (campaign.engine.get(name) for name in ("engine", "version"))
    if error := campaign.engine_error or find_error(str(engine), version):
        abroad = error.abroad(campaign.host_crystal.formula_unit, functional=True)
        return [f"{abroad}: {_NULL}"] if abroad else []
    name = f"{engine} {version or ''}".strip()
    note = (
        f"the error of the engine {name} {Reason.NO_ENGINE_ERROR}: {_NULL}; "
        f"`interphase calibrate {campaign.spec.engine.last.name}` with the same settings "
        "measures it first"
    )
    return [note]


def poor_alignments(campaign: Campaign) -> list[str]:
    """List what stands in for missing crystals, since the specification accepts it."""
    planned = campaign.compounds
    balances = [b for each in planned for b in (each.aligned, each.exchanged) if b is not None]
    return [note for b in balances for note in b.notes if Reason.POOR_ALIGNMENT in note]


def unused_crystals(source: PhaseSource, campaign: Campaign) -> tuple[str, ...]:
    """Say which of the crystals that were brought no compound is aligned through."""
    brought = source.brought if isinstance(source, WithCrystals) else {}
    return tuple(
        f"reference_phases.crystals: {path.name} ({formula}) is not needed"
        for formula, path in brought.items()
        if formula not in campaign.crystals
    )
