"""The bond-valence site energy of a mobile ion, as a map over a crystal's cell.

At each point it is a Morse energy with the ions of opposite charge and a screened Coulomb repulsion
from those of like charge: S. Adams, R. Prasada Rao, Phys. Status Solidi A 208 (2011) 1746, with the
parameters of H. Chen, L. L. Wong, S. Adams, Acta Cryst. B75 (2019) 18, as `bvlain` carries them.
`bvlain` computes the same map from the nearest ions of each point; `benchmarks/barriers.py` holds
both side by side.
"""

import math
import pickle
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Lattice, Species, Structure
from scipy.constants import angstrom, e, epsilon_0
from scipy.ndimage import correlate1d, spline_filter1d
from scipy.special import erfc

from analysis.base.reasons import Reason

SPACING = 0.2
"""Å, the widest between the points at which the ions are summed."""

CUTOFF = 6.0
"""Å. Ions farther than this do not count. In LLZO and five doped LLZO barriers are 4 to 7 meV above
those with 9 Å, which are those with 7 Å."""

CLOSEST = 0.1
"""Å. The energy on an ion is that at this distance: finite, and far above `HIGHEST`."""

SCREENING = 0.74
"""f of Adams and Prasada Rao: the repulsion is screened over f times the sum of covalent radii."""

HIGHEST = 20.0
"""eV above the minimum. Higher values, near an ion's centre, are cut: no path goes there."""

LOG_OFFSET = 0.5
"""eV added before the logarithm, about a barrier: what is interpolated is smooth up to there."""

MIDPOINT = np.array([1, 23, 23, 1]) / 48
"""A cubic spline halfway between two points, from the four coefficients around it."""

COULOMB = e / (4 * math.pi * epsilon_0 * angstrom)
"""eV Å, of two elementary charges."""

Pair = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Tables(NamedTuple):
    """Parameters of the bond-valence site energy, by atomic number and charge."""

    quantum_number: dict[int, int]
    with_cation: dict[int, dict[float, dict[int, dict[float, dict[str, float]]]]]
    with_anion: dict[int, dict[float, dict[int, dict[float, dict[str, float]]]]]

    def partners(self, mobile: Species) -> dict[int, dict[float, dict[str, float]]] | None:
        """Return the Morse parameters of a mobile ion by those of its partners."""
        table = self.with_cation if mobile.oxi_state > 0 else self.with_anion
        return table.get(mobile.Z, {}).get(mobile.oxi_state)


def missing_parameters(species: Iterable[Species], mobile: Species) -> tuple[str, ...]:
    """List the ions of a framework without bond-valence parameters for a mobile ion.

    Ions of opposite charge need Morse parameters with the mobile ion; all need a principal quantum
    number, for the Coulomb part.
    """
    tables = _tables()
    partners = tables.partners(mobile)
    if partners is None:
        return (f"{mobile} has {Reason.NO_BOND_VALENCE}",)
    missing = []
    for ion in sorted(species):
        if ion.Z not in tables.quantum_number:
            missing.append(f"{ion} has {Reason.NO_BOND_VALENCE}")
        elif ion.oxi_state * mobile.oxi_state < 0 and ion.oxi_state not in partners.get(ion.Z, {}):
            missing.append(f"{ion} has {Reason.NO_BOND_VALENCE} with {mobile}")
    return tuple(missing)


def site_energies(structure: Structure, mobile: Species) -> NDArray[np.float64]:
    """Return the site energy of the mobile ion above its minimum, [nx, ny, nz], eV.

    The map is one period of a grid about 0.1 Å wide. The mobile ions of the structure are left out.

    Parameters
    ----------
    structure
        The crystal, ordered, with oxidation states.
    mobile
        The ion; `missing_parameters` finds nothing missing.
    """
    shape = tuple(math.ceil(length / SPACING) for length in structure.lattice.abc)
    sphere = Sphere.of(structure.lattice, shape)
    energies = np.zeros(sphere.padded)
    for ion in structure.composition:
        if ion.Z == mobile.Z:
            continue
        sites = [site.frac_coords for site in structure if site.specie == ion]
        sphere.add(energies, np.array(sites), _pair(mobile, ion))
    return _refined(_folded(energies, sphere.margin, shape))


