"""Agreement of one list of numbers with another."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, Field

# Scale of a normal distribution from its median absolute deviation.
NORMAL_MAD = 1.4826
DECIMALS = 5


class Parity(BaseModel, frozen=True, extra="forbid"):
    """Errors of a list of numbers, in the unit of the numbers."""

    n: int = Field(description="How many there are.")
    mean: float = Field(description="Mean error: the systematic part.")
    mae: float = Field(description="Mean absolute error.")
    rms: float = Field(description="Root mean square error about zero.")
    median: float = Field(description="Median error.")
    robust_sigma: float = Field(description="Scaled median absolute deviation from the median.")


def parity(errors: Sequence[float]) -> Parity | None:
    """Describe errors (found minus known); None if there are none."""
    if not len(errors):
        return None
    values = np.asarray(errors, dtype=float)
    median = np.median(values)
    found = {
        "mean": values.mean(),
        "mae": np.abs(values).mean(),
        "rms": np.sqrt(np.mean(values**2)),
        "median": median,
        "robust_sigma": NORMAL_MAD * np.median(np.abs(values - median)),
    }
    return Parity(n=len(values), **{k: round(float(v), DECIMALS) for k, v in found.items()})
