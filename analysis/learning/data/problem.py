"""A question to learn: which descriptors, which target, which rows belong together.

The target of classification is the relation to the host. Undecided compounds are those whose
reaction energy is below the host's by one to two uncertainties: by default they are left out, since
their class is unknown, and their number is stated. Scores then apply to clear cases only. Counting
them as worse asks a harder question, "is it known to be no worse?", whose answer is partly noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis.base.errors import InputError
from analysis.base.fields import Field, Relation
from analysis.learning.data.features import features_of
from analysis.learning.data.training_data import TABLE_EFFECT
from analysis.learning.settings import Undecided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.learning.data.training_data import TrainingData
    from analysis.learning.settings import HostChemistry

#: The baselines: the mean of the training rows; and the tables with each site's median.
DUMMY, PHYSICS = "dummy", "physics"
#: eV per f.u. Above it lie all compounds that are no worse than the host: the window that decides.
WINDOW = -1.0
#: If more than a fifth of the rows lack a descriptor, too much of it would be the imputed median.
MAX_MISSING = 0.2
#: Rows and elements of each class: with fewer than folds, a fold has none to test.
LEAST_PER_CLASS = 5
#: Rows to regress on: two in each test set of five folds.
LEAST_ROWS = 10


@dataclass(frozen=True, eq=False)
class Problem:
    """Descriptors and a target.

    Attributes
    ----------
    names
        The descriptors, one for each column of `x`.
    x
        [N, D] their values, NaN if missing: every Pipeline imputes the median of its training
        rows.
    y
        [N] the target: 1 for no worse than the host and 0 for worse, or the reaction energy in eV
        per f.u.
    groups
        [N] the element of each row.
    rows
        [N] positions of the rows in the training data.
    dropped
        Descriptors that were left out, with the reason.
    notes
        How many rows were left out, and why.
    known
        [N] the part of `y` that the tables give; None where the models learn `y` itself.
    sites
        [N] the site of each row.
    boundary
        The reaction energy from which a compound is no worse than the host.
    """

    names: tuple[str, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    groups: NDArray[np.str_]
    rows: NDArray[np.intp]
    dropped: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    known: NDArray[np.float64] | None = None
    sites: NDArray[np.str_] | None = None
    boundary: float = -np.inf

    def __len__(self) -> int:
        return len(self.y)

    def part(self, chosen: NDArray[np.intp]) -> Problem:
        """Restrict the question to some of the rows."""
        return replace(
            self,
            x=self.x[chosen],
            y=self.y[chosen],
            groups=self.groups[chosen],
            rows=self.rows[chosen],
            known=None if self.known is None else self.known[chosen],
            sites=None if self.sites is None else self.sites[chosen],
        )

    def columns(self, names: Sequence[str]) -> list[int]:
        """Positions of descriptors in `x`.

        Raises
        ------
        InputError
            One of them is not among the problem's.
        """
        if unknown := [name for name in names if name not in self.names]:
            message = (
                f"no descriptor {', '.join(unknown)} here; there are {', '.join(self.names)}"
                + "".join(
                    f"; {name}: {self.dropped[name]}" for name in unknown if name in self.dropped
                )
            )
            raise InputError(message)
        return [self.names.index(name) for name in names]


def classification_problem(
    data: TrainingData, *, undecided: Undecided = Undecided.LEFT_OUT
) -> Problem:
    """Ask which compounds react no worse than the host: 1 for those, 0 for worse.

    Raises
    ------
    InputError
        Fewer than five compounds or elements of a class.
    """
    labels = data.rows[str(Field.RELATION)]
    allowed = [Relation.NO_WORSE, Relation.WORSE]
    if undecided is Undecided.NOT_STABLE:
        allowed.append(Relation.UNDECIDED)
    kept = np.flatnonzero(labels.isin([str(each) for each in allowed]).to_numpy())
    target = (labels.iloc[kept] == str(Relation.NO_WORSE)).to_numpy().astype(float)
    problem = _problem(data, kept, target, _label_notes(labels.tolist(), undecided))
    check_classes(problem)
    return problem


def regression_problem(data: TrainingData) -> Problem:
    """Ask for the reaction energy in eV per formula unit of the host.

    Raises
    ------
    InputError
        Fewer than ten compounds, or than five elements.
    """
    target = data.rows[str(Field.REACTION_ENERGY)].to_numpy(dtype=float)
    problem = _problem(data, np.arange(len(data)), target, ())
    elements = len(set(problem.groups))
    if len(problem) < LEAST_ROWS or elements < LEAST_PER_CLASS:
        message = (
            f"{len(problem)} compounds of {elements} elements are too few to regress on: at least "
            f"{LEAST_ROWS} of {LEAST_PER_CLASS} elements"
        )
        raise InputError(message)
    return problem


def energy_problem(data: TrainingData, host: HostChemistry) -> Problem:
    """Ask for the reaction energy, of which the tables know all but the defect energy.

    Raises
    ------
    InputError
        Fewer than ten compounds, or than five elements; or the host has not landed.
    """
    problem = regression_problem(data)
    energy = data.rows[str(Field.REACTION_ENERGY_HOST)].to_numpy(dtype=float)
    if np.isnan(energy).any():
        message = "a compound has no reaction_energy_host: wait until the undoped host has landed"
        raise InputError(message)
    x = data.rows[str(Field.CONCENTRATION)].to_numpy(dtype=float)
    table = features_of(data, host)
    return replace(
        problem,
        names=tuple(table.columns),
        x=table.to_numpy(dtype=float),
        dropped={},
        known=energy + x * data.rows[TABLE_EFFECT].to_numpy(dtype=float),
        sites=data.rows[str(Field.SITE)].to_numpy(dtype=str),
        boundary=boundary(data),
    )


def boundary(data: TrainingData) -> float:
    """Reaction energy at which the relation turns: the host's less a standard uncertainty."""
    host = data.rows[str(Field.REACTION_ENERGY_HOST)].astype(float).median()
    uncertainty = data.rows[str(Field.REACTION_ENERGY_UNCERTAINTY)].astype(float).median()
    return float(host) - (0.0 if np.isnan(uncertainty) else float(uncertainty))


