"""A query on the results: which, in which order, with which fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflows.results.search import DEFAULT_FIELDS, count, find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.storage.database import Database


Document = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """The requested results.

    Parameters
    ----------
    filters
        All of them must hold.
    sort
        Field to sort by.
    fields
        Fields to show; one with a leading ``+`` is added to the usual ones.
    limit
        Largest number of results.
    """

    filters: Sequence[str] = ()
    sort: str | None = None
    fields: Sequence[str] | None = None
    limit: int | None = None

    @property
    def names(self) -> list[str] | None:
        """Return the fields to show, the usual ones written out; None for the usual ones alone."""
        if self.fields is None:
            return None
        named = [name.strip() for name in self.fields]
        added = [name.removeprefix("+") for name in named]
        if not any(name.startswith("+") for name in named):
            return added
        usual = [field.value for field in DEFAULT_FIELDS if field.value not in added]
        return [*usual, *added]

    def ask(self, database: Database, fields: Sequence[str] | None) -> list[Document]:
        """Find the results, with the named fields only; by default all except cells.

        Raises
        ------
        InputError
            A filter is wrong, or asks for a campaign that is not there.
        """
        found = find(
            database.results, self.filters, sort=self.sort, fields=fields, limit=self.limit
        )
        if not found:
            self._require_campaign(database)
        return found

    def count(self, database: Database) -> int:
        """Count the results; errors are those of `ask`."""
        number = count(database.results, self.filters)
        if not number:
            self._require_campaign(database)
        return number

    def _require_campaign(self, database: Database) -> None:
        """Refuse a campaign that is not there, as a mistyped one: it has no results either."""
        for each in self.filters:
            if named := re.fullmatch(r'campaign="(.+)"', each):
                from workflows.storage.campaigns import require_campaign  # seconds to import

                require_campaign(database, named.group(1))
