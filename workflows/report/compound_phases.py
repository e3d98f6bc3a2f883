"""The reference phases of a campaign's compounds, for what a report computes from results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from analysis.base.fields import Field
from analysis.structures.dopants import Compound, Dopant
from workflows.storage.campaigns import load_campaign
from workflows.storage.stored_phases import phases_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.energies.phases import ReferencePhases
    from workflows.specification.campaign import Campaign
    from workflows.storage.database import Database

    Document = Mapping[str, Any]


class CompoundPhases:
    """Finds the reference phases of each compound of a campaign.

    Attributes
    ----------
    campaign
        The campaign as planned; None if it is of an earlier version.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self.campaign = _campaign(database, name)

    def of(self, document: Document) -> ReferencePhases | None:
        """Return the phases of a result; None where the campaign no longer holds them."""
        if self.campaign is None:
            return None
        return phases_of(self._database, self.campaign, compound_of(document))


def compound_of(document: Document) -> Compound:
    """Return the compound of a result document."""
    dopants = tuple(Dopant(**each) for each in document.get(Field.DOPANTS) or ())
    return Compound(dopants=dopants, compensation=document.get(Field.COMPENSATION) or "lithium")


def _campaign(database: Database, name: str) -> Campaign | None:
    try:
        return load_campaign(database, name)
    except ValidationError:
        return None
