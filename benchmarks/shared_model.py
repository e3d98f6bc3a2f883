"""Relaxations by workers that share a model, against workers with a model each.

On a GPU batches are what it needs; on processors alone the page says what sharing costs there.
"""

import os
import tempfile
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest.mock import patch

from benchmarks.measure import Figure, Run, compared, side_by_side
from benchmarks.relaxation import DOPANTS, QUICK_DOPANTS, by_workers, doped_cells, relax
from makers.engines.shared.model_server import ModelServer
from makers.engines.shared.shared_calculator import SOCKET_VARIABLE
from workflows.base.settings import available_cores

TITLE = "One model for many workers"
REPEATS = 2
LEAST_SHARING = 4
CELL = 1e-3
"""eV per cell by which energies may differ."""


def measure(*, quick: bool) -> list[Figure]:
    """Relax the same compounds both ways, with as many workers as there are cores or four."""
    cells = doped_cells(len(QUICK_DOPANTS if quick else DOPANTS), relaxed=False)
    cores = available_cores()
    sharing = max(cores, LEAST_SHARING)
    server = ModelServer()
    folder = tempfile.TemporaryDirectory(prefix="ip-")
    with folder, server.listening(socket := Path(folder.name, "model.sock")):

        def together() -> Run:
            with patch.dict(os.environ, {SOCKET_VARIABLE: str(socket)}):
                return by_workers(relax, cells, workers=sharing)

        def alone() -> Run:
            return by_workers(relax, cells, workers=cores)

        ours, own = side_by_side(together, alone, 1 if quick else REPEATS)
    return [
        compared(
            ours,
            own,
            what=f"{len(cells)} compounds of LLZO, {sharing} workers share CHGNet on {_device()}",
            against=f"{cores} workers with a model each",
            agreement=f"{fmean(server.sizes):.1f} crystals in a batch; {_agreement(ours, own)}",
        )
    ]


def _agreement(ours: list[Run], own: list[Run]) -> str:
    """Compare the energies per cell of both sides; other ones are an error, not a figure."""
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        *zip(ours[0].result, own[0].result, strict=True)
    ]
    apart = max(abs(a["energy"] - b["energy"]) * len(a["structure"]) for a, b in pairs)
    if apart > CELL:
        msg = f"energies differ by {apart:.1e} eV per cell"
        raise ValueError(msg)
    return f"energies: {apart:.0e} eV per cell"


def _device() -> str:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "processors alone"
