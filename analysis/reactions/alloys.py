"""Which products of a reaction are alloys: they conduct electrons and grow into the electrolyte."""

from collections.abc import Iterable

from pymatgen.core import Composition, Element


def alloys(products: Iterable[str]) -> list[str]:
    """Choose the alloys among the formulas of products.

    An alloy has two or more elements, all of them metals or metalloids, and no anion: Zr3Al and
    Zr2Ge are alloys; Zr4O (an oxide), ZrP and ZrTe2 (chalcogenides and pnictides of non-metals)
    and the element Zr are not.

    Parameters
    ----------
    products
        Formulas, without charges.
    """
    return [formula for formula in products if _is_alloy(Composition(formula))]


def _is_alloy(composition: Composition) -> bool:
    return len(composition) > 1 and all(is_metallic(element) for element in composition.elements)


def is_metallic(element: Element) -> bool:
    """Return True for metals and metalloids, except those that are anions with a metal, as Te."""
    anion = element.is_chalcogen or element.is_halogen
    return bool(element.is_metal or element.is_metalloid) and not anion
