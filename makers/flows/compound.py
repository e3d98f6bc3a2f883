"""The flows of a campaign: the relaxed host, and one compound, its motion and its reaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobflow import Flow, Job, Maker, OutputReference

from analysis.structures.dopants import Compound
from analysis.structures.host import Host
from makers.flows.candidates import LowestMaker
from makers.flows.doping import DopeMaker
from makers.flows.host import ArrangeMaker
from makers.flows.interface import InterfaceMaker
from makers.flows.migration import MigrationMaker
from makers.naming import arrange_uuid, dope_uuid, lowest_uuid, migration_uuid, named


@dataclass
class HostFlowMaker(Maker):
    """Arrange the host's mobile ions, relax the lowest arrangements, keep the lowest."""

    relax_maker: Maker
    name: str = "host"

    def make(self, host: Host, *, arrangements: int, minimum_distance: float, seed: int) -> Flow:
        """Make the flow of a host.

        Parameters
        ----------
        host
            The host with its partially occupied sites.
        arrangements
            How many of the lowest arrangements are relaxed.
        minimum_distance
            Mobile ions are never placed closer than this, in Å.
        seed
            The same seed gives the same arrangements.
        """
        engine = self.relax_maker.digest_fields()
        # 1. sample arrangements and relax the lowest
        arrange = named(
            ArrangeMaker(self.relax_maker).make(
                host, arrangements=arrangements, minimum_distance=minimum_distance, seed=seed
            ),
            arrange_uuid(engine, host, arrangements, minimum_distance, seed),
            f"{host.name} host: arrange",
            step="arrange",
        )
        # 2. keep the lowest
        lowest = _lowest(arrange, f"{host.name} host")
        return Flow([arrange, lowest], output=lowest.output, name=f"{host.name} host")


@dataclass
class CompoundFlowMaker(Maker):
    """Dope the relaxed host, relax the lowest choices, and react the lowest with the electrode.

    Attributes
    ----------
    relax_maker
        The engine's.
    interface_maker
        Of the reaction.
    migration_maker
        Of the motion of the mobile ion; None skips it.
    """

    relax_maker: Maker
    interface_maker: InterfaceMaker
    migration_maker: MigrationMaker | None
    name: str = "compound"

    def make(  # noqa: PLR0913, everything that its jobs refer to
        self,
        host: Host,
        compound: Compound,
        *,
        stored_host: str,
        relaxed_host: str,
        undoped: str | None,
        references: Mapping[str, Any],
        sampling: Mapping[str, int],
        uuid: str,
    ) -> Flow:
        """Make the flow of a compound.

        Parameters
        ----------
        host
            The host with its partially occupied sites.
        compound
            Dopants and the way their charge is balanced; no dopants for the undoped host.
        stored_host
            uuid under which the host is in the job store, to which jobs refer. Stored in each job,
            it would be 93 % of what a campaign of many compounds writes and sends.
        relaxed_host
            uuid of the relaxed host.
        undoped
            uuid of the undoped host's result; None for the undoped host itself.
        references
            What a result is compared with: the other arguments of `InterfaceMaker.make`.
        sampling
            Number of `choices` and the `seed`.
        uuid
            uuid of the result.
        """
        label = compound.label(host.name)
        crystal = OutputReference(stored_host)
        the_host = relaxed = OutputReference(relaxed_host)
        jobs: list[Job] = []
        if compound.dopants:
            # 1. substitute, balance the charge, relax the lowest choices
            engine = self.relax_maker.digest_fields()
            dope = named(
                DopeMaker(self.relax_maker).make(crystal, the_host, compound, **sampling),
                dope_uuid(engine, relaxed_host, compound, **sampling),
                f"{label}: dope",
                step="dope",
            )
            # 2. keep the lowest
            jobs = [dope, _lowest(dope, label)]
            relaxed = jobs[-1].output
        # 3. motion of the mobile ion
        motion = None
        if self.migration_maker:
            job = self.migration_maker.make(crystal, compound, relaxed)
            uuid_ = migration_uuid(relaxed.uuid, compound)
            jobs.append(named(job, uuid_, f"{label}: migration", step="migration"))
            motion = job.output
        # 4. formation energy, hull, reaction with the electrode
        interface = self.interface_maker.make(
            crystal,
            compound,
            relaxed,
            the_host,
            OutputReference(undoped) if undoped else None,
            motion=motion,
            **references,
        )
        jobs.append(named(interface, uuid, f"{label}: interface", step="interface"))
        return Flow(jobs, output=jobs[-1].output, name=label)


def _lowest(parent: Job, label: str) -> Job:
    job = LowestMaker().make(parent.output)
    return named(job, lowest_uuid(parent.uuid), f"{label}: lowest", step="lowest")
