"""Errors of the reference phases' oxides, from measured enthalpies of binary oxides.

The expected error of an oxide of M, measured minus tabulated, is a function of the valence of M, in
eV per atom of M. It is zero for the metal, known where the binary oxide of that valence was
measured, and interpolated between; above the highest measured oxide it grows with the oxygen per M.
An element without measured oxides has the mean of its group (`OxideGroup`) per atom of
oxygen. Of per oxygen, per atom and per atom of M, per oxygen leaves the smallest errors when each
element is predicted from the others (0.61, 0.64 and 0.72 eV per M in root mean square).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING, Final

import numpy as np
from pymatgen.core import Composition

from analysis.energies.oxide_groups import OxideGroup, group_of, group_of_element
from analysis.energies.oxides import EV_PER_KJ, MeasuredOxide, measured_oxides
from analysis.energies.potentials import WRONG_POTENTIALS
from analysis.energies.reference_phases import TABLE_SOURCE, whole_table

if TYPE_CHECKING:
    from analysis.energies.phases import ReferencePhases
    from analysis.reactions.simplex import Vector

#: Number of elements that a group needs to represent others.
FEWEST_ELEMENTS: Final = 3
#: Valences are ratios of small whole numbers: closer ones are the same.
SAME_VALENCE: Final = 1e-6


@dataclass(frozen=True)
class Known:
    """A measured oxide against the reference phases; energies in eV per atom of M.

    Attributes
    ----------
    valence
        Mean valence of M.
    enthalpy
        Measured.
    error
        Measured minus tabulated.
    uncertainty
        Standard uncertainty of the measurement.
    """

    formula: str
    element: str
    group: OxideGroup
    valence: float
    enthalpy: float
    error: float
    uncertainty: float


@dataclass(frozen=True)
class GroupError:
    """The errors of a group's elements, eV per atom of oxygen.

    Attributes
    ----------
    mean
        Mean of the elements' means.
    spread
        Standard error of predicting another element with it.
    """

    mean: float
    spread: float


@dataclass(frozen=True)
class OxideErrors:
    """Errors of the reference phases' oxides.

    Attributes
    ----------
    elements
        The measured oxides of each element, in rising valence.
    groups
        The values for elements without one.
    interpolation
        Standard error of interpolating between an element's oxides, or beyond them, eV per atom of
        oxygen.
    """

    elements: Mapping[str, Sequence[Known]]
    groups: Mapping[OxideGroup, GroupError]
    interpolation: float

    @classmethod
    def of(cls, oxides: Iterable[Known], *, pool: Iterable[Known] | None = None) -> OxideErrors:
        """Collect the errors of oxides.

        Parameters
        ----------
        oxides
            Measured oxides among the reference phases.
        pool
            Those that represent other elements; the same if not given.
        """
        found: dict[str, list[Known]] = defaultdict(list)
        for oxide in sorted(oxides, key=lambda each: (each.element, each.valence)):
            found[oxide.element].append(oxide)
        pooled = list(pool) if pool is not None else [each for of in found.values() for each in of]
        return cls(found, group_errors(pooled), interpolation_error(pooled))

    def expected(self, element: str, valences: Vector) -> Vector:
        """Predict the errors of M at valences [K], measured minus tabulated, eV per atom of M.

        They are zero at a valence of zero and below.
        """
        oxygen = np.maximum(valences, 0.0) / 2
        if element not in self.elements:
            group = self.groups.get(group_of_element(element))
            return (group.mean if group else 0.0) * oxygen
        known = self.elements[element]
        valence = [0.0, *(oxide.valence for oxide in known)]
        errors = [0.0, *(oxide.error for oxide in known)]
        beyond = np.maximum(oxygen * 2 / valence[-1], 1.0)
        inside: Vector = np.interp(np.minimum(oxygen * 2, valence[-1]), valence, errors)
        return inside * beyond

    def uncertainty(self, element: str, valence: float) -> float | None:
        """Return the standard error of `expected`, eV per atom of M; None where it is unknown."""
        if valence <= 0:
            return 0.0
        if element not in self.elements:
            group = self.groups.get(group_of_element(element))
            return group.spread * valence / 2 if group else None
        measured = self.measured(element, valence)
        return measured.uncertainty if measured else self.interpolation * valence / 2

    def measured(self, element: str, valence: float) -> Known | None:
        """Look up the measured oxide of a valence, if there is one."""
        known = self.elements.get(element, ())
        return next((each for each in known if abs(each.valence - valence) < SAME_VALENCE), None)


def known_errors(
    phases: ReferencePhases, oxides: Collection[MeasuredOxide] | None = None
) -> list[Known]:
    """Compare reference phases with the measured oxides among them.

    Gases are left out: their enthalpies are not those of crystals. An oxide without a stated
    uncertainty has the median of all.

    Parameters
    ----------
    phases
        Reference phases.
    oxides
        Measured oxides; by default all usable ones of the project's table.
    """
    rows = measured_oxides() if oxides is None else oxides
    usual = median(_uncertainty(oxide) for oxide in rows if oxide.uncertainty)
    return [
        _known(oxide, phases.phase(oxide.formula).formation_energy_per_atom, usual)
        for oxide in rows
        if oxide.valence
        and group_of(oxide) is not OxideGroup.GAS
        and oxide.formula in phases.by_formula
    ]


def group_errors(known: Iterable[Known]) -> dict[OxideGroup, GroupError]:
    """Pool the errors of the elements of each group, those of a wrong potential left out."""
    elements: dict[OxideGroup, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for oxide in known:
        if oxide.element not in WRONG_POTENTIALS:
            elements[oxide.group][oxide.element].append(oxide.error * 2 / oxide.valence)
    return {
        group: _group_error(list(of.values()))
        for group, of in elements.items()
        if len(of) >= FEWEST_ELEMENTS
    }


def interpolation_error(known: Sequence[Known]) -> float:
    """Root mean square error of each oxide from its element's others, eV per atom of oxygen."""
    squares = []
    for oxide in known:
        others = [each for each in known if each.element == oxide.element and each is not oxide]
        if others:
            rest = OxideErrors({oxide.element: others}, {}, 0.0)
            predicted = rest.expected(oxide.element, np.array([oxide.valence]))[0]
            squares.append(((oxide.error - predicted) * 2 / oxide.valence) ** 2)
    return float(np.sqrt(fmean(squares))) if squares else 0.0


