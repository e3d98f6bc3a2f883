"""A second engine after the first: what it computes on the crystals that the first relaxed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field, PositiveFloat, model_validator

from analysis.base.checked import CheckedModel
from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.energies.schemes import EnergyScheme, same_scale

if TYPE_CHECKING:
    from makers.schemas import RelaxationDocument

ALWAYS: Final = 0.0
"""A limit of disagreement, in eV per atom, that every crystal exceeds."""

DISAGREEMENT: Final = 0.02
"""eV per atom, beyond that of the host. Of 61 compounds of LLZO that CHGNet relaxed, SevenNet-0
differs by more on fourteen: Cl3+, Cl5+, Cl7+, Br3+, S6+ and Mn7+ (docs/engines.md)."""


class RelaxAgain(StrEnum):
    """When the second engine relaxes again what the first has relaxed."""

    ALWAYS = "always"
    NEVER = "never"
    DISAGREEING = "disagreeing"


class SecondStage(CheckedModel):
    """The engine whose energies count, after another has relaxed."""

    name: str = Field(description="Name of the engine")
    settings: dict[str, Any] = Field(default_factory=dict, description="Its settings, by name")
    relax: RelaxAgain = Field(
        RelaxAgain.DISAGREEING,
        description="always: the engine relaxes too, from there; never: it computes the energy "
        "alone; disagreeing: it relaxes compounds on which they differ more than on the host",
    )
    disagreement: PositiveFloat | None = Field(
        None,
        description="For `disagreeing`: relax a compound again where the engines' energies differ "
        f"by this much more than on the host, eV per atom; {DISAGREEMENT:g} if left out",
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


def offset(energy: float, before: RelaxationDocument) -> float:
    """Return how far the second engine's energy is above the first's on a crystal, eV per atom."""
    return (energy - before.energy) / before.n_atoms


def must_relax(
    energy: float,
    before: RelaxationDocument,
    *,
    relax_above: float | None,
    host_offset: float | None,
) -> bool:
    """Return True if the second engine has to relax the crystal of the first.

    Two engines differ by a constant on all crystals of one chemistry, which says nothing of the
    geometry and cancels in reaction energies: a compound's offset is held against the host's.
    Without a host to compare with, the first engine's crystal stands if it converged.
    """
    if relax_above is None:
        return False
    apart = 0.0 if host_offset is None else abs(offset(energy, before) - host_offset)
    return not before.converged or apart > relax_above


def relaxed_again(
    document: RelaxationDocument,
    before: RelaxationDocument,
    *,
    relax_above: float | None,
    host_offset: float | None,
) -> list[str]:
    """Say why a crystal was relaxed by both engines, where that is not the rule."""
    if not relax_above:
        return []
    why = "it had not converged"
    if host_offset is not None and before.converged:
        apart = offset(document.initial_energy, before) - host_offset
        why = f"there they differ by {apart:+.3f} eV per atom more than on the host"
    note = (
        f"{document.engine} {Reason.RELAXED_AGAIN} {before.engine}: {why} (limit {relax_above:g})"
    )
    return [note]
