"""SevenNet's models, loaded once per process.

Importing this module loads torch and sevenn: only what computes does so.
"""

import warnings
from functools import lru_cache
from typing import Any

import torch
from ase.calculators.calculator import Calculator

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # e3nn and torch_geometric warn of their own future
    from sevenn.calculator import SevenNetCalculator


@lru_cache(maxsize=2)
def sevennet_calculator(weights: str) -> Calculator:
    """Load a model for relaxations, crystal by crystal."""
    return _load(weights)


@lru_cache(maxsize=4)
def sevennet_for_batches(weights: str, *, forces: bool) -> tuple[Any, torch.device]:
    """Load a model for many crystals at once, and say where it is.

    Without forces nothing is kept for derivatives: a third of the time.
    """
    calculator = _load(weights)
    model = calculator.model
    if not forces:
        model.delete_module_by_key("force_output")
        model.key_grad = None
    model.set_is_batch_data(True)
    return model, calculator.device


def _load(weights: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it advises accelerators of graphics cards
        return SevenNetCalculator(weights, device="auto")
