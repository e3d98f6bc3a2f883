"""Passivation: products that block electrons, so that a reaction stops."""

from collections.abc import Collection, Iterable, Mapping

from pydantic import BaseModel, Field
from pymatgen.core import Composition, Element

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.energies.phases import ReferencePhases

# eV, on band gaps of PBE, which are smaller than measured ones.
THRESHOLD = 2.0


class Passivation(BaseModel, frozen=True, extra="forbid"):
    """Verdict on the products of one reaction; null if a gap is missing; `notes` says which."""

    passivating: bool | None = Field(
        description="True if every product that contains the dopant has a gap above the threshold."
    )
    strictly_passivating: bool | None = Field(
        description="True if every product has a gap above the threshold."
    )
    deciding_phases: list[str] = Field(description="Products that contain the dopant.")
    product_band_gaps: dict[str, float | None] = Field(
        description="Smallest listed gap of each product, eV; null if none is listed."
    )
    notes: tuple[str, ...] = Field(default=(), description="Why a verdict is null.")


def passivation(
    products: Iterable[str],
    phases: ReferencePhases,
    *,
    dopant_elements: Collection[str],
    threshold: float = THRESHOLD,
    gap_error: float = 0.0,
) -> Passivation:
    """Judge whether the products passivate the interface.

    The products that contain a dopant decide; phases of host and electrode alone count only for
    `strictly_passivating`. Metallic elements have no gap, even if one is listed for them. A verdict
    with a missing gap is null even if another phase conducts. If no product contains a dopant,
    as for the undoped host, nothing decides: `passivating` is null, and `strictly_passivating`
    still counts all products.

    Parameters
    ----------
    products
        Formulas of the products (the amounts' mapping will do).
    phases
        Reference phases with their band gaps.
    dopant_elements
        Symbols of the dopants.
    threshold
        Gap in eV that has to be exceeded.
    gap_error
        Error of a gap in eV (`insulation.GAP_ERROR`). A verdict that turns on a gap
        nearer to the threshold than this is null; with 0 gaps are taken as exact.

    Raises
    ------
    InputError
        If a product is not among the reference phases, or a dopant is not an element.
    """
    dopants = frozenset(map(_element, dopant_elements))
    gaps = {formula: gap_of(formula, phases) for formula in products}
    deciding = {
        formula: gap
        for formula, gap in gaps.items()
        if not dopants.isdisjoint(Composition(formula).elements)
    }
    return Passivation(
        passivating=_all_exceed(deciding, threshold, gap_error),
        strictly_passivating=_all_exceed(gaps, threshold, gap_error),
        deciding_phases=list(deciding),
        product_band_gaps=gaps,
        notes=(
            *_missing_gaps(gaps),
            *_near_gaps(gaps, threshold, gap_error),
            *_no_deciding_phase(deciding, dopants),
        ),
    )


def _element(symbol: str) -> Element:
    if not Element.is_valid_symbol(symbol):
        msg = f"{symbol!r} is not an element: give the dopant's symbol"
        raise InputError(msg)
    return Element(symbol)


def gap_of(formula: str, phases: ReferencePhases) -> float | None:
    """Return the smallest listed band gap of a phase in eV; metallic elements have none, so 0.

    Raises
    ------
    InputError
        If the phase is not among the reference phases.
    """
    composition = Composition(formula)
    if composition.is_element and composition.elements[0].is_metal:
        return 0.0
    return phases.phase(formula).band_gap


def _all_exceed(
    gaps: Mapping[str, float | None], threshold: float, gap_error: float
) -> bool | None:
    """Judge by the smallest gap, which decides: null where it is near the threshold."""
    known = [gap for gap in gaps.values() if gap is not None]
    if not gaps or len(known) < len(gaps):
        return None
    smallest = min(known)
    return None if _is_near(smallest, threshold, gap_error) else smallest > threshold


def _is_near(gap: float | None, threshold: float, gap_error: float) -> bool:
    return gap is not None and gap_error > 0 and abs(gap - threshold) <= gap_error


def _near_gaps(gaps: Mapping[str, float | None], threshold: float, gap_error: float) -> list[str]:
    return [
        f"The band gap of {formula}, {gap:.2f} eV, {Reason.NEAR_BAND_GAP} of {threshold:g} eV by "
        f"less than its error of {gap_error:g} eV: whether it passivates is open"
        for formula, gap in gaps.items()
        if _is_near(gap, threshold, gap_error)
    ]


def _missing_gaps(gaps: Mapping[str, float | None]) -> list[str]:
    return [
        f"{Reason.NO_BAND_GAP} {formula} is listed: whether it passivates is open"
        for formula, gap in gaps.items()
        if gap is None
    ]


def _no_deciding_phase(deciding: Collection[str], dopants: frozenset[Element]) -> list[str]:
    if deciding:
        return []
    names = ", ".join(sorted(element.symbol for element in dopants)) or "a dopant (there is none)"
    return [f"No product contains {names}: {Reason.NO_DECIDING_PHASE}, passivating is null"]
