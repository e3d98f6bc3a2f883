"""Parametric simplex: the least cost along a line of right-hand sides.

    minimise  costs . x    subject to    columns x = start + n direction,    x >= 0

is solved at n = 0 and followed to n -> infinity by dual pivots (S. Gass and T. Saaty, Naval
Research Logistics Quarterly 2, 39 (1955)), so that every n at which the optimal basis changes is
exact. Right-hand sides that lie on faces (a composition that lacks an element, or has just the
ratio of a phase) make amounts of zero and ties; the lexicographic rule (G. Dantzig, A. Orden and
P. Wolfe, Pacific Journal of Mathematics 5, 183 (1955)) breaks them and cannot cycle. Bases have as
many columns as there are elements, at most about ten, so they are inverted again at each pivot
and rounding errors do not add up.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.floating]
Matrix = NDArray[np.floating]
Indices = NDArray[np.int64]

# Columns are atomic fractions and costs are eV/atom, both of order one: rounding is near 1e-15, and
# what differs by less than this is the same number.
TOLERANCE = 1e-10
# Ten rows and a few hundred columns need some tens of pivots; this many mean broken input.
MAX_PIVOTS = 10_000


@dataclass(frozen=True)
class Segment:
    """One linear piece of the least cost: begin <= n <= end, with one basis.

    Attributes
    ----------
    begin, end
        Ends of the piece; `end` is infinite on the last.
    basis
        Column indices [M] of the basis.
    amounts
        Amounts [M] of the basis at `begin`.
    cost, slope
        Least cost at `begin`, and its derivative with n.
    """

    begin: float
    end: float
    basis: Indices
    amounts: Vector
    cost: float
    slope: float


def optimal_basis(
    columns: Matrix, costs: Matrix, right_sides: Matrix, basis: Indices, *, free: int | None = None
) -> Indices:
    """Find the basis of least cost by primal pivots.

    Parameters
    ----------
    columns
        [M, K], non-negative, no column zero.
    costs
        [K], or [L, K] where the rows are goals, the first above all.
    right_sides
        [M, R]: the right-hand side, followed by its infinitesimal perturbations in falling order
        of size. Together they must have rank M, and in the starting basis no row of them may be
        lexicographically negative.
    basis
        Column indices [M] of a feasible basis to start from.
    free
        Index of a column in the starting basis whose amount may have either sign.

    Returns
    -------
    Indices
        Column indices [M] of the optimal basis.
    """
    goals = np.atleast_2d(costs)
    basis = basis.copy()
    for _ in range(MAX_PIVOTS):
        inverse = np.linalg.inv(columns[:, basis])
        entering = _entering(goals - goals[:, basis] @ inverse @ columns)
        if entering is None:
            return basis
        pivots = inverse @ columns[:, entering]
        rows = np.flatnonzero((pivots > TOLERANCE) & (basis != (-1 if free is None else free)))
        row = _lexicographic_least(rows, inverse @ right_sides, pivots)
        basis[row] = entering
    msg = f"No optimal basis after {MAX_PIVOTS} pivots of {columns.shape=}"
    raise ArithmeticError(msg)


def segments(
    columns: Matrix, costs: Vector, start: Vector, direction: Vector, basis: Indices
) -> Iterator[Segment]:
    """Follow the least cost from n = 0 to infinity.

    Parameters
    ----------
    columns, costs
        [M, K] and [K].
    start, direction
        [M], both non-negative: the right-hand side is start + n direction.
    basis
        Column indices [M] of the unit columns: columns[:, basis] is the identity.

    Yields
    ------
    Segment
        In rising n; `end` of one is `begin` of the next. Pieces of no length and pieces of equal
        slope occur where the programme is degenerate.
    """
    perturbations = np.eye(len(start))
    right_sides = np.column_stack([start, direction, perturbations])
    basis = optimal_basis(columns, costs, right_sides, basis)
    begin = 0.0
    for _ in itertools.repeat(None, MAX_PIVOTS):
        inverse = np.linalg.inv(columns[:, basis])
        constants, rates = inverse @ start, inverse @ direction
        shrinking = np.flatnonzero(rates < -TOLERANCE)
        row = -1
        end = np.inf
        if shrinking.size:
            row = _lexicographic_least(shrinking, np.column_stack([constants, inverse]), -rates)
            end = max(begin, float(-constants[row] / rates[row]))
        amounts = constants + begin * rates
        prices = costs[basis]
        yield Segment(begin, end, basis, amounts, float(prices @ amounts), float(prices @ rates))
        if not shrinking.size:
            return
        basis = _dual_pivot(columns, costs, basis, inverse, row)
        begin = end
    msg = f"No last segment after {MAX_PIVOTS} pivots of {columns.shape=}"
    raise ArithmeticError(msg)


def _dual_pivot(
    columns: Matrix, costs: Vector, basis: Indices, inverse: Matrix, row: int
) -> Indices:
    """Replace the column of one row so that the costs stay optimal beyond the kink."""
    pivots = inverse[row] @ columns
    reduced = np.maximum(costs - costs[basis] @ inverse @ columns, 0)
    candidates = np.flatnonzero(pivots < -TOLERANCE)
    entering = candidates[np.argmin(reduced[candidates] / -pivots[candidates])]
    changed = basis.copy()
    changed[row] = entering
    return changed


def _entering(reduced: Matrix) -> int | None:
    """Pick the column that improves the first goal that can still be improved, if any."""
    allowed = np.ones(reduced.shape[1], dtype=bool)
    for goal in reduced:
        best = int(np.argmin(np.where(allowed, goal, np.inf)))
        if goal[best] < -TOLERANCE:
            return best
        allowed &= goal <= TOLERANCE
    return None


def _lexicographic_least(rows: Indices, table: Matrix, divisors: Vector) -> int:
    """Pick, among `rows`, the one whose table row over its divisor is lexicographically least."""
    ratios = table[rows] / divisors[rows, None]
    for column in range(ratios.shape[1]):
        if len(rows) == 1:
            break
        values = ratios[:, column]
        least = values <= values.min() + TOLERANCE
        rows, ratios = rows[least], ratios[least]
    return int(rows[0])
