"""Ordered arrangements of a host with partially occupied sites, by the Ewald criterion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from analysis.base.errors import InputError
from analysis.structures.arrangements.annealing import Annealing
from analysis.structures.arrangements.ewald import close_pairs, ewald_matrix
from analysis.structures.arrangements.occupation import OccupationProblem, Sites, Sublattice
from analysis.structures.arrangements.sampling import lowest
from analysis.structures.host import Host

MINIMUM_DISTANCE = 2.0
"""Angstrom. Garnet's 24d-96h pairs (1.6) and split 96h pairs (0.8) are never filled together;
the next distance between Li sites is 2.4."""


@dataclass(frozen=True)
class Arrangement:
    """An ordered structure.

    Attributes
    ----------
    structure
        Ordered sites with oxidation states, sorted by species.
    energy
        Its Ewald energy in eV, for ranking arrangements of the same composition.
    notes
        What the reader of a result should know about how it was made.
    """

    structure: Structure
    energy: float
    notes: tuple[str, ...] = ()


def arrange_host(
    host: Host,
    *,
    number: int,
    seed: int,
    minimum_distance: float = MINIMUM_DISTANCE,
    annealing: Annealing | None = None,
) -> list[Arrangement]:
    """Return the ordered arrangements of lowest Ewald energy that sampling finds.

    Parameters
    ----------
    host
        The host with its partially occupied sites.
    number
        How many arrangements to return; fewer if fewer are found.
    seed
        The same seed gives the same arrangements.
    minimum_distance
        Ions of the same sign closer than this, in angstrom, are never put on disordered sites
        together.
    annealing
        The cooling schedule of the sampling.

    Returns
    -------
    list[Arrangement]
        Sorted by energy; energies differ by more than 1e-3 eV, since symmetric arrangements have
        the same.

    Raises
    ------
    InputError
        If every arrangement found has a pair of ions too close to each other.
    """
    problem = host_problem(host, minimum_distance=minimum_distance)
    rng = np.random.default_rng(seed)
    solutions = lowest(problem, number=number, rng=rng, annealing=annealing)
    if not solutions:
        msg = (
            f"no arrangement of {host.name} keeps its ions {minimum_distance:g} angstrom apart: "
            "lower minimum_distance, or correct the occupancies or positions in its CIF"
        )
        raise InputError(msg)
    return [
        Arrangement(problem.sites.structure(found.occupants), found.energy, host.notes)
        for found in solutions
    ]


def host_problem(host: Host, *, minimum_distance: float = MINIMUM_DISTANCE) -> OccupationProblem:
    """Return the distribution of the host's ions over its disordered sites as a problem."""
    structure = host.structure
    sites = Sites(
        lattice=structure.lattice,
        frac_coords=structure.frac_coords,
        energies=ewald_matrix(structure.lattice, structure.frac_coords),
        clashes=_clashes(host, minimum_distance),
    )
    return OccupationProblem(
        sites=sites,
        fixed=tuple(site.specie if site.is_ordered else None for site in structure),
        sublattices=tuple(
            Sublattice(sites=sub.sites, occupants=sub.occupants, allowed=sub.allowed)
            for sub in host.sublattices
        ),
    )


def _clashes(host: Host, distance: float) -> NDArray[np.bool_]:
    """Return the close pairs of like-charged sites of which at least one is disordered."""
    structure = host.structure
    positive = np.array([next(iter(site.species)).oxi_state > 0 for site in structure])
    disordered = np.array([not site.is_ordered for site in structure])
    close = close_pairs(structure.lattice, structure.frac_coords, distance)
    like = positive[:, None] == positive[None, :]
    return np.asarray(close & like & (disordered[:, None] | disordered[None, :]))
