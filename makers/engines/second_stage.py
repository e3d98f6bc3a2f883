"""A second engine after the first: what it computes on the crystals that the first relaxed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, Field, PositiveFloat, model_validator

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.energies.schemes import EnergyScheme, same_scale

if TYPE_CHECKING:
    from makers.schemas import RelaxationDocument

ALWAYS: Final = 0.0
"""A limit of disagreement, in eV per atom, that every crystal exceeds."""

DISAGREEMENT: Final = 0.05
"""eV per atom. See docs/engines.md for how often it is exceeded, and by which compounds."""


class RelaxAgain(StrEnum):
    """When the second engine relaxes again what the first has relaxed."""

    ALWAYS = "always"
    NEVER = "never"
    DISAGREEING = "disagreeing"


class SecondStage(BaseModel, frozen=True, extra="forbid"):
    """The engine whose energies count, after another has relaxed."""

    name: str = Field(description="Name of the engine")
    settings: dict[str, Any] = Field(default_factory=dict, description="Its settings, by name")
    relax: RelaxAgain = Field(
        RelaxAgain.DISAGREEING,
        description="always: the engine relaxes too, from there; never: it computes the energy "
        "alone; disagreeing: it relaxes where the energies of both engines differ too much",
    )
    disagreement: PositiveFloat | None = Field(
        None,
        description="For `disagreeing`: relax again where the energies differ by more than this, "
        f"eV per atom; {DISAGREEMENT:g} if left out",
    )

    @model_validator(mode="after")
    def _limit_goes_with_disagreeing(self) -> SecondStage:
        if self.disagreement is not None and self.relax is not RelaxAgain.DISAGREEING:
            msg = "disagreement is for `relax: disagreeing` alone"
            raise ValueError(msg)
        return self

    @property
    def relax_above(self) -> float | None:
        """Limit of disagreement above which the engine relaxes, eV per atom; None for never."""
        if self.relax is RelaxAgain.DISAGREEING:
            return DISAGREEMENT if self.disagreement is None else self.disagreement
        return ALWAYS if self.relax is RelaxAgain.ALWAYS else None


def require_comparable(first: EnergyScheme, second: EnergyScheme) -> None:
    """Refuse to measure a disagreement of two engines that learned different energies.

    Raises
    ------
    InputError
        The message names both schemes and the ways out.
    """
    if not same_scale(first, second):
        msg = (
            "then: relax: disagreeing compares total energies of both engines, and these are on "
            f"different scales: [{first.name}] and [{second.name}]. Say relax: always or "
            "relax: never, or choose corrections that agree."
        )
        raise InputError(msg)


def require_prerelaxed(document: RelaxationDocument | None) -> RelaxationDocument:
    """Return the first engine's document.

    Raises
    ------
    RuntimeError
        The first engine failed.
    """
    if document is None:
        msg = "the pre-relaxation of this crystal failed; see its own error"
        raise RuntimeError(msg)
    return document


def disagreement(energy: float, before: RelaxationDocument) -> float:
    """Return by how much two engines differ on the first one's crystal, eV per atom."""
    return abs(energy - before.energy) / before.n_atoms


def must_relax(energy: float, before: RelaxationDocument, relax_above: float | None) -> bool:
    """Return True if the second engine has to relax the crystal of the first."""
    if relax_above is None:
        return False
    return not before.converged or disagreement(energy, before) > relax_above


def relaxed_again(
    document: RelaxationDocument, before: RelaxationDocument, relax_above: float | None
) -> list[str]:
    """Say why a crystal was relaxed by both engines, where that is not the rule."""
    if not relax_above:
        return []
    found = disagreement(document.initial_energy, before)
    why = f"they differ by {found:.3f} eV per atom" if found > relax_above else "it was not relaxed"
    note = (
        f"{document.engine} {Reason.RELAXED_AGAIN} {before.engine}: on its crystal {why} "
        f"(limit {relax_above:g})"
    )
    return [note]
