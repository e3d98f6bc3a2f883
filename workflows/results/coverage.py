"""How much of a campaign the results hold: n of N compounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflows.storage.database import Database


@dataclass(frozen=True)
class Coverage:
    """Results and compounds of a campaign, the undoped host among them.

    Parameters
    ----------
    campaign
        Name of the campaign.
    results
        Number of result documents.
    compounds
        Number of compounds that the specification asks for; 0 if the campaign is half-written.
    """

    campaign: str
    results: int
    compounds: int

    @property
    def complete(self) -> bool:
        """Return True if every compound has a result."""
        return bool(self.compounds) and self.results >= self.compounds

    def __str__(self) -> str:
        if not self.compounds:
            return (
                f"{self.campaign}: its submission was interrupted; "
                "give interphase run or submit with its specification again"
            )
        return (
            f"{self.campaign}: {self.results} of {self.compounds} compounds have a result "
            "(host included)"
        )


def coverage(database: Database) -> list[Coverage]:
    """Count the results of every campaign of a database, in the order of their names."""
    return [coverage_of(database, name) for name in sorted(database.campaigns.distinct("name"))]


def coverage_of(database: Database, campaign: str) -> Coverage:
    """Count the results of one campaign."""
    return Coverage(
        campaign=campaign,
        results=database.results.count_documents({"campaign": campaign}),
        compounds=database.nodes.count_documents({"campaign": campaign, "kind": "compound"}),
    )