class TableEstimate(NamedTuple):
    """What is known without learning: the tables, and the median defect energy of each site."""

    by_site: dict[str, float]
    of_all: float

    def energies(self, rows: Problem) -> NDArray[np.float64]:
        """Estimate reaction energies; a site that was never computed gets the median of all."""
        known, sites = _tabulated(rows)
        medians = np.array([self.by_site.get(site, self.of_all) for site in sites])
        return np.asarray(known + medians)


def table_estimate(problem: Problem) -> TableEstimate:
    """Take the medians of what the tables leave over of the target: minus x times D."""
    known, sites = _tabulated(problem)
    left = problem.y - known
    by_site = {str(site): float(np.median(left[sites == site])) for site in set(sites)}
    return TableEstimate(by_site, float(np.median(left)))


def physics(problem: Problem, train: NDArray[np.intp]) -> NDArray[np.float64]:
    """Estimate all rows with the medians of the training rows; zeros where there are no tables."""
    if problem.known is None:
        return np.zeros(len(problem))
    return table_estimate(problem.part(train)).energies(problem)


def _tabulated(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    if problem.known is None or problem.sites is None:
        message = "the tables say nothing about this target"
        raise InputError(message)
    return problem.known, problem.sites


def check_classes(problem: Problem) -> None:
    """Refuse a classification that five folds cannot test.

    Raises
    ------
    InputError
        Fewer than five compounds or elements of a class.
    """
    for value, name in ((1, "no worse than the host"), (0, "worse")):
        chosen = problem.y == value
        elements = len(set(problem.groups[chosen]))
        if min(int(chosen.sum()), elements) < LEAST_PER_CLASS:
            message = (
                f"{int(chosen.sum())} compounds of {elements} elements are {name}: too few to "
                f"classify; at least {LEAST_PER_CLASS} of {LEAST_PER_CLASS} elements"
            )
            raise InputError(message)


def _problem(
    data: TrainingData,
    kept: NDArray[np.intp],
    target: NDArray[np.float64],
    notes: tuple[str, ...],
) -> Problem:
    values = data.descriptors.iloc[kept]
    missing = values.isna().mean()
    dropped = {
        str(name): f"missing for {share:.0%} of the compounds, more than {MAX_MISSING:.0%}"
        for name, share in missing.items()
        if share > MAX_MISSING
    }
    names = tuple(str(name) for name in values.columns if str(name) not in dropped)
    return Problem(
        names=names,
        x=values[list(names)].to_numpy(dtype=float),
        y=target,
        groups=data.rows[str(Field.DOPANT)].iloc[kept].to_numpy(dtype=str),
        rows=kept,
        dropped=dropped,
        notes=notes,
    )


def _label_notes(labels: list[str | None], undecided: Undecided) -> tuple[str, ...]:
    count = labels.count(str(Relation.UNDECIDED))
    unknown = len(labels) - sum(labels.count(str(label)) for label in Relation)
    notes = []
    if count:
        what = "left out" if undecided is Undecided.LEFT_OUT else "counted as worse"
        notes.append(f"{count} of {len(labels)} compounds are undecided: {what}")
    if unknown:
        notes.append(f"{unknown} of {len(labels)} compounds have no relation: left out")
    return tuple(notes)
