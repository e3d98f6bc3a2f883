"""Which site a dopant prefers: the one of lowest defect energy, with its uncertainty.

The defect energies of one ion on several sites share the oxide it comes from; each has the
engine's error on its own exchange of oxides. That exchange is the one whose error
`analysis.energies.uncertainty` returns as u of the reaction energy (products and host cancel
there, too), per formula unit. So per dopant, of two sites 1 and 2,

    u(E1 - E2) = sqrt(u1^2 + u2^2) / x

with the engine's error of the element, the spread of arrangements and the force threshold in each.
The error that the sites have in common (the oxide of the dopant) is counted twice rather than
cancelled: the estimate is cautious.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum, auto
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

from pydantic import BaseModel, Field

from analysis.base.fields import Field as Key
from analysis.data import TABLES

EXPERIMENT_FILE: Final = "site_preferences.csv"
HOST_OF_EXPERIMENTS: Final = "Li7La3Zr2O12"

Document = Mapping[str, Any]


class SiteEnergy(BaseModel, frozen=True, extra="forbid"):
    """A dopant on one site."""

    site: str
    defect_energy: float = Field(description="eV per dopant")
    uncertainty: float | None = Field(description="Of the defect energy, eV; null: not known")


class Verdict(StrEnum):
    """How a computed preference compares with experiment."""

    AGREES = auto()
    DISAGREES = auto()
    OPEN = auto()  # the margin is within its uncertainty


class Experiment(BaseModel, frozen=True, extra="forbid"):
    """Where experiment found a dopant of LLZO."""

    dopant: str
    valence: int
    site: str
    evidence: str = Field(
        description="spectroscopy and diffraction saw the ion on the site; composition: single-"
        "phase garnet was made with the ion in place of the site's"
    )
    source: str


class Ion(NamedTuple):
    """What the sites of one preference share."""

    dopant: str
    valence: int
    concentration: float
    compensation: str


class SitePreference(BaseModel, frozen=True, extra="forbid"):
    """The sites of one ion at one amount and compensation, lowest defect energy first."""

    dopant: str
    valence: int
    concentration: float = Field(description="x per formula unit of the host")
    compensation: str
    sites: tuple[SiteEnergy, ...]
    site: str = Field(description="The most favourable one")
    margin: float | None = Field(
        description="What the next site costs more, eV per dopant; null: only one was computed"
    )
    uncertainty: float | None = Field(
        description="Standard uncertainty of the margin, eV per dopant; null: not known"
    )
    decided: bool | None = Field(
        description="True if the margin exceeds its uncertainty; null if either is unknown"
    )

    @classmethod
    def of(cls, ion: Ion, energies: Iterable[SiteEnergy]) -> Self:
        """Rank the sites of one ion."""
        sites = tuple(sorted(energies, key=lambda each: each.defect_energy))
        margin = uncertainty = None
        if len(sites) > 1:
            lowest, following = sites[:2]
            margin = following.defect_energy - lowest.defect_energy
            if lowest.uncertainty is not None and following.uncertainty is not None:
                uncertainty = math.hypot(lowest.uncertainty, following.uncertainty)
        return cls(
            **ion._asdict(),
            sites=sites,
            site=sites[0].site,
            margin=margin,
            uncertainty=uncertainty,
            decided=None if margin is None or uncertainty is None else margin > uncertainty,
        )

    def compare(self, found: Experiment) -> Verdict:
        """Compare with the site that experiment found.

        An undecided preference neither agrees nor disagrees.
        """
        if not self.decided:
            return Verdict.OPEN
        return Verdict.AGREES if self.site == found.site else Verdict.DISAGREES


class Comparison(BaseModel, frozen=True, extra="forbid"):
    """A computed preference and that of experiment."""

    preference: SitePreference
    experiment: Experiment
    verdict: Verdict


def site_preferences(documents: Iterable[Document]) -> list[SitePreference]:
    """Rank the sites of every ion of single-dopant compounds, at equal x and compensation.

    Compounds without a defect energy are left out.

    Parameters
    ----------
    documents
        Result documents of one campaign.

    Returns
    -------
    list
        One item per element, valence, x and compensation, in that order.
    """
    groups: dict[Ion, list[SiteEnergy]] = defaultdict(list)
    for document in documents:
        if len(document[Key.DOPANTS]) == 1 and document[Key.DEFECT_ENERGY] is not None:
            groups[_ion(document)].append(_site_energy(document))
    return [SitePreference.of(ion, sites) for ion, sites in sorted(groups.items())]


def compare_with_experiment(
    preferences: Sequence[SitePreference], *, host: str
) -> list[Comparison]:
    """Compare computed preferences with those of experiment, if both exist.

    An ion counts where two sites or more were computed, one of them experiment's.

    Parameters
    ----------
    preferences
        What `site_preferences` returned.
    host
        Reduced formula of the host; the table knows Li7La3Zr2O12 only.
    """
    if host != HOST_OF_EXPERIMENTS:
        return []
    found = {(each.dopant, each.valence): each for each in experiments()}
    return [
        Comparison(preference=each, experiment=known, verdict=each.compare(known))
        for each in preferences
        if (known := found.get((each.dopant, each.valence))) is not None
        and len(each.sites) > 1
        and known.site in {site.site for site in each.sites}
    ]


@lru_cache(maxsize=1)
def experiments() -> tuple[Experiment, ...]:
    """Read the sites on which experiment found the well-known dopants of LLZO."""
    with (TABLES / EXPERIMENT_FILE).open(encoding="utf-8", newline="") as lines:
        return tuple(Experiment.model_validate(row) for row in csv.DictReader(lines))


def _ion(document: Document) -> Ion:
    keys = (Key.DOPANT, Key.VALENCE, Key.CONCENTRATION, Key.COMPENSATION)
    return Ion(*(document[key] for key in keys))


def _site_energy(document: Document) -> SiteEnergy:
    uncertainty = document[Key.REACTION_ENERGY_UNCERTAINTY]
    x = document[Key.CONCENTRATION]
    return SiteEnergy(
        site=document[Key.SITE],
        defect_energy=document[Key.DEFECT_ENERGY],
        uncertainty=None if uncertainty is None else uncertainty / x,
    )
