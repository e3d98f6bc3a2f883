"""Replay a finished campaign to see which order of calculations finds what is wanted first.

``python -m studies.validation.exploration_replay`` starts from a random tenth of the LLZO result,
adds ten compounds at a time in each order, and counts how many it has found of those that resist
lithium and do not segregate. It writes the curves to docs/images/exploration_replay.png.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from pymatgen.core import Structure

from analysis.base.fields import Dissolution, Field, Label
from analysis.figures.style import quieten, save_figure
from analysis.learning.data.problem import energy_problem, table_estimate
from analysis.learning.data.table_effect import chemistry_of
from analysis.learning.data.training_data import training_data
from analysis.learning.prediction.exploration import acquisition_score
from analysis.learning.prediction.model_settings import ONE_SIGMA
from analysis.learning.prediction.residual_model import ResidualModel, calibrate
from analysis.learning.settings import Acquisition, Population
from analysis.structures.host import builtin_host
from workflows.results.files import read_results

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "results" / "llzo-chgnet"
IMAGE = ROOT / "docs" / "images" / "exploration_replay.png"
AT_ONCE = 10
START = 0.1
SEEDS = (0, 1, 2)
RANDOM = "random"
COLOURS = {
    "random": "#8a8a8a",
    "physics": "#0072b2",
    "promising": "#009e73",
    "informative": "#d55e00",
}


def main() -> None:
    """Replay all orders, print when each has found everything, and draw the curves."""
    problem, wanted = finished()
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    for order, colour in COLOURS.items():
        curves = [replay(problem, wanted, order, seed) for seed in SEEDS]
        numbers = ", ".join(str(curve[-1][0]) for curve in curves)
        sys.stdout.write(f"{order}: all {wanted.sum()} found after {numbers}\n")
        for number, curve in enumerate(curves):
            label = None if number else order
            axes.step(*np.array(curve).T, where="post", color=colour, alpha=0.7, label=label)
    axes.set_xlabel("calculations")
    axes.set_ylabel(f"found of {wanted.sum()} that resist and do not segregate")
    axes.legend(frameon=False)
    save_figure(figure, IMAGE)


def finished() -> tuple[Problem, NDArray[np.bool_]]:
    """Read the finished campaign, and which of its compounds are wanted."""
    rows = read_results(RESULT / "compounds.csv")
    with gzip.open(RESULT / "structures.jsonl.gz", "rt", encoding="utf-8") as lines:
        cells = [Structure(**json.loads(line)["structure"]) for line in lines]
    documents: list[dict[str, Any]] = [
        row | {Field.STRUCTURE.value: cell} for row, cell in zip(rows, cells, strict=True)
    ]
    host = chemistry_of(builtin_host())
    data = training_data(documents, host, population=Population.ALL)
    by_uuid = {row[Field.JOB_UUID]: row for row in rows}
    wanted = [
        by_uuid[uuid][Field.LABEL] == Label.RESISTS
        and by_uuid[uuid][Field.DISSOLUTION] != Dissolution.SEGREGATES
        for uuid in data.rows[str(Field.JOB_UUID)]
    ]
    return energy_problem(data, host), np.array(wanted)


def replay(
    problem: Problem, wanted: NDArray[np.bool_], order: str, seed: int
) -> list[tuple[int, int]]:
    """Return numbers of calculations and of wanted compounds found, until all are."""
    shuffled = np.random.default_rng(seed).permutation(len(problem))
    first = round(START * len(problem))
    have, left = shuffled[:first], shuffled[first:]
    curve = [(len(have), int(wanted[have].sum()))]
    while len(left) and curve[-1][1] < wanted.sum():
        ranked = _ranked(problem, have, left, order)
        have, left = np.concatenate([have, ranked[:AT_ONCE]]), ranked[AT_ONCE:]
        curve.append((len(have), int(wanted[have].sum())))
    return curve


def _ranked(
    problem: Problem, have: NDArray[np.intp], left: NDArray[np.intp], order: str
) -> NDArray[np.intp]:
    if order == RANDOM:
        return left
    asked = problem.part(left)
    sorted_ = np.argsort(-_score(problem.part(have), asked, order), kind="stable")
    _, best = np.unique(asked.groups[sorted_], return_index=True)
    firsts = np.sort(best)  # of each element the best, in the order of the score
    ranked = np.concatenate([sorted_[firsts], np.delete(sorted_, firsts)])
    return np.asarray(left[ranked])


def _score(known: Problem, asked: Problem, order: str) -> NDArray[np.float64]:
    if order == Acquisition.PHYSICS:
        return table_estimate(known).energies(asked)
    energy, deviation = ResidualModel(known).estimate(asked)
    return acquisition_score(
        energy,
        deviation * calibrate(known).width(ONE_SIGMA),
        acquisition=Acquisition(order),
        boundary=known.boundary,
    )


if __name__ == "__main__":
    main()
