"""Choices of sites that are dropped early: force calls that this would save.

A campaign relaxes some choices of each compound to the end, and keeps the lowest. Here the
energies after each step are known, so that dropping all that lie a margin above the lowest after
a few steps can be told beforehand: the margin is the smallest at which no lowest choice is lost.
What is kept would start again from its last step, without the optimizer's memory of the others.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

import interphase
from analysis.structures.dopants import Compound
from analysis.structures.doping import dope
from benchmarks.measure import Figure, processes
from benchmarks.trivial import llzo_plan
from makers.schemas import plain
from workflows.specification.planning import read_host

TITLE = "Choices that are dropped early"
RESULT = "llzo"
WORKERS = 2
EVERY, QUICK_EVERY = 4, 60
STEPS = (0, 1, 2, 4)

Trace = list[float]
"""Energies of one choice, eV per cell: of its start, and after each step."""


def measure(*, quick: bool) -> list[Figure]:
    """Relax every choice of a part of the compounds, and count what dropping would save."""
    planned = [each.compound for each in llzo_plan().campaign.compounds]
    compounds = [each for each in planned if each.dopants][:: QUICK_EVERY if quick else EVERY]
    with processes(WORKERS, threads=1) as pool:
        parts = list(pool.map(traces, [compounds[k::WORKERS] for k in range(WORKERS)]))
    found = [each for part in parts for each in part if len(each) > 1]
    return [_figure(found, steps) for steps in STEPS]


def traces(compounds: Sequence[Compound]) -> list[list[Trace]]:
    """Relax all choices of compounds; return their energies step by step."""
    from makers.engines.registry import relax_maker

    spec = llzo_plan().campaign.spec
    host, undoped = read_host(spec.host), undoped_cell()
    maker: Any = relax_maker(spec.engine.name, spec.engine.settings)
    found = []
    for compound in compounds:
        chosen = dope(host, undoped, compound, choices=spec.choices, seed=spec.seed)
        stages = [maker._relax_once(plain(each.structure)) for each in chosen]  # noqa: SLF001  its frames
        # atomate2 keeps a second copy of the last frame
        found.append([[x.energy for x in s.output.ionic_steps[:-1]] for s in stages])
    return found


@lru_cache(maxsize=1)
def undoped_cell() -> Structure:
    """Return the relaxed host of the reference result."""
    table = interphase.results(RESULT)
    (uuid,) = table[table["dopants"].map(len) == 0]["job_uuid"]
    return interphase.structures(RESULT)[uuid]


def _figure(found: Sequence[Sequence[Trace]], steps: int) -> Figure:
    """Compare force calls with and without dropping after some steps."""
    above = [_above(choices, steps) for choices in found]
    margin = max(each[_lowest(choices)] for each, choices in zip(above, found, strict=True))
    kept = [each <= margin for each in above]
    everything = sum(len(trace) for choices in found for trace in choices)
    dropping = sum(
        _calls(trace, steps, keep=bool(keep))
        for choices, keeps in zip(found, kept, strict=True)
        for trace, keep in zip(choices, keeps, strict=True)
    )
    share = np.concatenate(kept).mean()
    return Figure(
        what=f"force calls of {len(found)} compounds of LLZO, three choices each, dropped after "
        f"{steps} steps",
        unit="calls",
        ours=everything,
        stock=dropping,
        against="those of the same relaxations if choices were dropped",
        ratio=dropping / everything,
        repeats=1,
        agreement=f"dropped {margin:.2f} eV per cell above the lowest, the least that loses no "
        f"lowest choice; {100 * share:.0f} % are kept",
    )


def _above(choices: Sequence[Trace], steps: int) -> NDArray[np.float64]:
    energies = np.array([trace[min(steps, len(trace) - 1)] for trace in choices])
    return np.asarray(energies - energies.min())


def _lowest(choices: Sequence[Trace]) -> int:
    return int(np.argmin([trace[-1] for trace in choices]))


def _calls(trace: Trace, steps: int, *, keep: bool) -> int:
    """Count the calls of one choice: the first step of what is kept is computed twice."""
    looked = min(steps + 1, len(trace))
    return len(trace) + 1 if keep and looked < len(trace) else looked
