"""Whole numbers of ions for a crystal with partial occupancies."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from pymatgen.core import Species, Structure

from analysis.base.errors import InputError
from analysis.base.reasons import Reason

ROUNDING = 0.05
"""Occupancies are refined or written to a few digits: an amount this close to a whole number of
atoms in the cell is that number."""


@dataclass(frozen=True)
class SublatticeCounts:
    """Disordered sites that share ions, and what they hold together.

    Attributes
    ----------
    sites
        Indices of the sites.
    allowed
        The ions each site may hold; None, where a site may be vacant.
    counts
        Whole number of each ion on all these sites together.
    """

    sites: tuple[int, ...]
    allowed: tuple[frozenset[Species | None], ...]
    counts: dict[Species, int]

    @property
    def occupants(self) -> tuple[Species | None, ...]:
        """The ions and vacancies to be distributed, one for each site."""
        ions = [species for species, count in self.counts.items() for _ in range(count)]
        return (*ions, *[None] * (len(self.sites) - len(ions)))


@dataclass(frozen=True)
class Cell:
    """The whole-number occupation of a crystal's cell.

    Attributes
    ----------
    counts
        Number of each ion in the cell; together they are neutral.
    sublattices
        The disordered sites.
    notes
        What rounding to whole numbers changed.
    """

    counts: dict[Species, int]
    sublattices: tuple[SublatticeCounts, ...]
    notes: tuple[str, ...]

    @classmethod
    def from_structure(cls, structure: Structure) -> "Cell":
        """Choose the neutral whole numbers of ions nearest to the crystal's occupancies.

        Ions that share sites are counted over all of these together; their positions are
        not decided here. Each count is next to the crystal's amount, above or below.

        Raises
        ------
        InputError
            If no such counts make the cell neutral.
        """
        ordered, sets = _partition(structure)
        ideal = [_amounts(structure, sites) for sites in sets]
        chosen = _chosen(structure, multiple=1)
        if chosen is None:
            raise InputError(_not_neutral(ordered, ideal))
        sublattices = tuple(
            SublatticeCounts(tuple(sites), tuple(_options(structure, i) for i in sites), counts)
            for sites, counts in zip(sets, chosen, strict=True)
        )
        counts = sum((Counter(counts) for counts in chosen), Counter(ordered))
        return cls(dict(sorted(counts.items())), sublattices, _notes(ideal, chosen))


def lost_elements(structure: Structure, counts: Mapping[Species, int]) -> tuple[str, ...]:
    """Name the elements of a crystal of which its whole-number cell has no atom, sorted."""
    kept = {species.element.symbol for species, count in counts.items() if count > 0}
    return tuple(sorted({ion.element.symbol for ion in structure.composition} - kept))


def keeps_all_elements(structure: Structure, multiple: int) -> bool:
    """Whether that many cells together hold whole, neutral numbers of every element's ions."""
    ordered, _ = _partition(structure)
    chosen = _chosen(structure, multiple)
    counts = sum((Counter(each) for each in chosen or ()), Counter(ordered))
    return chosen is not None and not lost_elements(structure, counts)


def _chosen(structure: Structure, multiple: int) -> list[dict[Species, int]] | None:
    """Return the counts on each set of disordered sites of so many cells together."""
    ordered, sets = _partition(structure)
    ideal = [_times(_amounts(structure, sites), multiple) for sites in sets]
    charge = sum(species.oxi_state * count for species, count in ordered.items())
    limits = [_limits(structure, sites) for sites in sets]
    many = [(least * multiple, most * multiple) for least, most in limits]
    return _nearest_neutral(ideal, many, charge * multiple)


def _times(amounts: Mapping[Species, float], multiple: int) -> dict[Species, float]:
    return {species: amount * multiple for species, amount in amounts.items()}


