"""The cloud of balanced reactions behind a compound's reaction path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from analysis.base.fields import Field
from analysis.structures.dopants import Compound, Dopant
from workflows.report.runner_up_reactions import next_best
from workflows.storage.campaigns import load_campaign
from workflows.storage.stored_phases import phases_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.specification.campaign import Campaign
    from workflows.storage.database import Database

    Document = Mapping[str, Any]

#: Of thousands; those that follow lie higher.
NUMBER: Final = 300


class ReactionClouds:
    """Computes the reactions that follow the best one of each compound of a campaign."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._campaign = _campaign(database, name)

    def of(self, document: Document) -> list[tuple[float, float]]:
        """Return electrode taken up (atoms per f.u.) and dG (eV per f.u.) of each reaction.

        The list is empty where the campaign no longer holds the reference phases, or is of an
        earlier version.
        """
        if self._campaign is None:
            return []
        dopants = tuple(Dopant(**each) for each in document.get(Field.DOPANTS) or ())
        compound = Compound(
            dopants=dopants, compensation=document.get(Field.COMPENSATION) or "lithium"
        )
        energy = document.get(Field.FORMATION_ENERGY_PER_ATOM)
        phases = phases_of(self._database, self._campaign, compound)
        if phases is None or energy is None:
            return []
        found = next_best(self._campaign, compound, energy, phases, number=NUMBER)
        return [(each.lithium_uptake, each.reaction_energy) for each in found]


def _campaign(database: Database, name: str) -> Campaign | None:
    try:
        return load_campaign(database, name)
    except ValidationError:
        return None
