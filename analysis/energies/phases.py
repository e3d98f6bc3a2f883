"""Competing phases with formation energies and band gaps, on one energy scheme."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain, combinations

from pydantic import BaseModel, Field
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.schemes import EnergyScheme

#: Their combinations are soon looked up, and fewer than the chemical systems of the table, 45,000.
_FEW_ELEMENTS = 12


@lru_cache(maxsize=100_000)
def parsed(formula: str) -> Composition:
    """Parse a formula once: a table of 3,000 phases serves every compound of a campaign.

    Raises
    ------
    InputError
        If the text is not a formula.
    """
    try:
        return Composition(formula)
    except ValueError as error:
        msg = f"{formula!r} is not a chemical formula: write it as Li2O or Li7La3Zr2O12"
        raise InputError(msg) from error


@lru_cache(maxsize=100_000)
def elements_of(formula: str) -> frozenset[str]:
    """Return the symbols of a formula; cached, since every compound needs those of every phase.

    Raises
    ------
    InputError
        If the text is not a formula.
    """
    return frozenset(element.symbol for element in parsed(formula))


class Phase(BaseModel, frozen=True, extra="forbid"):
    """One competing phase."""

    formula: str = Field(description="Reduced formula as pymatgen writes it.")
    formation_energy_per_atom: float = Field(description="Lowest of all polymorphs, eV/atom.")
    band_gap: float | None = Field(
        default=None, description="Smallest listed gap, eV; null if none is listed."
    )

    @property
    def composition(self) -> Composition:
        """Composition of one reduced formula unit."""
        return Composition(self.formula)


class ReferencePhases(BaseModel, frozen=True, extra="forbid"):
    """Competing phases on one energy scheme; at most one per reduced formula."""

    source: str = Field(description="Where the phases come from, with its version.")
    scheme: EnergyScheme
    phases: tuple[Phase, ...]
    element_energies: dict[str, float] = Field(
        default_factory=dict,
        description="Total energy of each element on this scheme, eV/atom; empty if unknown.",
    )
    notes: tuple[str, ...] = Field(default=(), description="What the phases lack.")

    @classmethod
    def joined(cls, parts: Sequence["ReferencePhases"]) -> "ReferencePhases":
        """Join the phases of several chemical systems of one source, sorted by formula.

        Parameters
        ----------
        parts
            One or more; a formula that several have counts once.
        """
        found = {phase.formula: phase for part in parts for phase in part.phases}
        phases = tuple(found[formula] for formula in sorted(found))
        return cls(source=parts[0].source, scheme=parts[0].scheme, phases=phases)

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def by_formula(self) -> Mapping[str, Phase]:
        """Reduced formula to phase."""
        return {phase.formula: phase for phase in self.phases}

    @cached_property
    def elements(self) -> frozenset[str]:
        """Symbols of all elements that occur in the phases."""
        return frozenset().union(*(elements_of(phase.formula) for phase in self.phases))

    @cached_property
    def by_system(self) -> Mapping[str, Sequence[Phase]]:
        """Chemical system, Li-O, to the phases that hold all of its elements and no others."""
        found: dict[str, list[Phase]] = {}
        for phase in self.phases:
            found.setdefault("-".join(sorted(elements_of(phase.formula))), []).append(phase)
        return found

    def made_of(self, elements: frozenset[str]) -> tuple[Phase, ...]:
        """Return the phases made of `elements` alone, sorted by formula."""
        known = self.by_system
        held = [known.get(each, ()) for each in systems_within(elements, lambda: known)]
        return tuple(sorted(chain.from_iterable(held), key=lambda phase: phase.formula))

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of scheme, phases and elemental energies; notes do not count."""
        content = self.model_dump(mode="json", include={"scheme", "phases", "element_energies"})
        content["phases"].sort(key=lambda phase: phase["formula"])
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def phase(self, formula: str) -> Phase:
        """Look up a phase by any way of writing its formula.

        Raises
        ------
        InputError
            There is no such phase.
        """
        reduced = Composition(formula).reduced_formula
        if reduced not in self.by_formula:
            message = f"{reduced} is not among the reference phases ({self.source})."
            raise InputError(message)
        return self.by_formula[reduced]

    def within(self, elements: Iterable[str]) -> "ReferencePhases":
        """Keep the phases made of `elements` alone.

        Raises
        ------
        InputError
            An element occurs in none of the phases.
        """
        wanted = frozenset(map(str, elements))
        if unknown := sorted(wanted - self.elements):
            raise InputError(no_phases_of(self.source, unknown))
        kept = self.made_of(wanted)
        energies = {e: v for e, v in self.element_energies.items() if e in wanted}
        # Not a model_copy: that would keep the cached properties of all phases.
        return ReferencePhases(
            source=self.source,
            scheme=self.scheme,
            phases=kept,
            element_energies=energies,
            notes=self.notes,
        )


def systems_within(elements: frozenset[str], known: Callable[[], Iterable[str]]) -> Iterator[str]:
    """Name the chemical systems made of these elements, Li-O: all combinations, if they are few.

    Parameters
    ----------
    elements
        Symbols.
    known
        Returns the systems to choose from where the elements are many.
    """
    if len(elements) > _FEW_ELEMENTS:
        yield from (each for each in known() if elements.issuperset(each.split("-")))
        return
    for size in range(1, len(elements) + 1):
        yield from ("-".join(system) for system in combinations(sorted(elements), size))


def no_phases_of(source: str, elements: Iterable[str]) -> str:
    """Word the refusal of elements that occur in no phase of a source."""
    return (
        f"No reference phase of {source} contains {', '.join(elements)}: choose another dopant or "
        "electrode, or another source of reference phases."
    )