def _partition(structure: Structure) -> tuple[Counter[Species], list[list[int]]]:
    """Return the ions on ordered sites, and the disordered sites in sets that share ions."""
    ordered: Counter[Species] = Counter()
    sets: list[tuple[set[Species], list[int]]] = []
    for index, site in enumerate(structure):
        if site.is_ordered:
            ordered[site.specie] += 1
            continue
        ions, sites = set(site.species), [index]
        for other in [each for each in sets if each[0] & ions]:
            sets.remove(other)
            ions, sites = ions | other[0], other[1] + sites
        sets.append((ions, sites))
    return ordered, [sorted(sites) for _, sites in sets]


def _options(structure: Structure, site: int) -> frozenset[Species | None]:
    species = structure[site].species
    return frozenset(species) | (frozenset([None]) if _may_be_vacant(structure, site) else set())


def _may_be_vacant(structure: Structure, site: int) -> bool:
    return bool(structure[site].species.num_atoms < 1 - 1e-3)


def _amounts(structure: Structure, sites: Iterable[int]) -> dict[Species, float]:
    return _totals(dict(structure[site].species.items()) for site in sites)


def _limits(structure: Structure, sites: Sequence[int]) -> tuple[int, int]:
    """Return the least and the largest number of ions on these sites."""
    return sum(not _may_be_vacant(structure, site) for site in sites), len(sites)


def _candidates(amount: float) -> list[int]:
    if abs(amount - round(amount)) < ROUNDING:
        return [round(amount)]
    return [math.floor(amount), math.ceil(amount)]


def _nearest_neutral(
    ideal: list[dict[Species, float]], limits: list[tuple[int, int]], charge: float
) -> list[dict[Species, int]] | None:
    """Return the whole numbers nearest to the ideal ones that cancel `charge`."""
    best: tuple[float, list[dict[Species, int]]] | None = None
    keys = [(k, species) for k, amounts in enumerate(ideal) for species in amounts]
    for numbers in product(*(_candidates(ideal[k][species]) for k, species in keys)):
        counts: list[dict[Species, int]] = [{} for _ in ideal]
        for (k, species), number in zip(keys, numbers, strict=True):
            counts[k][species] = number
        if not _possible(counts, limits, charge):
            continue
        distance = sum((counts[k][s] - ideal[k][s]) ** 2 for k, s in keys)
        if best is None or distance < best[0] - 1e-9:
            best = distance, counts
    return best and best[1]


def _possible(
    counts: list[dict[Species, int]], limits: list[tuple[int, int]], charge: float
) -> bool:
    total = charge + sum(s.oxi_state * n for each in counts for s, n in each.items())
    return math.isclose(total, 0, abs_tol=1e-6) and all(
        least <= sum(each.values()) <= most
        for each, (least, most) in zip(counts, limits, strict=True)
    )


def _totals(parts: Iterable[Mapping[Species, float]]) -> dict[Species, float]:
    totals: dict[Species, float] = {}
    for part in parts:
        for species, amount in part.items():
            totals[species] = totals.get(species, 0) + amount
    return dict(sorted(totals.items()))


def _not_neutral(ordered: Counter[Species], ideal: list[dict[Species, float]]) -> str:
    totals = _totals([dict(ordered), *ideal])
    charge = sum(species.oxi_state * amount for species, amount in totals.items())
    listed = ", ".join(f"{amount:.4g} {species}" for species, amount in totals.items())
    return (
        f"the host cannot be made neutral: its cell holds {listed}, a charge of {charge:+.4g}; "
        "no whole numbers next to these cancel. Correct the occupancies or the oxidation states, "
        "or choose another cell"
    )


def _notes(ideal: list[dict[Species, float]], chosen: list[dict[Species, int]]) -> tuple[str, ...]:
    wanted, got = _totals(ideal), _totals(chosen)
    changed = [
        f"{got[species]:g} {species} instead of {amount:.4g}"
        for species, amount in wanted.items()
        if abs(got[species] - amount) > ROUNDING
    ]
    if not changed:
        return ()
    return (f"{Reason.WHOLE_NUMBERS}: " + ", ".join(changed),)
