"""The relaxed host as sites to be doped: its ions with charges, and the free sites between them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from pymatgen.core import Lattice, Species, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.structures.arrangements.ewald import FloatArray, close_pairs, ewald_matrix
from analysis.structures.arrangements.occupation import Occupant, Sites, Sublattice
from analysis.structures.crystal import SYMMETRY_TOLERANCE
from analysis.structures.host import Host
from analysis.structures.ions import ions_in_order, mixed_elements
from analysis.structures.ordering import MINIMUM_DISTANCE

INTERSTITIAL_DISTANCE = 1.2
"""Angstrom between an added mobile ion and those of the relaxed host. It is less than usual:
nearly every free site of garnet lies within 2 of a Li, which the relaxation moves away."""


@dataclass(frozen=True)
class Frame:
    """The sites of a relaxed host, followed by free sites for added mobile ions.

    Attributes
    ----------
    sites
        All sites and their electrostatics.
    ions
        The host's ion on each site; None on the free sites.
    mobile_ion
        The ion that balances the charge.
    equivalent
        For each site of the relaxed host, the first site that symmetry maps onto it.
    """

    sites: Sites
    ions: tuple[Occupant, ...]
    mobile_ion: Species
    equivalent: tuple[int, ...]

    @property
    def interstitials(self) -> tuple[int, ...]:
        """Indices of the free sites."""
        return self.sites_of(None)

    def sites_of(self, occupant: Occupant) -> tuple[int, ...]:
        """Return the indices of the sites with this ion."""
        return tuple(site for site, ion in enumerate(self.ions) if ion == occupant)

    def orbits(self, placement: Iterable[tuple[int, Occupant]]) -> tuple[object, ...]:
        """Return a placement's dopants with the first of their equivalent sites, sorted."""
        return tuple(sorted((str(ion), self.equivalent[site]) for site, ion in placement))

    def interstitial_sublattice(self, added: int) -> Sublattice:
        """Return the free sites with `added` mobile ions on them."""
        free = self.interstitials
        return Sublattice(free, (*[self.mobile_ion] * added, *[None] * (len(free) - added)))

    def interstitial_notes(self, occupants: Sequence[Occupant]) -> tuple[str, ...]:
        """Return a note on the added mobile ions and the distance of their nearest neighbour."""
        added = [site for site in self.interstitials if occupants[site] is not None]
        if not added:
            return ()
        others = [site for site, ion in enumerate(occupants) if ion == self.mobile_ion]
        coords, lattice = self.sites.frac_coords, self.sites.lattice
        distances = np.sort(lattice.get_all_distances(coords[added], coords[others]), axis=1)
        # The first of each row is the ion itself; its own image is a neighbour, too.
        nearest = distances[:, 1:].min(initial=min(lattice.abc))
        name = self.mobile_ion.element.symbol
        note = (
            f"{len(added)} {name} {Reason.INTERSTITIAL}, {nearest:.2f} angstrom "
            f"from the nearest {name} before relaxation"
        )
        return (note,)


def frame_of(host: Host, relaxed: Structure, *, added: int) -> Frame:
    """Return the relaxed host's sites, with free sites where mobile ions are to be added.

    Parameters
    ----------
    host
        The host with its crystallographic sites.
    relaxed
        The ordered, relaxed host in the same cell setting.
    added
        Mobile ions to be added; free sites are searched only if there are any.

    Raises
    ------
    InputError
        If `relaxed` does not have the host's ions, or there are too few free sites.
    """
    ions = _with_charges(host, relaxed)
    lattice, coords = relaxed.lattice, relaxed.frac_coords
    free = np.empty((0, 3))
    if added > 0:
        free = _free_sites(host, lattice, coords[[ion == host.mobile_ion for ion in ions]])
        if len(free) < added:
            msg = (
                f"{host.name}: {added} {host.mobile} must be added, and {len(free)} free sites are "
                f"{INTERSTITIAL_DISTANCE} angstrom from those of the relaxed host: lower the "
                "concentration"
            )
            raise InputError(msg)
    everything = np.vstack([coords, free])
    clashes = close_pairs(lattice, everything, MINIMUM_DISTANCE)
    # Only added ions keep the host's distance among themselves; relaxed neighbours are as they are.
    clashes[: len(coords)] = clashes[:, : len(coords)] = False
    sites = Sites(lattice, everything, ewald_matrix(lattice, everything), clashes)
    bare = Structure(lattice, ions, coords)
    dataset = SpacegroupAnalyzer(bare, symprec=SYMMETRY_TOLERANCE).get_symmetry_dataset()
    return Frame(
        sites=sites,
        ions=(*ions, *[None] * len(free)),
        mobile_ion=host.mobile_ion,
        equivalent=tuple(dataset.equivalent_atoms.tolist()),
    )


def _with_charges(host: Host, relaxed: Structure) -> list[Species]:
    """Return the ion on each site: charges of the structure if it has them, else the host's."""
    if mixed_elements(host) and not any(getattr(s.specie, "oxi_state", None) for s in relaxed):
        return ions_in_order(relaxed, host.counts)
    by_element: dict[str, list[Species]] = {}
    for ion in host.counts:
        by_element.setdefault(ion.element.symbol, []).append(ion)
    ions = []
    for site in relaxed:
        of_element = by_element.get(site.specie.symbol, [])
        options = [ion for ion in of_element if _may_be(ion, site.specie)]
        if len(options) != 1:
            known = ", ".join(map(str, host.counts))
            msg = (
                f"the relaxed host has {site.specie}, {host.name} has {known}: give its structure "
                "with these oxidation states"
            )
            raise InputError(msg)
        ions += options
    if Counter(ions) != Counter(host.counts):
        msg = (
            f"the relaxed host holds {Structure.from_sites(relaxed).composition.formula}, but the "
            f"cell of {host.name} {host.structure.composition.formula}: relax an arrangement of "
            "this cell"
        )
        raise InputError(msg)
    return ions


def _may_be(ion: Species, found: Species) -> bool:
    state = getattr(found, "oxi_state", None)
    return state is None or bool(state == ion.oxi_state)


def _free_sites(host: Host, lattice: Lattice, mobile: FloatArray) -> FloatArray:
    """Return the crystallographic sites of the mobile ion far enough from all of them, [n, 3]."""
    crystallographic = host.structure.frac_coords[list(host.mobile_sites)]
    distances = lattice.get_all_distances(crystallographic, mobile)
    return np.asarray(crystallographic[distances.min(axis=1) >= INTERSTITIAL_DISTANCE], dtype=float)
