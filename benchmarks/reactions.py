"""Reactions of all compounds of the LLZO campaign, against pymatgen on the same entries."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations, islice

import numpy as np
from pymatgen.analysis.interface_reactions import InterfacialReactivity
from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.reactions.interface import Reaction, react
from analysis.reactions.pairing import pairing
from analysis.reactions.pairs import System, pair_margins
from analysis.structures.compensation import compound_composition
from analysis.structures.dopants import Compound, Dopant, candidates
from analysis.structures.host import builtin_host
from benchmarks.measure import Figure, alone, compared, in_fresh_process, side_by_side
from workflows.specification.spec import PAIR_AMOUNTS

TITLE = "Reactions with lithium"
LEAST_RATIO = 5.0
MOST_SECONDS = 2.0
MOST_SECONDS_CODOPED = 120.0
CODOPED = 10_000
MARGINS, CHECKED = 100_000, 20
HOST = "Li7La3Zr2O12"
HOST_ELEMENTS = frozenset({"Li", "La", "Zr", "O"})
CONCENTRATION = 0.25
# eV per formula unit; the hull of the phases is near -76. Paths differ by a constant with it, and
# pymatgen would find a compound on the hull among its own products.
ENERGY = -70.0

Case = tuple[dict[str, float], float]
"""Atoms per formula unit, and formation energy in eV per formula unit."""


def measure(*, quick: bool) -> list[Figure]:
    """Time all single dopants, by pymatgen too, and pairs of dopants."""
    cases = single_dopants()[:: 60 if quick else 1]
    pairs = codoped(200 if quick else CODOPED)
    runs = side_by_side(
        lambda: in_fresh_process(paths, cases),
        lambda: in_fresh_process(stock_paths, cases),
        2 if quick else 5,
    )
    difference = _difference(*(side[0].result for side in runs))
    return [
        alone(
            runs[0],
            what=f"exact paths of {len(cases)} compounds of LLZO, reference phases read",
            most=MOST_SECONDS,
        ),
        compared(
            *runs,
            what="the same, against pymatgen",
            against="PhaseDiagram with the compound, and InterfacialReactivity",
            least=LEAST_RATIO,
            agreement=f"dG at each kink: {difference:.0e} eV/f.u.",
        ),
        alone(
            [in_fresh_process(paths, pairs)],
            what=f"exact paths of {len(pairs)} co-doped compounds",
            most=MOST_SECONDS_CODOPED,
        ),
        _margins(MARGINS // 50 if quick else MARGINS),
    ]


def _margins(number: int) -> Figure:
    """Time the margins of pairs of dopants, and check some against a linear programme each."""
    run = in_fresh_process(pair_search, number)
    found, solved, difference = run.result
    return alone(
        [run],
        what=f"reduction margins of {found} pairs of dopants, both dopants'",
        most=MOST_SECONDS_CODOPED,
        agreement=f"{solved} pairs by a linear programme each; of the others every "
        f"{found // CHECKED}th against its own: {difference:.0e} eV",
    )


def pair_search(number: int) -> tuple[int, int, float]:
    """Compute the margins of so many pairs.

    Returns
    -------
    tuple
        Pairs, those for which a programme was solved, and how far a sample of the others is from
        its own, eV.
    """
    host = builtin_host("LLZO")
    options = candidates(
        ("Li", "La", "Zr"), concentrations=PAIR_AMOUNTS, elements=None, host_ions=host.ions
    )
    every = pairing(host, options)
    step = max(len(every.first) // number, 1)  # neighbours share a dopant
    few = slice(0, number * step, step)
    pairs = replace(
        every, first=every.first[few], second=every.second[few], mobile=every.mobile[few]
    )
    elements = {option.element for option in options}
    phases = ReferencePhases.joined([table_phases(HOST_ELEMENTS | {each}) for each in elements])
    system = System(host, phases)
    margins = pair_margins(system, pairs)
    differences = []
    for index in np.flatnonzero(~margins.solved)[:: max(number // CHECKED, 1)].tolist():
        own = sorted(system.solve(pairs.compound(index)))
        differences.append(np.nanmax(np.abs(np.sort(margins.margins[index]) - own)))
    return len(pairs.first), int(margins.solved.sum()), float(max(differences))


def single_dopants() -> list[Case]:
    """Return every candidate of the rule that the table of phases knows, once per composition."""
    return list(_cases((dopant,) for dopant in _candidates()))


def codoped(number: int) -> list[Case]:
    """Return compounds with two dopants of different elements."""
    pairs = combinations(_candidates(), 2)
    different = [pair for pair in pairs if pair[0].element != pair[1].element]
    # Neighbours in this list share an element; spread over it, they cover the periodic table. Some
    # are impossible: others replace them.
    step = max(len(different) // number, 1)
    spread = chain.from_iterable(different[first::step] for first in range(step))
    return list(islice(_cases(spread), number))


def _candidates() -> list[Dopant]:
    host = builtin_host("LLZO")
    sites = ("Li", "La", "Zr")
    return candidates(sites, concentrations=(CONCENTRATION,), elements=None, host_ions=host.ions)


def _cases(dopants: Iterable[tuple[Dopant, ...]]) -> Iterator[Case]:
    host = builtin_host("LLZO")
    for each in dopants:
        try:
            composition = compound_composition(host, Compound(dopants=each))
            table_phases(HOST_ELEMENTS | {dopant.element for dopant in each})
        except InputError:
            continue
        yield dict(composition.as_dict()), ENERGY


def paths(cases: Sequence[Case]) -> list[list[tuple[float, float]]]:
    """Return (n, dG) of every kink, by this project."""
    return [[(step.lithium, step.energy) for step in _react(*case).path] for case in cases]


def _react(amounts: dict[str, float], energy: float) -> Reaction:
    phases = table_phases(HOST_ELEMENTS | amounts.keys())
    return react(Composition(amounts), energy, phases, exclude=[HOST])


def stock_paths(cases: Sequence[Case]) -> list[list[tuple[float, float]]]:
    """Return the same by pymatgen; its points include some without a bend."""
    warnings.simplefilter("ignore")
    found = []
    for amounts, energy in cases:
        composition = Composition(amounts)
        entries = _entries(table_phases(HOST_ELEMENTS | amounts.keys()))
        diagram = PhaseDiagram([*entries, PDEntry(composition, energy)])
        reactivity = InterfacialReactivity(composition, Composition("Li"), diagram)
        atoms = composition.num_atoms
        found.append(
            sorted(
                (atoms * (1 - ratio) / ratio, atoms * per_atom / ratio)
                for _, ratio, per_atom, *_ in reactivity.get_kinks()
                if ratio > 0
            )
        )
    return found


def _entries(phases: ReferencePhases) -> list[PDEntry]:
    """Return the phases that compete: of three elements at most, without the host's."""
    return [
        PDEntry(phase.composition, phase.formation_energy_per_atom * phase.composition.num_atoms)
        for phase in phases.phases
        if len(phase.composition) <= 3 and phase.formula != HOST
    ]


def _difference(
    ours: list[list[tuple[float, float]]], stock: list[list[tuple[float, float]]]
) -> float:
    """Return the largest difference of dG at any kink of either.

    Raises
    ------
    ValueError
        If it is more than rounding.
    """
    largest = 0.0
    for mine, theirs in zip(ours, stock, strict=True):
        for n, energy in [*mine, *theirs]:
            of_both = [_energy_at(n, path) for path in (mine, theirs)]
            largest = max(largest, *(abs(energy - value) for value in of_both))
    if largest > 1e-6:
        msg = f"pymatgen's reaction energies differ from ours by {largest:.2g} eV/f.u."
        raise ValueError(msg)
    return largest


def _energy_at(lithium: float, path: Sequence[tuple[float, float]]) -> float:
    """Read dG at any n off the kinks of a path, constant beyond its end."""
    return float(np.interp(lithium, [n for n, _ in path], [energy for _, energy in path]))
