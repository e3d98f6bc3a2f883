"""The cloud of balanced reactions behind a compound's reaction path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from analysis.base.fields import Field
from workflows.report.compound_phases import CompoundPhases, compound_of
from workflows.report.runner_up_reactions import next_best

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.storage.database import Database

    Document = Mapping[str, Any]

#: Of thousands; those that follow lie higher.
NUMBER: Final = 300


class ReactionClouds:
    """Computes the reactions that follow the best one of each compound of a campaign."""

    def __init__(self, database: Database, name: str) -> None:
        self._phases = CompoundPhases(database, name)

    def of(self, document: Document) -> list[tuple[float, float]]:
        """Return electrode taken up (atoms per f.u.) and dG (eV per f.u.) of each reaction.

        The list is empty where the campaign no longer holds the reference phases, or is of an
        earlier version.
        """
        campaign, phases = self._phases.campaign, self._phases.of(document)
        energy = document.get(Field.FORMATION_ENERGY_PER_ATOM)
        if campaign is None or phases is None or energy is None:
            return []
        found = next_best(campaign, compound_of(document), energy, phases, number=NUMBER)
        return [(each.lithium_uptake, each.reaction_energy) for each in found]
