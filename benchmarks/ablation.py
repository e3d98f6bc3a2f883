"""What each lever of a relaxation is worth: the same compounds, with one lever taken away.

Both sides run side by side in new processes that have loaded their model. What all of them are
worth together is in `benchmarks/relaxation.py`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from functools import partial
from typing import Any
from unittest.mock import patch

from pymatgen.core import Structure

from benchmarks.measure import Figure, Run, compared, side_by_side
from benchmarks.relaxation import by_workers, doped_cells, relax

TITLE = "Levers of a relaxation"
NUMBER, QUICK_NUMBER = 12, 2
WORKERS = 2
MODEL = "makers.engines.chgnet.chgnet_model"


class Lever(StrEnum):
    """What makes a relaxation faster; the value says what is there without it."""

    START = "from the crystallographic cell, not from the relaxed host"
    OPTIMIZER = "with ASE's BFGS, not with springs along the bonds"
    GRADIENTS = "with gradients as for training"
    GRAPH = "with CHGNet's own graph of neighbours"
    LAYERS = "with CHGNet's own layers"
    PROPERTIES = "with magnetic moments of None on the sites"
    WORKERS = "by one worker with two threads, not by two with one"


def measure(*, quick: bool) -> list[Figure]:
    """Take away each lever alone."""
    number = QUICK_NUMBER if quick else NUMBER
    starts = {here: doped_cells(number, relaxed=here) for here in (True, False)}
    return [_figure(starts, lever) for lever in Lever]


def _figure(starts: dict[bool, list[Structure]], lever: Lever) -> Figure:
    ours, without = side_by_side(
        lambda: _relaxed(starts[True], set()),
        lambda: _relaxed(starts[lever is not Lever.START], {lever}),
        1,
    )
    steps = [sum(each["steps"] for each in side[0].result) for side in (ours, without)]
    number = len(starts[True])
    return compared(
        ours,
        without,
        what=f"{number} compounds of LLZO",
        against=lever.value,
        agreement=f"{steps[0] / number:.1f} steps each against {steps[1] / number:.1f}",
    )


def _relaxed(structures: Sequence[Structure], taken: set[Lever]) -> Run:
    """Relax all structures without some levers."""
    workers, threads = (1, 2) if Lever.WORKERS in taken else (WORKERS, 1)
    one = partial(relax_without, taken)
    return by_workers(one, structures, workers=workers, threads=threads)


def relax_without(taken: set[Lever], structure: Structure) -> dict[str, Any]:
    """Relax a structure without some levers."""
    with _without(taken):
        return relax(structure)


@contextmanager
def _without(taken: set[Lever]) -> Iterator[None]:
    from ase.optimize import BFGS
    from chgnet.graph import CrystalGraphConverter
    from chgnet.model.model import CHGNet

    replaced: dict[Lever, tuple[str, Any]] = {
        Lever.GRADIENTS: (f"{MODEL}.ChgnetForRelaxation", CHGNet),
        Lever.GRAPH: (f"{MODEL}.FastGraphConverter", CrystalGraphConverter),
        Lever.LAYERS: (f"{MODEL}.split_layers", lambda model: model),
        Lever.PROPERTIES: ("makers.engines.force_field.plain", _with_moments),
    }
    with ExitStack() as stack:
        for lever in taken & replaced.keys():
            stack.enter_context(patch(*replaced[lever]))
        if Lever.OPTIMIZER in taken:
            optimizers = {"springs": BFGS}
            stack.enter_context(patch("makers.engines.force_field.OPTIMIZERS", optimizers))
        yield


def _with_moments(structure: Structure) -> Structure:
    bare = structure.copy()
    bare.remove_oxidation_states()
    return bare.copy(site_properties={"magmom": [None] * len(bare)})
