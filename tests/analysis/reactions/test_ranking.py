import itertools

import numpy as np
import pytest

from analysis.reactions.ranking import ranked_bases
from analysis.reactions.simplex import Matrix, Vector


def _vertex_costs(columns: Matrix, costs: Vector, start: Vector, free: int) -> list[float]:
    """Costs of all vertices by trying every basis that contains the free column."""
    found: dict[frozenset[int], float] = {}
    others = [column for column in range(columns.shape[1]) if column != free]
    for rest in itertools.combinations(others, len(start) - 1):
        basis = np.array([free, *rest])
        if abs(np.linalg.det(columns[:, basis])) < 1e-9:
            continue
        amounts = np.linalg.solve(columns[:, basis], start)
        if amounts[1:].min() > -1e-9:
            found[frozenset(basis[1:][amounts[1:] > 1e-9].tolist())] = float(costs[basis] @ amounts)
    return sorted(found.values())


@pytest.mark.parametrize("seed", range(15))
def test_every_vertex_comes_once_and_in_rising_cost(seed: int) -> None:
    generator = np.random.default_rng(seed)
    atoms = generator.integers(0, 3, size=(4, 9))
    atoms = atoms[:, atoms.sum(axis=0) > atoms[0]]  # nothing but the electrode in row 0 alone
    columns = np.column_stack([np.eye(4), atoms / atoms.sum(axis=0)])
    costs = np.append(np.zeros(4), -generator.random(atoms.shape[1]))
    start = np.array([1.0, 2, 1, seed % 2])
    bases = list(ranked_bases(columns, costs, start, np.arange(4), free=0))
    ranked = [float(costs[b] @ np.linalg.solve(columns[:, b], start)) for b in bases]
    assert ranked == pytest.approx(_vertex_costs(columns, costs, start, free=0), abs=1e-9)
