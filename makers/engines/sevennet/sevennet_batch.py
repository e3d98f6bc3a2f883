"""SevenNet for many crystals at once: of one worker, or of many that share it.

Importing this module loads torch and sevenn: only what computes does so.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from ase import Atoms

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # e3nn and torch_geometric warn of their own future
    from sevenn import _keys as keys
    from sevenn.atom_graph_data import AtomGraphData
    from sevenn.train.dataload import unlabeled_atoms_to_graph
    from torch_geometric.data import Batch

from makers.engines.sevennet.sevennet_model import sevennet_for_batches
from makers.engines.sevennet.sevennet_settings import SEVENNET_CUTOFF
from makers.engines.shared.batch_model import ModelOutput

EDGES_PER_BATCH: Final = 8000
"""Edges, counted in both directions, of one batch: a 96-atom garnet has 5,000."""

_VOIGT: Final = [0, 1, 2, 4, 5, 3]
"""SevenNet's stress is xx, yy, zz, xy, yz, zx."""

Graph = dict[str, Any]


@dataclass(frozen=True)
class SevennetBatchModel:
    """SevenNet as workers can share it; `weights` is the path of the model's file."""

    weights: str

    def graph(self, atoms: Atoms) -> Graph:
        """Return the arrays of a crystal's graph."""
        graph: Graph = unlabeled_atoms_to_graph(atoms, SEVENNET_CUTOFF)
        del graph[keys.INFO]
        return graph

    def predict(self, graphs: Sequence[Graph], *, forces: bool) -> list[ModelOutput]:
        """Compute crystals in one batch."""
        model, device = sevennet_for_batches(self.weights, forces=forces)
        batch = Batch.from_data_list([AtomGraphData.from_numpy_dict(graph) for graph in graphs])
        with torch.inference_mode(mode=not forces):
            output = model(batch.to(device))
        energies = output[keys.PRED_TOTAL_ENERGY].flatten().tolist()
        outputs = [ModelOutput(energy=each, free_energy=each) for each in energies]
        if forces:
            for each, more in zip(outputs, _forces_and_stresses(output), strict=True):
                each.update(more)
        return outputs


def sevennet_energies(weights: str, atoms: Sequence[Atoms]) -> list[float]:
    """Return the energies of crystals as they are, eV per cell.

    Parameters
    ----------
    weights
        Path of the model's file.
    atoms
        Crystals; every atom has a neighbour within the cutoff.
    """
    model = SevennetBatchModel(weights)
    batches = _batches(model.graph(each) for each in atoms)
    found = (model.predict(batch, forces=False) for batch in batches)
    return [each["energy"] for outputs in found for each in outputs]


def _forces_and_stresses(output: Any) -> Iterator[ModelOutput]:
    """Divide the forces of a batch among its crystals, and take their stresses."""
    forces = output[keys.PRED_FORCE].detach().cpu().numpy()
    stresses = -output[keys.PRED_STRESS].detach().cpu().numpy()[:, _VOIGT]
    ends = np.cumsum(output[keys.NUM_ATOMS].flatten().tolist())
    for mine, stress in zip(np.split(forces, ends[:-1]), stresses, strict=True):
        yield ModelOutput(forces=mine, stress=stress)


def _batches(graphs: Iterator[Graph]) -> Iterator[list[Graph]]:
    """Group graphs until a batch has `EDGES_PER_BATCH` edges."""
    batch: list[Graph] = []
    edges = 0
    for graph in graphs:
        batch.append(graph)
        edges += graph[keys.EDGE_IDX].shape[1]
        if edges >= EDGES_PER_BATCH:
            yield batch
            batch, edges = [], 0
    if batch:
        yield batch
