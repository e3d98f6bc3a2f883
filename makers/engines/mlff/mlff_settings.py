"""Any force field that atomate2 or ASE can load: what the user says of weights and energies."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, PositiveFloat, field_validator, model_validator
from pymatgen.core import Element

from analysis.energies.schemes import MATERIALS_PROJECT_PLUS_U, EnergyScheme
from makers.engines.force_field_settings import CORRECTIONS, Corrections, ForceFieldSettings

MLFF_NAME: Final = "mlff"
VERSION_DIGITS: Final = 12
"""Digits of the weights' hash in the version of such an engine."""


@dataclass(frozen=True)
class KnownForceField:
    """A force field of atomate2's list.

    Attributes
    ----------
    module
        The package that computes.
    install
        What pip installs it by.
    argument
        The calculator's argument that takes a file of weights.
    """

    module: str
    install: str
    argument: str


_MACE: Final = KnownForceField("mace", "mace-torch", "model")
_MATGL: Final = KnownForceField("matgl", "matgl", "path")
_NEQUIP: Final = ("nequip", "nequip")

KNOWN_FORCE_FIELDS: Final = {
    "MACE": _MACE,
    "MACE_MP_0": _MACE,
    "MACE_MPA_0": _MACE,
    "MACE_MP_0B3": _MACE,
    "MatterSim": KnownForceField("mattersim", "mattersim", "load_path"),
    "SevenNet": KnownForceField("sevenn", "sevenn", "model"),
    "NEP": KnownForceField("calorine", "calorine", "model_filename"),
    "GAP": KnownForceField("quippy", "quippy-ase", "param_filename"),
    "DeepMD": KnownForceField("deepmd", "deepmd-kit", "model"),
    "Nequip": KnownForceField(*_NEQUIP, "compile_path"),
    "Allegro": KnownForceField(*_NEQUIP, "compile_path"),
    "M3GNet": _MATGL,
    "MATPES_PBE": _MATGL,
    "MATPES_R2SCAN": _MATGL,
}
"""Those whose weights can be a file, by atomate2's names (`atomate2.forcefields.MLFF`)."""


class MlffSettings(ForceFieldSettings):
    """Settings of a relaxation with a force field whose weights the user names."""

    force_field: str = Field(
        description=f"One of {', '.join(KNOWN_FORCE_FIELDS)}; or the import path of another ASE "
        "calculator, such as package.module.Calculator"
    )
    weights: Path = Field(
        description="The file of weights, relative to the specification; jobs read it there"
    )
    sha256: str | None = Field(None, description="SHA-256 that the weights must have")
    weights_argument: str | None = Field(
        None, description="Argument of the calculator that takes the weights, for an import path"
    )
    arguments: dict[str, Any] = Field(
        default_factory=dict, description="Further arguments of the calculator"
    )
    elements: tuple[str, ...] = Field(min_length=1, description="Elements that it has learned")
    functional: str = Field(description="Functional of its training energies, such as PBE")
    plus_u: Literal["materials_project", "none"] = Field(
        description="materials_project: trained on PBE+U where the Materials Project uses U"
    )
    corrections: Corrections = Field(
        description="added: the Materials Project's 2020 corrections are added to its energies; "
        "contained: it was trained on corrected energies; none: neither"
    )
    cutoff: PositiveFloat | None = Field(
        None, description="Å within which it needs a neighbour of every atom; not checked if none"
    )
    core_seconds: PositiveFloat | None = Field(
        None, description="Seconds per atom and ionic step on one core, for estimates"
    )

    @field_validator("elements")
    @classmethod
    def _are_elements(cls, elements: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [each for each in elements if not Element.is_valid_symbol(each)]:
            msg = f"no elements: {', '.join(wrong)}"
            raise ValueError(msg)
        return tuple(sorted(set(elements)))

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.force_field not in KNOWN_FORCE_FIELDS:
            if "." not in self.force_field:
                msg = f"force_field {self.force_field!r}: one of {', '.join(KNOWN_FORCE_FIELDS)}"
                msg += ", or an import path"
                raise ValueError(msg)
            if self.weights_argument is None:
                msg = f"weights_argument: name the argument of {self.force_field} for the weights"
                raise ValueError(msg)
        if self.corrections is Corrections.ADDED and (
            self.functional != "PBE" or self.plus_u != "materials_project"
        ):
            msg = "corrections: added needs functional: PBE and plus_u: materials_project, to "
            msg += "which the corrections were fitted"
            raise ValueError(msg)
        return self

    @property
    def takes_weights(self) -> str:
        """The calculator's argument that takes the weights."""
        known = KNOWN_FORCE_FIELDS.get(self.force_field)
        return self.weights_argument or (known.argument if known else "")

    @property
    def module(self) -> str:
        """The package that computes."""
        known = KNOWN_FORCE_FIELDS.get(self.force_field)
        return known.module if known else self.force_field.partition(".")[0]

    @property
    def install(self) -> str:
        """The command that installs it."""
        known = KNOWN_FORCE_FIELDS.get(self.force_field)
        return f"pip install {known.install if known else self.module}"


def mlff_version(force_field: str, sha256: str) -> str:
    """Return what tells one force field and its weights from another."""
    return f"{force_field} {sha256[:VERSION_DIGITS]}"


def mlff_scheme(version: str, *, functional: str, plus_u: str, corrections: str) -> EnergyScheme:
    """Return the scheme of a force field's energies, from what its settings say."""
    return EnergyScheme(
        engine=version,
        functional=functional,
        plus_u="none" if plus_u == "none" else MATERIALS_PROJECT_PLUS_U,
        potentials="of the training set",
        corrections=CORRECTIONS[Corrections(corrections)],
        elements="none: total energies",
    )
