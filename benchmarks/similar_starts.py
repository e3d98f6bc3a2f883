"""Relaxations that start from a relaxed relative: steps saved, and other minima found.

A relative has the same valence, site and arrangement of ions, and the next radius. Its relaxed
positions and cell are a start with the displacements of a similar ion, which could save steps.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from pymatgen.core import Structure

from analysis.base.errors import InputError
from analysis.descriptors.ionic_radii import ionic_radius
from analysis.structures.dopants import Compound
from analysis.structures.doping import dope
from benchmarks.choices import undoped_cell
from benchmarks.measure import Figure, processes
from benchmarks.relaxation import relax
from benchmarks.trivial import llzo_plan
from workflows.specification.planning import read_host

TITLE = "Starts from a relaxed relative"
WORKERS = 2
EVERY, QUICK_EVERY = 8, 90
COORDINATION = 6
APART = 1.0
"""meV per atom by which two relaxations to 0.1 eV/Å may differ."""


class Pair(NamedTuple):
    """A compound's relaxation from the host, and from its relative: steps, and eV per atom."""

    steps: int
    similar_steps: int
    energy: float
    similar_energy: float


def measure(*, quick: bool) -> list[Figure]:
    """Relax a part of the compounds both ways."""
    relatives = list(_relatives())[:: QUICK_EVERY if quick else EVERY]
    with processes(WORKERS, threads=1) as pool:
        found = [
            pair for pair in pool.map(relaxed_both_ways, *zip(*relatives, strict=True)) if pair
        ]
    ours, similar = (sum(each[k] for each in found) / len(found) for k in (0, 1))
    above = [1000 * (each.similar_energy - each.energy) for each in found]
    other = sum(abs(each) > APART for each in above)
    return [
        Figure(
            what=f"steps of {len(found)} compounds of LLZO from the relaxed host",
            unit="steps",
            ours=ours,
            stock=similar,
            against="from the relaxed compound of the same valence, site and arrangement with the "
            "next radius",
            ratio=similar / ours,
            repeats=1,
            agreement=f"{len(relatives) - len(found)} of {len(relatives)} have no relative of the "
            f"same arrangement; energies {min(above):+.1f} to {max(above):+.1f} meV per atom from "
            f"those of the other start, {other} by more than {APART:g}",
        )
    ]


def _relatives() -> Iterator[tuple[Compound, Compound]]:
    """Pair each compound with the one before it, of the same valence and site, by radius."""
    kinds = defaultdict[tuple[str, int], list[tuple[float, Compound]]](list)
    for planned in llzo_plan().campaign.compounds:
        for dopant in planned.compound.dopants:
            with suppress(InputError):  # Shannon has no radius
                radius = ionic_radius(dopant.element, dopant.valence, COORDINATION).value
                kinds[dopant.site, dopant.valence].append((radius, planned.compound))
    for kind in kinds.values():
        ordered = [compound for _, compound in sorted(kind, key=lambda each: each[0])]
        yield from zip(ordered[1:], ordered, strict=False)


def relaxed_both_ways(compound: Compound, relative: Compound) -> Pair | None:
    """Relax a compound from the host and from its relative; None for another arrangement."""
    start, similar = _start(compound), _start(relative)
    if len(start) != len(similar) or not np.allclose(start.frac_coords, similar.frac_coords):
        return None
    relaxed: Structure = relax(similar)["structure"]
    moved = Structure(relaxed.lattice, start.species, relaxed.frac_coords)
    ours, theirs = relax(start), relax(moved)
    return Pair(ours["steps"], theirs["steps"], ours["energy"], theirs["energy"])


def _start(compound: Compound) -> Structure:
    spec = llzo_plan().campaign.spec
    choices: Any = dope(
        read_host(spec.host), undoped_cell(), compound, choices=spec.choices, seed=spec.seed
    )
    start: Structure = choices[0].structure
    return start
