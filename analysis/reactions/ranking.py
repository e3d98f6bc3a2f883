"""The vertices of a linear programme in rising order of cost."""

import heapq
import itertools
from collections.abc import Collection, Iterator

import numpy as np

from analysis.reactions.simplex import TOLERANCE, Indices, Matrix, Vector, optimal_basis

# Sum of amounts, in atoms, above which a vertex is taken to need a forbidden column.
NEEDED = 1e-7


def ranked_bases(
    columns: Matrix, costs: Vector, start: Vector, basis: Indices, *, free: int
) -> Iterator[Indices]:
    """Yield a basis of every vertex of ``columns x = start, x >= 0``, the cheapest first.

    The best vertex over all columns is found, the others are split by the first column of it that
    they lack (K. Murty, Operations Research 16, 682 (1968); E. Lawler, Management Science 18, 401
    (1972)), and the part whose own best is cheapest comes next. A vertex is the only solution on
    its columns, so some column of a better one is missing from it and no vertex is lost; the parts
    are disjoint and none comes twice.

    Parameters
    ----------
    columns, costs, start
        [M, K], [K] and [M], as in `analysis.reactions.simplex.optimal_basis`.
    basis
        Column indices [M] of a feasible basis.
    free
        Index of a column in `basis` whose amount may have either sign; it is in every vertex.

    Yields
    ------
    Indices
        Column indices [M]; columns beyond those of the vertex have an amount of zero.
    """
    order = itertools.count()
    heap: list[tuple[float, int, frozenset[int], frozenset[int], Indices]] = []

    def push(forbidden: frozenset[int], demanded: frozenset[int], basis: Indices) -> None:
        best = best_without(forbidden, columns, costs, start, basis, free)
        if best is not None:
            cost = float(costs[best] @ np.linalg.solve(columns[:, best], start))
            heapq.heappush(heap, (cost, next(order), forbidden, demanded, best))

    push(frozenset(), frozenset(), basis)
    while heap:
        _, _, forbidden, demanded, best = heapq.heappop(heap)
        support = _support(columns, start, best) - {free}
        if demanded <= support:
            yield best
        for column in sorted(support - demanded):
            push(forbidden | {column}, demanded, best)
            demanded |= {column}


def best_without(
    forbidden: Collection[int],
    columns: Matrix,
    costs: Vector | Matrix,
    start: Vector,
    basis: Indices,
    free: int,
) -> Indices | None:
    """Find the optimal basis whose amounts of the forbidden columns are zero, if there is one.

    Parameters are those of `ranked_bases`; forbidden columns may be in the starting basis, and
    costs may have rows, goals of which the first counts above all.
    """
    unwanted = np.zeros(columns.shape[1])
    unwanted[list(forbidden)] = 1
    right_sides = np.column_stack([start, columns[:, basis]])
    goals = np.vstack([unwanted, costs])
    best = optimal_basis(columns, goals, right_sides, basis, free=free)
    needed = unwanted[best] @ np.linalg.solve(columns[:, best], start)
    return None if needed > NEEDED else best


def _support(columns: Matrix, start: Vector, basis: Indices) -> frozenset[int]:
    amounts = np.linalg.solve(columns[:, basis], start)
    return frozenset(basis[np.abs(amounts) > TOLERANCE].tolist())
