import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog

from analysis.reactions.simplex import optimal_basis, segments

# Rows A, B; columns A, B, AB (half of each) and A3B. Per atom AB costs -1 and A3B -0.9.
COLUMNS = np.array([[1, 0, 0.5, 0.75], [0, 1, 0.5, 0.25]])
COSTS = np.array([0.0, 0.0, -1.0, -0.9])
ELEMENTS = np.array([0, 1])


def test_kinks_and_slopes_of_a_binary_are_those_on_paper() -> None:
    # 1 B and n A: AB + B until n = 1 (slope -2), then AB + A3B until n = 3 (E(1) = -2 and
    # E(3) = -3.6, slope -0.8), then A3B + A (slope 0).
    pieces = list(segments(COLUMNS, COSTS, np.array([0.0, 1]), np.array([1.0, 0]), ELEMENTS))
    assert [piece.begin for piece in pieces] == pytest.approx([0, 1, 3])
    assert [piece.end for piece in pieces] == pytest.approx([1, 3, math.inf])
    assert [piece.cost for piece in pieces] == pytest.approx([0, -2, -3.6])
    assert [piece.slope for piece in pieces] == pytest.approx([-2, -0.8, 0])
    assert [set(piece.basis.tolist()) for piece in pieces] == [{1, 2}, {2, 3}, {0, 3}]


def test_a_column_on_a_tie_line_changes_no_cost() -> None:
    # A2B at -14/15 lies on the line from AB (-1) to A3B (-0.9) in eV per atom.
    columns = np.column_stack([COLUMNS, [2 / 3, 1 / 3]])
    costs = np.append(COSTS, -1 + 0.1 * (2 / 3 - 0.5) / 0.25)
    pieces = list(segments(columns, costs, np.array([0.0, 1]), np.array([1.0, 0]), ELEMENTS))
    bends = [piece.begin for piece in pieces if piece.end - piece.begin > 1e-9]
    assert np.interp(bends, [0, 1, 3], [0, -2, -3.6]) == pytest.approx(
        [piece.cost for piece in pieces if piece.end - piece.begin > 1e-9]
    )


def test_a_goal_comes_before_the_costs() -> None:
    # Without AB, 1 A and 1 B cost least as A3B + B: 4/3 atoms of A3B, -1.2, and not AB's -2.
    goals = np.vstack([[0, 0, 1, 0], COSTS])
    amounts = np.array([1.0, 1])
    right_sides = np.column_stack([amounts, np.eye(2)])
    basis = optimal_basis(COLUMNS, goals, right_sides, ELEMENTS)
    assert COSTS[basis] @ np.linalg.solve(COLUMNS[:, basis], amounts) == pytest.approx(-1.2)


@pytest.mark.parametrize("seed", range(40))
def test_costs_along_a_degenerate_line_equal_those_of_an_independent_solver(seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows, count = 5, 40
    # Small whole numbers make many columns coplanar, many ratios equal and many amounts zero.
    atoms = generator.integers(0, 3, size=(rows, count))
    atoms = atoms[:, atoms.sum(axis=0) > 0]
    columns = np.column_stack([np.eye(rows), atoms / atoms.sum(axis=0)])
    costs = np.append(np.zeros(rows), -generator.integers(0, 4, size=atoms.shape[1]) / 2)
    start = generator.integers(0, 3, size=rows).astype(float)
    direction = np.eye(rows)[0]
    pieces = list(segments(columns, costs, start, direction, np.arange(rows)))
    for n in (0.0, 0.5, 1.0, 2.0, 3.7, 8.0, 40.0):
        piece = next(piece for piece in pieces if piece.begin <= n <= piece.end)
        expected = linprog(costs, A_eq=columns, b_eq=start + n * direction, method="highs").fun
        assert piece.cost + (n - piece.begin) * piece.slope == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_pieces_join_and_slopes_do_not_fall(seed: int) -> None:
    generator = np.random.default_rng(seed)
    columns = np.column_stack([np.eye(4), generator.dirichlet(np.full(4, 0.3), size=60).T])
    costs = np.append(np.zeros(4), -generator.random(60))
    start = generator.random(4)
    pieces = list(segments(columns, costs, start, np.eye(4)[2], np.arange(4)))
    assert len(pieces) > 1
    for before, after in itertools.pairwise(pieces):
        length = after.begin - before.begin
        assert after.begin == before.end
        assert after.cost == pytest.approx(before.cost + length * before.slope, abs=1e-9)
        assert after.slope >= before.slope - 1e-9
