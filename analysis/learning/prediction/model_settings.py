"""What defines a final model, besides its data: settings and measured calibration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Share of a normal distribution within one standard deviation.
ONE_SIGMA = math.erf(1 / math.sqrt(2))


@dataclass(frozen=True)
class ModelSettings:
    """What defines the final model, besides its data.

    Attributes
    ----------
    coverage
        Share of compounds whose reaction energy the interval should hold.
    seed
        Of everything random.
    """

    coverage: float = 0.9
    seed: int = 0


class Calibration(NamedTuple):
    """What was measured on folds by element: the errors in units of the forest's own deviation.

    `ratios` are (computed - predicted) / s, sorted. The interval is s times the quantile of their
    sizes (normalised conformal prediction, H. Papadopoulos et al., *Neural Netw.* 24, 842 (2011)),
    and the probability of an energy above a bound is the share of them that lead there.
    """

    ratios: tuple[float, ...]

    def width(self, coverage: float) -> float:
        """Return the ceil((n + 1) coverage)-th smallest size of n; the largest at most."""
        sizes = np.sort(np.abs(self.ratios))
        rank = min(len(sizes), math.ceil((len(sizes) + 1) * coverage))
        return float(sizes[rank - 1])

    def above(
        self, bound: float, energy: NDArray[np.float64], deviation: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Probability that each true energy is at least `bound`; never 0 or 1."""
        needed = (bound - energy) / deviation
        reaching = len(self.ratios) - np.searchsorted(np.array(self.ratios), needed)
        return np.asarray((reaching + 0.5) / (len(self.ratios) + 1))
