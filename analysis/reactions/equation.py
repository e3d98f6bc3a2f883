"""Reactions as text, and the check that they are balanced."""

from collections import Counter
from collections.abc import Mapping

from pymatgen.core import Composition

DECIMALS = 4


def equation(reactants: Mapping[str, float], products: Mapping[str, float]) -> str:
    """Write a reaction: ``Li6.25Al0.25La3Zr2O12 + 4.5 Li -> 1.5 La2O3 + ...``.

    Parameters
    ----------
    reactants, products
        Amount of each formula, in the order in which they are to be written. Amounts of zero are
        left out, an amount of one is not written; others have four decimals at most, or four
        digits if they are below 0.001.
    """
    return f"{_side(reactants)} -> {_side(products)}"


def electrode_of(text: str) -> str:
    """Read the electrode from an equation; "electrode" if none of it reacts."""
    reactants = text.partition(" -> ")[0].split(" + ")
    return reactants[1].split()[-1] if len(reactants) > 1 else "electrode"


def imbalance(
    reactants: Mapping[str | Composition, float], products: Mapping[str | Composition, float]
) -> float:
    """Find the largest surplus of any element on either side, in atoms; zero if balanced."""
    left, right = _atoms(reactants), _atoms(products)
    return max(abs(left[element] - right[element]) for element in {*left, *right})


def _side(amounts: Mapping[str, float]) -> str:
    return " + ".join(_term(formula, amount) for formula, amount in amounts.items() if amount)


def _term(formula: str, amount: float) -> str:
    return f"{_digits(amount)} {formula}".lstrip()


def _digits(amount: float) -> str:
    if amount < 10 ** (1 - DECIMALS):
        return f"{amount:.{DECIMALS}g}"
    digits = f"{amount:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "" if digits == "1" else digits


def _atoms(amounts: Mapping[str | Composition, float]) -> Counter[str]:
    total: Counter[str] = Counter()
    for formula, amount in amounts.items():
        for element, atoms in Composition(formula).element_composition.items():
            total[element.symbol] += amount * atoms
    return total
