"""Compounds: dopants and charge balance in the relaxed host, by the Ewald criterion."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from pymatgen.core import Structure

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.structures.arrangements.annealing import Annealing
from analysis.structures.arrangements.occupation import (
    Occupant,
    OccupationProblem,
    Solution,
    Sublattice,
)
from analysis.structures.arrangements.sampling import SAME_ENERGY, enumerate_distributions, lowest
from analysis.structures.compensation import ChargeBalance, charge_balance, excess_charge
from analysis.structures.dopants import Compound
from analysis.structures.host import Host
from analysis.structures.ordering import Arrangement
from analysis.structures.relaxed_host import Frame, frame_of

PLACEMENT_LIMIT = 64
"""Up to this many sets of substituted sites, each gets its best vacancies; above, a sample does."""

VACANCIES = Annealing(moves_per_site=300, restarts=3)
"""A few vacancies among fixed ions: three short anneals agree on the minimum."""

TOGETHER = Annealing(moves_per_site=300, restarts=30)
"""Substituted sites and vacancies at once: within 0.12 eV (formal charges) of sixty anneals three
times as long, for two to four dopants in the 192-atom garnet."""

Placement = tuple[tuple[int, Occupant], ...]
"""The substituted sites and their dopants."""


def dope(
    host: Host, relaxed: Structure, compound: Compound, *, choices: int, seed: int
) -> list[Arrangement]:
    """Return the arrangements of a compound with the lowest Ewald energy.

    Dopants replace ions of the relaxed host; then the charge is balanced by removing the mobile
    ions, or filling the free sites, that give the lowest energy with formal charges on the relaxed
    geometry.

    Parameters
    ----------
    host
        The host; its structure holds the crystallographic sites for added mobile ions.
    relaxed
        The ordered and relaxed host in the same cell setting; a charge on its species is optional.
    compound
        What replaces what, and how the charge is balanced.
    choices
        How many arrangements to return. They differ in the substituted sites; if there are fewer
        inequivalent sites, further arrangements of vacancies follow. There may be fewer
        arrangements in all.
    seed
        The same seed gives the same arrangements.

    Returns
    -------
    list[Arrangement]
        Best choice of every set of substituted sites first, each part sorted by energy. With the
        compensation "none" the cell is charged and the energies only rank.

    Raises
    ------
    InputError
        As `compensation.check_compound`; and if `relaxed` is not this host, or no free site is
        far enough from its mobile ions.
    """
    change = charge_balance(host, compound)
    frame = frame_of(host, relaxed, added=change.mobile_change)
    rng = np.random.default_rng(seed)
    placements = list(_placements(host, compound, change, frame, choices=choices, rng=rng))
    per_placement = max(choices - len(placements) + 1, 1)
    found = [
        lowest(
            _balancing(frame, placement, change),
            number=per_placement,
            rng=rng,
            annealing=VACANCIES,
        )
        for placement in placements
    ]
    chosen = _choose(placements, found, frame)[:choices]
    if not chosen:
        msg = (
            f"{compound.label(host.name)}: the added {host.mobile} cannot be kept apart in this "
            "cell: lower the concentration"
        )
        raise InputError(msg)
    notes = (*host.notes, *_notes(host, compound))
    return [
        Arrangement(
            frame.sites.structure(solution.occupants),
            solution.energy,
            (*notes, *frame.interstitial_notes(solution.occupants)),
        )
        for solution in chosen
    ]


def _placements(
    host: Host,
    compound: Compound,
    change: ChargeBalance,
    frame: Frame,
    *,
    choices: int,
    rng: np.random.Generator,
) -> Iterator[Placement]:
    """Yield the sets of substituted sites to be tried, each once."""
    sublattices = _substituted(host, compound, change, frame)
    problem = OccupationProblem(frame.sites, frame.ions, sublattices)
    states: Iterator[tuple[Occupant, ...]]
    if problem.number_of_distributions() <= PLACEMENT_LIMIT:
        states = (_occupants(problem, codes) for codes in enumerate_distributions(problem))
    else:
        states = _sampled(change, frame, problem, choices=choices, rng=rng)
    single = sum(change.dopant_atoms) == 1
    seen = set()
    for occupants in states:
        placement = tuple(
            (site, occupants[site])
            for site in problem.active
            if occupants[site] != frame.ions[site]
        )
        # One dopant on two sites that symmetry maps onto each other is the same compound.
        key = frame.orbits(placement) if single else placement
        if key not in seen:
            seen.add(key)
            yield placement


def _sampled(
    change: ChargeBalance,
    frame: Frame,
    problem: OccupationProblem,
    *,
    choices: int,
    rng: np.random.Generator,
) -> Iterator[tuple[Occupant, ...]]:
    """Yield substitutions of low energy, found together with the vacancies, then random ones.

    The random ones are for dopants with the charge of the ion they replace: every
    substitution then has the same Ewald energy.
    """
    joint = replace(problem, sublattices=_with_vacancies(change, frame, problem.sublattices))
    for solution in lowest(joint, number=4 * choices, rng=rng, annealing=TOGETHER):
        vacated = zip(solution.occupants, frame.ions, strict=True)
        yield tuple(ion if occupant is None else occupant for occupant, ion in vacated)
    for _ in range(choices):
        occupants = list(frame.ions)
        for sub in problem.sublattices:
            for site, k in zip(sub.sites, rng.permutation(len(sub.sites)), strict=True):
                occupants[site] = sub.occupants[k]
        yield tuple(occupants)


def _substituted(
    host: Host, compound: Compound, change: ChargeBalance, frame: Frame
) -> tuple[Sublattice, ...]:
    """Return the sites that receive dopants, with the ions that stay and the dopants on them."""
    sublattices = []
    for name in dict.fromkeys(dopant.site for dopant in compound.dopants):
        sites = frame.sites_of(host.ions[name])
        dopants = [
            dopant.species
            for dopant, atoms in zip(compound.dopants, change.dopant_atoms, strict=True)
            if dopant.site == name
            for _ in range(atoms)
        ]
        staying = [host.ions[name]] * (len(sites) - len(dopants))
        sublattices.append(Sublattice(sites, (*dopants, *staying)))
    return tuple(sublattices)


def _with_vacancies(
    change: ChargeBalance, frame: Frame, substituted: tuple[Sublattice, ...]
) -> tuple[Sublattice, ...]:
    """Return the sublattices with the mobile ions that go (or come) distributed as well."""
    if change.mobile_change == 0:
        return substituted
    if change.mobile_change > 0:
        return (*substituted, frame.interstitial_sublattice(change.mobile_change))
    mobile = frame.sites_of(frame.mobile_ion)
    others = [sub for sub in substituted if sub.sites != mobile]
    same = [sub for sub in substituted if sub.sites == mobile]
    occupants = list(same[0].occupants if same else [frame.mobile_ion] * len(mobile))
    for _ in range(-change.mobile_change):
        occupants[occupants.index(frame.mobile_ion)] = None
    return (*others, Sublattice(mobile, tuple(occupants)))


def _balancing(frame: Frame, placement: Placement, change: ChargeBalance) -> OccupationProblem:
    """Return the problem of the mobile ions, the dopants being in place."""
    occupants = list(frame.ions)
    for site, occupant in placement:
        occupants[site] = occupant
    sublattices: tuple[Sublattice, ...] = ()
    if change.mobile_change > 0:
        sublattices = (frame.interstitial_sublattice(change.mobile_change),)
    elif change.mobile_change < 0:
        left = tuple(
            site for site in frame.sites_of(frame.mobile_ion) if site not in dict(placement)
        )
        staying = len(left) + change.mobile_change
        sublattices = (
            Sublattice(left, (*[frame.mobile_ion] * staying, *[None] * -change.mobile_change)),
        )
    return OccupationProblem(frame.sites, tuple(occupants), sublattices)


def _occupants(problem: OccupationProblem, codes: Iterable[int]) -> tuple[Occupant, ...]:
    occupants = list(problem.fixed)
    for site, code in zip(problem.active, codes, strict=True):
        occupants[site] = problem.palette[code]
    return tuple(occupants)


def _choose(
    placements: list[Placement], found: list[list[Solution]], frame: Frame
) -> list[Solution]:
    """Return the best solution of each inequivalent placement, sorted, then the others, sorted."""
    best: list[tuple[tuple[object, ...], Solution]] = []
    others: list[Solution] = []
    pairs = [pair for pair in zip(placements, found, strict=True) if pair[1]]
    for placement, (first, *rest) in sorted(pairs, key=lambda pair: pair[1][0].energy):
        key = frame.orbits(placement)
        if any(
            key == known and abs(first.energy - other.energy) <= SAME_ENERGY
            for known, other in best
        ):
            continue
        best.append((key, first))
        others += rest
    return [solution for _, solution in best] + sorted(others, key=lambda each: each.energy)


def _notes(host: Host, compound: Compound) -> tuple[str, ...]:
    if compound.compensation == "lithium":
        return ()
    excess = excess_charge(compound.dopants, host=host)
    if not excess:
        return ()
    charge = excess / host.formula_units
    return (f"uncompensated: {Reason.UNCOMPENSATED} {charge:+.4g} per formula unit",)
