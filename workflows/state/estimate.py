"""How long a campaign takes: an estimate from sizes."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.structures.compensation import compound_composition
from makers.engines.registry import find_engine
from makers.engines.second_stage import RelaxAgain, SecondStage
from workflows.specification.campaign import Campaign, NodeKind
from workflows.specification.spec import EngineSpec

# Typical numbers of ionic steps to 0.1 eV/Å: means over the LLZO campaign, per atom that moves
# (host 5 to 6; compounds up to 40; crystals up to 100).
STEPS_HOST = 6
STEPS_COMPOUND = 14
STEPS_CRYSTAL = 7

# An energy alone costs this share of an ionic step: SevenNet-0 on 96 atoms, 0.54 of 1.4 s.
ENERGY_SHARE = 0.4

# Where two engines disagree, the second relaxes again: in the LLZO campaign with CHGNet and
# SevenNet-0 a tenth of the doped cells, in as many steps as the first took.
RELAXED_AGAIN = 0.1

# Seconds outside relaxations: imports of a worker, and the small steps of each workflow.
SECONDS_STARTUP = 10.0
SECONDS_PER_WORKFLOW = 0.9
# Of one atom in a 96-atom cell (0.7 s for all).
MIGRATION_SECONDS = 7.6e-3


@dataclass(frozen=True)
class Estimate:
    """Sizes of a campaign.

    Attributes
    ----------
    compounds, crystals, relaxations, jobs
        Their numbers.
    atoms
        Atoms of the largest cell.
    work
        Atoms times ionic steps of all relaxations, by what they are for.
    core_seconds
        Time on one core; None if it is unknown for the engine.
    """

    compounds: int
    crystals: int
    relaxations: int
    jobs: int
    atoms: int
    work: Mapping[NodeKind, float]
    core_seconds: float | None

    def wall_seconds(self, workers: int) -> float | None:
        """Return the time with a number of workers, one core each; None if unknown."""
        if self.core_seconds is None:
            return None
        return SECONDS_STARTUP + self.core_seconds / workers


def count_relaxations(*, crystals: int, arrangements: int, compounds: int, choices: int) -> int:
    """Count the relaxations of a campaign: of crystals, host and doped compounds."""
    return crystals + arrangements + choices * compounds


def estimate(campaign: Campaign) -> Estimate:
    """Estimate a campaign from its start; what exploring adds is not known yet."""
    spec = campaign.spec
    host = campaign.host_crystal
    needed = [node.formula for node in campaign.crystal_nodes(campaign.compounds) if node.formula]
    sizes_crystals = [campaign.crystal(formula).num_sites for formula in needed]
    size_host = sum(host.counts.values())
    doped = [planned.compound for planned in campaign.compounds if planned.compound.dopants]
    sizes = [
        compound_composition(host, compound).num_atoms * host.formula_units for compound in doped
    ]
    atoms = {
        NodeKind.CRYSTAL: sum(sizes_crystals),
        NodeKind.HOST: spec.host.arrangements * size_host,
        NodeKind.COMPOUND: spec.choices * sum(sizes),
    }
    work: dict[NodeKind, float] = {
        NodeKind.CRYSTAL: STEPS_CRYSTAL * atoms[NodeKind.CRYSTAL],
        NodeKind.HOST: STEPS_HOST * atoms[NodeKind.HOST],
        NodeKind.COMPOUND: STEPS_COMPOUND * atoms[NodeKind.COMPOUND],
        NodeKind.LEARNING: 0.0,  # a minute or two, of hours
    }
    workflows = len(sizes_crystals) + 2 + len(doped)
    relaxations = count_relaxations(
        crystals=len(sizes_crystals),
        arrangements=spec.host.arrangements,
        compounds=len(doped),
        choices=spec.choices,
    )
    migrations = (1 + len(doped)) if spec.migration else 0
    relaxing = _relaxing_seconds(spec.engine, work, sum(atoms.values()))
    seconds = (relaxing or 0.0) + SECONDS_PER_WORKFLOW * workflows
    seconds += MIGRATION_SECONDS * sum([size_host, *sizes]) * spec.migration
    return Estimate(
        compounds=len(doped),
        crystals=len(sizes_crystals),
        relaxations=relaxations,
        # arrange and lowest of the host; dope, lowest and interface of each compound; and one
        # step at the end of each workflow that advances the campaign
        jobs=relaxations + 2 + 1 + 3 * len(doped) + migrations + workflows,
        atoms=round(max([size_host, *sizes])),
        work=work,
        core_seconds=None if relaxing is None else seconds,
    )


def _relaxing_seconds(
    engine: EngineSpec, work: Mapping[NodeKind, float], atoms: float
) -> float | None:
    """Return the time of all relaxations on one core, in s; None where an engine's is unknown.

    A second engine computes an energy of each crystal, or relaxes it too.
    """
    costs = [_seconds(stage) for stage in engine.stages]
    if any(cost is None for cost in costs):
        return None
    first, *second = (cost or 0.0 for cost in costs)
    steps = sum(work.values())
    if not (second and engine.then):
        return first * steps
    again = ENERGY_SHARE * atoms
    if engine.then.relax is RelaxAgain.ALWAYS:
        again = steps
    if engine.then.relax is RelaxAgain.DISAGREEING:
        again += RELAXED_AGAIN * work[NodeKind.COMPOUND]
    return first * steps + second[0] * again


def _seconds(stage: EngineSpec | SecondStage) -> float | None:
    engine = find_engine(stage.name)
    return engine.seconds(engine.checked(stage.settings))
