"""SevenNet's models: loaded once per process, energies alone in batches.

Importing this module loads torch and sevenn: only what computes does so.
"""

import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import torch
from ase import Atoms
from ase.calculators.calculator import Calculator

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # e3nn and torch_geometric warn of their own future
    from sevenn import _keys as keys
    from sevenn.atom_graph_data import AtomGraphData
    from sevenn.calculator import SevenNetCalculator
    from sevenn.train.dataload import unlabeled_atoms_to_graph
    from torch_geometric.data import Batch

EDGES_PER_BATCH: Final = 8000
"""Edges, counted in both directions, of one batch: a 96-atom garnet has 5,000."""


@lru_cache(maxsize=2)
def sevennet_calculator(weights: str) -> Calculator:
    """Load a model for relaxations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it advises accelerators of graphics cards
        return SevenNetCalculator(weights, device="auto")


@lru_cache(maxsize=2)
def _energy_model(weights: str) -> tuple[Any, float, torch.device]:
    """Load a model without its forces: nothing is kept for derivatives, a third of the time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calculator = SevenNetCalculator(weights, device="auto")
    model = calculator.model
    model.delete_module_by_key("force_output")
    model.key_grad = None
    model.set_is_batch_data(True)
    return model, float(calculator.cutoff), calculator.device


def sevennet_energies(weights: str, atoms: Sequence[Atoms]) -> list[float]:
    """Return the energies of crystals as they are, eV per cell.

    Parameters
    ----------
    weights
        Path of the model's file.
    atoms
        Crystals; every atom has a neighbour within the cutoff.
    """
    model, cutoff, device = _energy_model(weights)
    graphs = (_graph(each, cutoff) for each in atoms)
    found: list[float] = []
    with torch.inference_mode():
        for batch in _batches(graphs):
            output = model(Batch.from_data_list(batch).to(device))
            found += output[keys.PRED_TOTAL_ENERGY].flatten().tolist()
    return found


def _graph(atoms: Atoms, cutoff: float) -> Any:
    data = unlabeled_atoms_to_graph(atoms, cutoff)
    del data[keys.INFO]
    return AtomGraphData.from_numpy_dict(data)


def _batches(graphs: Iterator[Any]) -> Iterator[list[Any]]:
    """Group graphs until a batch has `EDGES_PER_BATCH` edges."""
    batch: list[Any] = []
    edges = 0
    for graph in graphs:
        batch.append(graph)
        edges += graph[keys.EDGE_IDX].shape[1]
        if edges >= EDGES_PER_BATCH:
            yield batch
            batch, edges = [], 0
    if batch:
        yield batch