@lru_cache(maxsize=1)
def table_errors() -> OxideErrors:
    """Errors of the project's table."""
    return OxideErrors.of(known_errors(whole_table()))


@lru_cache(maxsize=16)
def errors_of(phases: ReferencePhases) -> OxideErrors:
    """Errors of reference phases; the project's table represents elements without measurements.

    Parameters
    ----------
    phases
        Reference phases of PBE with a correction of oxides.
    """
    if phases.source == TABLE_SOURCE:
        return table_errors()
    return OxideErrors.of(known_errors(phases), pool=known_errors(whole_table()))


def _known(oxide: MeasuredOxide, tabulated: float, usual: float) -> Known:
    composition = Composition(oxide.formula)
    atoms = composition.num_atoms / composition[oxide.element]
    return Known(
        formula=oxide.formula,
        element=oxide.element,
        group=group_of(oxide),
        valence=oxide.mean_valence,
        enthalpy=float(oxide.enthalpy_per_atom * atoms),
        error=float((oxide.enthalpy_per_atom - tabulated) * atoms),
        uncertainty=_uncertainty(oxide) or usual,
    )


def _uncertainty(oxide: MeasuredOxide) -> float:
    """Stated uncertainty in eV per atom of M; zero where none is stated."""
    metal = Composition(oxide.formula)[oxide.element]
    return float((oxide.uncertainty or 0.0) * EV_PER_KJ / metal)


def _group_error(elements: Sequence[Sequence[float]]) -> GroupError:
    """Pool elements: their means scatter, and each element's oxides about its mean."""
    means = [fmean(errors) for errors in elements]
    deviations = [error - fmean(of) for of in elements for error in of if len(of) > 1]
    repeated = sum(len(of) - 1 for of in elements)
    within = sum(d**2 for d in deviations) / repeated if repeated else 0.0
    between = stdev(means) ** 2 * (1 + 1 / len(means))
    return GroupError(fmean(means), float(np.sqrt(between + within)))