class Sphere(NamedTuple):
    """The grid points around an ion, on a grid that is wider than the cell on every side.

    All ions share one list of points, moved by whole steps of the grid; what lies outside the cell
    belongs to the other side of it (`_folded`).
    """

    shape: NDArray[np.int64]
    margin: NDArray[np.int64]
    padded: tuple[int, ...]
    steps: NDArray[np.float64]
    vectors: NDArray[np.float64]
    squares: NDArray[np.float64]
    flat: NDArray[np.int64]

    @classmethod
    def of(cls, lattice: Lattice, shape: tuple[int, ...]) -> "Sphere":
        """Return the points up to `CUTOFF` from any place in the grid's cell at the origin."""
        steps = lattice.matrix / np.array(shape)[:, None]
        # A sphere reaches as many planes of the grid as fit in its radius; an ion is off by one.
        reach = np.ceil(CUTOFF * np.linalg.norm(np.linalg.inv(steps), axis=0)).astype(int) + 1
        padded = tuple(int(n) for n in np.array(shape) + 2 * reach)
        axes = [np.arange(-r, r + 1) for r in reach]
        offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        vectors = offsets @ steps
        squares = np.einsum("ij,ij->i", vectors, vectors)
        near = squares < (CUTOFF + np.linalg.norm(steps, axis=1).sum()) ** 2
        flat = offsets @ np.array([padded[1] * padded[2], padded[2], 1])
        places = np.array(shape), reach, padded, steps
        return cls(*places, vectors[near], squares[near], flat[near])

    def add(self, energies: NDArray[np.float64], sites: NDArray[np.float64], pair: Pair) -> None:
        """Add the energy with the ions at `sites`, fractional, [n, 3], to the wider grid."""
        places = (sites % 1.0) * self.shape
        whole = np.floor(places).astype(int)
        starts = np.ravel_multi_index(tuple((whole + self.margin).T), self.padded)
        flat = energies.reshape(-1)
        for start, rest in zip(starts, (places - whole) @ self.steps, strict=True):
            squares = self.squares - 2 * (self.vectors @ rest) + rest @ rest
            inside = np.flatnonzero(squares < CUTOFF**2)
            distances = np.sqrt(np.maximum(squares[inside], CLOSEST**2))
            flat[start + self.flat[inside]] += pair(distances)


def _pair(mobile: Species, ion: Species) -> Pair:
    """Return the energy of the mobile ion with another, eV, by their distance, Å."""
    if ion.oxi_state * mobile.oxi_state < 0:
        return _morse(mobile, ion)
    return _repulsion(mobile, ion)


def _morse(mobile: Species, ion: Species) -> Pair:
    morse = (_tables().partners(mobile) or {})[ion.Z][ion.oxi_state]
    depth, steepness, minimum = morse["d0"], morse["alpha"], morse["r_min"]

    def energy(distances: NDArray[np.float64]) -> NDArray[np.float64]:
        reach = np.exp(steepness * (minimum - distances))
        return np.asarray(depth / 2 * reach * (reach - 2))

    return energy


def _repulsion(mobile: Species, ion: Species) -> Pair:
    from bvlain.data.covalent_radii import get_covalent_radii

    numbers = _tables().quantum_number
    charge = mobile.oxi_state * ion.oxi_state / math.sqrt(numbers[mobile.Z] * numbers[ion.Z])
    screened = SCREENING * (get_covalent_radii(mobile.Z) + get_covalent_radii(ion.Z))

    def energy(distances: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(COULOMB * charge / distances * erfc(distances / screened))

    return energy


def _folded(
    energies: NDArray[np.float64], margin: NDArray[np.int64], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Add up the points of the wider grid that are one point of the cell."""
    for axis, (wide, length) in enumerate(zip(margin, shape, strict=True)):
        periods = math.ceil(wide / length)
        width = [(0, 0)] * 3
        width[axis] = (periods * length - int(wide),) * 2  # to whole periods
        energies = np.sum(np.split(np.pad(energies, width), 2 * periods + 1, axis=axis), axis=0)
    return energies


def _refined(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolate a periodic map with cubic splines, and measure it from its minimum.

    Points are put halfway between those of the map: in LLZO and five doped LLZO that puts barriers
    within 0.01 eV of those on a grid of 0.05 Å.
    The logarithm is interpolated: the repulsion near an ion grows exponentially and would make
    a spline of the energy itself oscillate.
    """
    fine = np.log(np.clip(energies - energies.min(), None, HIGHEST) + LOG_OFFSET)
    for axis in range(3):
        coefficients = spline_filter1d(fine, order=3, axis=axis, mode="grid-wrap")
        # `origin` makes the four coefficients those of the point, one before and two after it.
        halfway = correlate1d(coefficients, MIDPOINT, axis=axis, mode="wrap", origin=-1)
        fine = np.stack([fine, halfway], axis=axis + 1)
        fine = fine.reshape(*(n * (1 + (i == axis)) for i, n in enumerate(halfway.shape)))
    fine = np.exp(fine)
    return np.asarray(fine - fine.min())


@cache
def _tables() -> Tables:
    from bvlain import Lain

    lain = Lain(verbose=False)
    return Tables(*map(_table, (lain.quantum_file, lain.cation_file, lain.anion_file)))


def _table(path: str) -> Any:
    with Path(path).open("rb") as file:
        return pickle.load(file)  # noqa: S301, a file of the installed package
