"""The runners-up of a compound's reaction: not stored, since they take milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.energies.phases import ReferencePhases
from analysis.reactions.interface import runners_up
from analysis.structures.compensation import compound_composition
from workflows.report.model import Runner
from workflows.results.result_folder import RUNNERS_UP
from workflows.storage.campaigns import load_campaign
from workflows.storage.stored_phases import read_phases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.reactions.interface import RunnerUp
    from analysis.structures.dopants import Compound
    from workflows.report.model import CompoundView
    from workflows.specification.campaign import Campaign, PlannedCompound
    from workflows.storage.database import Database

NUMBER = 4


@dataclass
class RunnersUp:
    """Computes the runners-up of a campaign's compounds, those of each job once.

    Attributes
    ----------
    known
        What has been computed, by the uuid of the job.
    """

    known: dict[str, tuple[Runner, ...]] = field(default_factory=dict)

    def add(
        self, database: Database, name: str, entries: Sequence[CompoundView], warnings: list[str]
    ) -> list[CompoundView]:
        """Return the entries with their runners-up.

        Parameters
        ----------
        database
            The campaign's database.
        name
            The campaign.
        entries
            Its compounds.
        warnings
            Messages on what cannot be computed are added.
        """
        self._read(database)
        missing = [each for each in entries if each.key not in self.known and _is_ranked(each)]
        if missing:
            try:
                self._compute(database, load_campaign(database, name), missing)
            except (InputError, ValidationError, KeyError, TypeError) as error:
                first = str(error).splitlines()[0]
                warnings.append(f"The runners-up of reactions cannot be computed ({first}).")
        return [
            each.model_copy(update={"runners_up": self.known.get(each.key, ())}) for each in entries
        ]

    def _read(self, database: Database) -> None:
        """Take what a folder of results holds, which has no reference phases."""
        for each in database.mongo[RUNNERS_UP].find():
            rows = tuple(Runner.model_validate(row) for row in each[RUNNERS_UP])
            self.known.setdefault(each[Field.JOB_UUID], rows)

    def _compute(
        self, database: Database, campaign: Campaign, entries: Sequence[CompoundView]
    ) -> None:
        planned = {
            node.uuid: compound
            for node, compound in zip(
                (node for node in campaign.nodes() if node.compound),
                campaign.compounds,
                strict=True,
            )
        }
        phases: dict[str, ReferencePhases] = {}
        for entry in entries:
            if compound := planned.get(entry.key):
                if compound.phases not in phases:
                    phases[compound.phases] = read_phases(database, compound.phases)
                self.known[entry.key] = _ranked(campaign, compound, entry, phases[compound.phases])


def _is_ranked(entry: CompoundView) -> bool:
    """Return True if a compound has the energy that its reactions start from."""
    return entry.result.get(Field.FORMATION_ENERGY_PER_ATOM) is not None


def _ranked(
    campaign: Campaign, planned: PlannedCompound, entry: CompoundView, phases: ReferencePhases
) -> tuple[Runner, ...]:
    energy = entry.result[Field.FORMATION_ENERGY_PER_ATOM]
    found = next_best(campaign, planned.compound, energy, phases, number=NUMBER)
    return tuple(
        Runner(reaction_energy=each.reaction_energy, products=each.products) for each in found
    )


def next_best(
    campaign: Campaign,
    compound: Compound,
    formation_energy_per_atom: float,
    phases: ReferencePhases,
    *,
    number: int,
) -> list[RunnerUp]:
    """Return the reactions of a compound that follow the best one."""
    host, spec = campaign.host_crystal, campaign.spec
    composition = compound_composition(host, compound)
    return runners_up(
        composition,
        formation_energy_per_atom * composition.num_atoms,
        phases,
        electrode=spec.electrode,
        max_elements=spec.screening.max_elements,
        exclude=[host.formula_unit.reduced_formula],
        number=number,
    )
