"""Which products of a reaction insulate, and what share of the interphase they fill.

A product insulates if its band gap exceeds the limit by more than the error of the gap, conducts if
it falls short by as much, and is open between. One insulator does not stop a reaction: electrons
pass through any product that conducts, if enough of it is there to connect: in a random mixture
from about 16 % by volume (H. Scher and R. Zallen, J. Chem. Phys. 53, 3759 (1970)). So the share by
volume is part of the answer. Of the interphase of undoped LLZO 13 % are the metal Zr4O.
"""

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final

from pydantic import BaseModel, Field
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases
from analysis.reactions.passivation import gap_of

#: eV, of a PBE band gap. "The computed gaps are underestimated by an average factor of 1.6, and the
#: residual error even after accounting for this shift is significant (MAE of 0.6 eV)": Materials
#: Project documentation, Electronic structure, 237 compounds. On the scale of PBE 0.6 eV / 1.6.
GAP_ERROR: Final = 0.375


class Conduction(StrEnum):
    """How a phase conducts electrons."""

    INSULATES = auto()
    OPEN = auto()  # its gap is within the error of the limit, or not listed
    CONDUCTS = auto()


class Insulation(BaseModel, frozen=True, extra="forbid"):
    """How the products of one reaction conduct electrons."""

    conduction: dict[str, Conduction] = Field(description="Of each product, by its formula")
    insulating_fraction: float | None = Field(
        description="Share of the products' volume that surely insulates; null with a note"
    )
    open_fraction: float | None = Field(
        description="Share of the products' volume that may insulate; null with a note"
    )
    notes: tuple[str, ...] = Field(default=(), description="Why a share is null.")


def insulation(
    products: Mapping[str, float],
    phases: ReferencePhases,
    *,
    volumes: Mapping[str, float],
    threshold: float,
    gap_error: float = GAP_ERROR,
) -> Insulation:
    """Judge which products insulate, and add up their volumes.

    Parameters
    ----------
    products
        Formula units of each product.
    phases
        Reference phases with their band gaps.
    volumes
        Reduced formula to volume in Å^3 per atom (`analysis.energies.phase_volumes.table_volumes`).
    threshold
        Band gap in eV that an insulator has to exceed.
    gap_error
        Error of a band gap in eV.

    Raises
    ------
    InputError
        If a product is not among the reference phases, or its amount is not positive.
    """
    _check_amounts(products)
    conduction = {
        formula: conduction_of(gap_of(formula, phases), threshold=threshold, gap_error=gap_error)
        for formula in products
    }
    missing = [f for f in products if Composition(f).reduced_formula not in volumes]
    if missing:
        reason = (
            f"insulating_fraction and open_fraction are null: the volume of {', '.join(missing)} "
            "is not known"
        )
        return Insulation(
            conduction=conduction, insulating_fraction=None, open_fraction=None, notes=(reason,)
        )
    shares = volume_shares(products, volumes)
    insulating, open_ = (
        sum(shares[formula] for formula, each in conduction.items() if each is kind)
        for kind in (Conduction.INSULATES, Conduction.OPEN)
    )
    return Insulation(conduction=conduction, insulating_fraction=insulating, open_fraction=open_)


def conduction_of(gap: float | None, *, threshold: float, gap_error: float) -> Conduction:
    """Judge a phase by its band gap in eV; None where none is listed."""
    if gap is None or abs(gap - threshold) <= gap_error:
        return Conduction.OPEN
    return Conduction.INSULATES if gap > threshold else Conduction.CONDUCTS


def volume_shares(products: Mapping[str, float], volumes: Mapping[str, float]) -> dict[str, float]:
    """Return the share of each product in the volume of all.

    Parameters
    ----------
    products
        Formula units of each product.
    volumes
        Reduced formula to volume in Å^3 per atom, all products among them.
    """
    filled = {
        formula: amount * composition.num_atoms * volumes[composition.reduced_formula]
        for formula, amount in products.items()
        for composition in (Composition(formula),)
    }
    total = sum(filled.values())
    return {formula: volume / total for formula, volume in filled.items()}


def _check_amounts(products: Mapping[str, float]) -> None:
    for formula, amount in products.items():
        if not amount > 0:
            msg = f"The amount of {formula} is {amount}: list only products that form"
            raise InputError(msg)
