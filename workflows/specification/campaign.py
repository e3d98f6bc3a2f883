"""A campaign made from a specification: what is computed, from what, in which order."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from typing import Any

from monty.json import MontyDecoder
from pydantic import BaseModel, ConfigDict, Field
from pymatgen.core import Structure

from analysis.energies.balance import Balance
from analysis.energies.engine_bias import EngineBias
from analysis.energies.engine_errors import EngineError
from analysis.structures.compensation import compound_composition
from analysis.structures.dopants import Compound
from analysis.structures.host import Host
from makers import naming
from workflows.specification.spec import CampaignSpec


class NodeKind(StrEnum):
    """What a workflow of the campaign computes."""

    CRYSTAL = "crystal"
    HOST = "host"
    COMPOUND = "compound"
    LEARNING = "learning"


class Node(BaseModel):
    """One workflow of the campaign, and what must have landed before it can be added."""

    model_config = ConfigDict(frozen=True)

    uuid: str = Field(description="uuid of the workflow's last job, whose output is the result")
    kind: NodeKind
    label: str = Field(description="What a person calls it")
    parents: tuple[str, ...] = Field((), description="uuids of the nodes it needs")
    formula: str | None = Field(None, description="Reduced formula, for a reference crystal")
    compound: Compound | None = Field(None, description="Dopants; none of them is the undoped host")
    after: tuple[str, ...] = Field(
        (), description="uuids of nodes that must be over, landed or failed: what learning awaits"
    )
    stage: int | None = Field(None, description="Trainings before it, for learning")
    earlier: str | None = Field(None, description="uuid of the training before it")
    learns_from: tuple[str, ...] = Field(
        (), description="Those of `after` that had landed when it was added"
    )
    computed_before: tuple[str, ...] = Field(
        (), description="Candidates of a training that had landed before it"
    )
    repeats: bool = Field(
        default=False, description="True if it repeats a training, for compounds that came later"
    )


class PlannedCompound(BaseModel):
    """A compound and the crystals its energy is aligned with."""

    model_config = ConfigDict(frozen=True)

    compound: Compound
    phases: str = Field(description="uuid of its reference phases in the job store")
    aligned: Balance | None = Field(
        description="Crystals that carry its energy to the scale of the reference phases; "
        "null where the engine is on that scale"
    )
    exchanged: Balance | None = Field(
        description="Oxides exchanged for its dopants; null for the undoped host"
    )

    @property
    def crystals(self) -> tuple[str, ...]:
        """Return the formulas of all reference crystals it needs."""
        balances = [b for b in (self.aligned, self.exchanged) if b is not None]
        return tuple(sorted({formula for balance in balances for formula in balance.formulas}))


class LeftOut(BaseModel):
    """A candidate of the rule that cannot be computed."""

    model_config = ConfigDict(frozen=True)

    compound: Compound
    reason: str


class Campaign(BaseModel):
    """A checked specification with all data it names.

    It is stored in the database, so that continuing the campaign needs neither the
    specification's files nor the machine they are on.
    """

    spec: CampaignSpec
    host: dict[str, Any] = Field(description="analysis.structures.host.Host as a dictionary")
    compounds: tuple[PlannedCompound, ...] = Field(description="The undoped host first")
    crystals: dict[str, dict[str, Any]] = Field(
        description="Crystals known on the engine's and the reference phases' scale, by formula"
    )
    held_out: tuple[Compound, ...] = Field(
        (), description="Those of the compounds that are predicted before they are computed"
    )
    space: tuple[PlannedCompound, ...] = Field((), description="What exploring chooses from")
    left_out: tuple[LeftOut, ...] = Field(
        (), description="Candidates of the rule that cannot be computed; not part of the results"
    )
    engine: dict[str, Any] = Field(description="Everything of the engine that determines a result")
    engine_error: EngineError | None = Field(
        None, description="The engine's error where the user has measured it; null for the tables'"
    )
    engine_bias: EngineBias | None = Field(None, description="The one-sided part of that error")

    @property
    def name(self) -> str:
        """Return the campaign's name."""
        return self.spec.name

    @cached_property
    def host_crystal(self) -> Host:
        """Return the host as an object."""
        host: Host = MontyDecoder().process_decoded(self.host)
        return host

    @property
    def dopant_ions(self) -> tuple[tuple[str, float], ...]:
        """The dopants of all compounds: each element with each valence, once."""
        dopants = [dopant for each in self.compounds for dopant in each.compound.dopants]
        return tuple(dict.fromkeys((dopant.element, dopant.valence) for dopant in dopants))

    def crystal(self, formula: str) -> Structure:
        """Return the crystal of a formula as an object."""
        return Structure.from_dict(self.crystals[formula])

    @cached_property
    def host_crystal_uuid(self) -> str:
        """Name the host's crystal, which is in the job store for the jobs that need it."""
        return naming.digest("host crystal", self.host)

    def planned(self, compound: Compound) -> PlannedCompound:
        """Return the plan of a compound."""
        return self._by_compound[compound]

    @cached_property
    def _by_compound(self) -> dict[Compound, PlannedCompound]:
        return {each.compound: each for each in (*self.compounds, *self.space)}

    @cached_property
    def host_uuid(self) -> str:
        """Name the relaxed host."""
        spec = self.spec
        arrange = naming.arrange_uuid(
            self.engine,
            self.host_crystal,
            spec.host.arrangements,
            spec.host.minimum_distance,
            spec.seed,
        )
        return naming.lowest_uuid(arrange)

    @cached_property
    def crystal_uuids(self) -> dict[str, str]:
        """Name the relaxed reference crystals, by formula."""
        return {f: naming.relax_uuid(self.engine, self.crystal(f)) for f in self.crystals}

    @cached_property
    def undoped_uuid(self) -> str:
        """Name the undoped host's result."""
        return self._interface_uuid(self.compounds[0], None)

    def nodes(self) -> Iterator[Node]:
        """Yield all workflows, parents before children."""
        yield from self.crystal_nodes(self.compounds)
        yield Node(uuid=self.host_uuid, kind=NodeKind.HOST, label=f"{self.host_crystal.name} host")
        asked = set(self.held_out)
        held = [each for each in self.compounds if each.compound in asked]
        first = [self.compound_node(each) for each in self.compounds if each.compound not in asked]
        yield from first
        if not self.learns:
            return
        doped = [node.uuid for node in first if node.uuid != self.undoped_uuid]
        training = self.learning_node(0, doped)
        yield training
        yield from (self.compound_node(each, training.uuid) for each in held)

    def crystal_nodes(self, compounds: Iterable[PlannedCompound]) -> Iterator[Node]:
        """Yield the reference crystals that compounds need."""
        needed = {formula for planned in compounds for formula in planned.crystals}
        for formula, uuid in self.crystal_uuids.items():
            if formula in needed:
                yield Node(uuid=uuid, kind=NodeKind.CRYSTAL, label=formula, formula=formula)

    def compound_node(self, planned: PlannedCompound, *more: str) -> Node:
        """Make the node of a compound; it waits for `more` besides host and crystals."""
        undoped = self.undoped_uuid if planned.compound.dopants else None
        needed = [self.crystal_uuids[formula] for formula in planned.crystals]
        return Node(
            uuid=self._interface_uuid(planned, undoped),
            kind=NodeKind.COMPOUND,
            label=planned.compound.label(self.host_crystal.name),
            parents=(self.host_uuid, *needed, *([undoped] if undoped else []), *more),
            compound=planned.compound,
        )

    def learning_node(
        self,
        stage: int,
        asked: Iterable[str],
        *,
        earlier: str | None = None,
        learns_from: Iterable[str] = (),
    ) -> Node:
        """Make the node of a training.

        Parameters
        ----------
        stage
            Trainings before it.
        asked
            uuids of the doped compounds that must be over.
        earlier
            uuid of the training before it.
        learns_from
            What has landed; only for a training that repeats the last one with more data.
        """
        after, data = tuple(asked), tuple(sorted(learns_from))
        spec, explore = self.spec, self.spec.explore
        settings = [
            spec.learning.settings(spec.seed),
            # Without the number of rounds: one more leaves the earlier ones as they were.
            explore.model_dump(mode="json", exclude={"rounds"}) if explore else None,
            bool(explore and stage < explore.rounds and not data),
            [compound.model_dump(mode="json") for compound in self.held_out],
        ]
        return Node(
            uuid=naming.learning_uuid(settings, stage, sorted(after), data),
            kind=NodeKind.LEARNING,
            label=f"{self.host_crystal.name} learning {stage + 1}",
            parents=(self.undoped_uuid,),
            after=after,
            stage=stage,
            earlier=earlier,
            learns_from=data,
            repeats=bool(data),
        )

    @property
    def learns(self) -> bool:
        """True if the campaign learns automatically."""
        single = sum(len(planned.compound.dopants) == 1 for planned in self.compounds)
        asked = bool(self.held_out or (self.spec.explore and self.spec.explore.rounds))
        return asked or single >= self.spec.learning.least

    def _interface_uuid(self, planned: PlannedCompound, undoped: str | None) -> str:
        crystals = {formula: self.crystal_uuids[formula] for formula in planned.crystals}
        lowest = self._lowest_uuid(planned.compound)
        settings = {
            "compound": planned.compound.model_dump(mode="json"),
            "phases": planned.phases,
            "electrode": self.spec.electrode,
            "criteria": self.spec.screening.model_dump(mode="json"),
            "migration": self.spec.migration,
        }
        for name in ("engine_error", "engine_bias"):  # of the user's own table
            if (measured := getattr(self, name)) is not None:
                settings[name] = measured.model_dump(mode="json")
        return naming.interface_uuid(lowest, undoped, crystals, settings)

    def step_uuids(self, compound: Compound) -> dict[str, str]:
        """Name the steps of a doped compound's workflow before its last, in their order."""
        spec = self.spec
        dope = naming.dope_uuid(self.engine, self.host_uuid, compound, spec.choices, spec.seed)
        lowest = naming.lowest_uuid(dope)
        motion = {"migration": naming.migration_uuid(lowest, compound)} if spec.migration else {}
        return {"dope": dope, "lowest": lowest, **motion}

    def _lowest_uuid(self, compound: Compound) -> str:
        return self.step_uuids(compound)["lowest"] if compound.dopants else self.host_uuid


def cell_size(campaign: Campaign, node: Node) -> int:
    """Count the atoms of the cell that a node's workflow relaxes."""
    if node.formula is not None:
        return len(campaign.crystal(node.formula))
    host = campaign.host_crystal
    if node.compound is None:
        return int(sum(host.counts.values()))
    composition = compound_composition(host, node.compound)
    atoms: float = composition.num_atoms
    return round(atoms * host.formula_units)
