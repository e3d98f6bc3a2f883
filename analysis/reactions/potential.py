"""The electrode potential at which two restricted sets of products exchange stability."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.reactions.excess import Excess

# V against the electrode. Nothing happens beyond: oxides have released their oxygen, and the
# electrode has formed its richest alloys, long before.
WIDEST = 10.0
# V. Two breakpoints may coincide but for rounding; each step moves on by so much at least.
SMALLEST_STEP = 1e-9


def crossing(upper: Excess, lower: Excess) -> float | None:
    """Find the potential nearest to zero at which G[upper] - G[lower] changes its sign.

    The difference is piecewise linear in the potential. It is followed from zero, piece by piece:
    to higher potentials where it is negative, since less electrode is then taken up, and to lower
    ones where it is positive. It may change its sign once more further out: of Li2MnO3 the Mn4+ is
    reduced below one potential, and above another, where the oxide gives off oxygen.

    Parameters
    ----------
    upper, lower
        Two sides with different phases left out.

    Returns
    -------
    float or None
        V against the electrode; None where the sign stays the same up to `WIDEST`, or a side has
        no products.
    """
    first, second = upper.best, lower.best
    positive = first is not None and second is not None and first.energy > second.energy
    direction, voltage = -1 if positive else 1, 0.0
    while abs(voltage) < WIDEST:
        first = upper.at(voltage, direction=direction, start=first)
        second = lower.at(voltage, direction=direction, start=second)
        if first is None or second is None:
            return None
        difference = first.energy - second.energy
        rate = direction * (first.charge - second.charge)
        reach = max(min(first.reach, second.reach, WIDEST), SMALLEST_STEP)
        if (difference + rate * reach > 0) != positive:
            return voltage - direction * difference / rate
        voltage += direction * reach
    return None
