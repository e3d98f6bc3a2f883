"""The coordination number of a dopant that was never computed: a stated rule, flagged."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from analysis.base.fields import Field
from analysis.descriptors.descriptor import Descriptor
from analysis.descriptors.ionic_radii import ionic_radius, tabulated_radii

if TYPE_CHECKING:
    from analysis.learning.data.training_data import TrainingData

#: Radii of different ions are compared at this coordination number, or the nearest in the table.
COMPARED_AT = 6
NEIGHBOURS = 3


class EstimatedCoordination(NamedTuple):
    """A coordination number, None if there is none, and its source."""

    value: float | None
    rule: str | None


def estimate_coordination(
    data: TrainingData, element: str, valence: int, site: str
) -> EstimatedCoordination:
    """Return the coordination number of a dopant from the compounds computed on the same site.

    1. That of the same ion on the site, if it was computed: nothing is flagged.
    2. The median of the three ions of nearest ionic radius (Shannon, at coordination number 6); of
       fewer than three the nearest. A single one may have a lone pair, like Sb3+ next to Sc3+.
    3. If Shannon has no radius of the ion: the median of the site.
    4. If nothing was computed on the site: None.
    """
    rows = data.rows.assign(cn=data.descriptors[str(Descriptor.COORDINATION_NUMBER)])
    on_site = rows[(rows[str(Field.SITE)] == site) & rows["cn"].notna()]
    same = on_site[
        (on_site[str(Field.DOPANT)] == element) & (on_site[str(Field.VALENCE)] == valence)
    ]
    if len(same):
        return EstimatedCoordination(float(same["cn"].iloc[0]), None)
    if on_site.empty:
        return EstimatedCoordination(None, f"no compound was computed on {site}")
    if tabulated_radii(element, valence):
        return _nearest(on_site, element, valence, site)
    return _median(on_site, site)


def _nearest(on_site: pd.DataFrame, element: str, valence: int, site: str) -> EstimatedCoordination:
    own = ionic_radius(element, valence, COMPARED_AT).value
    ions = zip(on_site[str(Field.DOPANT)], on_site[str(Field.VALENCE)], on_site["cn"], strict=True)
    known = [(symbol, charge, cn) for symbol, charge, cn in ions if tabulated_radii(symbol, charge)]
    if not known:
        return _median(on_site, site)

    def distance(ion: tuple[str, int, float]) -> tuple[float, int, str]:
        """Of ions equally near, the one of nearer valence, then the first in the alphabet."""
        symbol, charge, _ = ion
        radius = ionic_radius(symbol, charge, COMPARED_AT).value
        return round(abs(radius - own), 6), abs(charge - valence), symbol

    nearest = sorted(known, key=distance)
    chosen = nearest[:NEIGHBOURS] if len(nearest) >= NEIGHBOURS else nearest[:1]
    names = ", ".join(f"{symbol}{charge}+" for symbol, charge, _ in chosen)
    number = statistics.median(cn for *_, cn in chosen)
    return EstimatedCoordination(
        float(number), f"that of {names} on {site} (median), the nearest in ionic radius"
    )


def _median(on_site: pd.DataFrame, site: str) -> EstimatedCoordination:
    median = float(on_site["cn"].median())
    return EstimatedCoordination(median, f"the median of the compounds computed on {site}")
