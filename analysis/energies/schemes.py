"""Energy schemes: what must agree before two energies may be compared.

Two total or formation energies are comparable only if engine, functional, +U, potentials,
corrections and elemental references agree. Nothing is converted or averaged silently.
"""

from typing import Final

from pydantic import BaseModel

from analysis.base.errors import InputError


class EnergyScheme(BaseModel, frozen=True, extra="forbid"):
    """Everything that fixes the scale of an energy."""

    engine: str
    functional: str
    plus_u: str
    potentials: str
    corrections: str
    elements: str

    @property
    def name(self) -> str:
        """One readable line with every part of the scheme."""
        return (
            f"{self.engine}, {self.functional}, +U: {self.plus_u}, potentials: {self.potentials}, "
            f"corrections: {self.corrections}, elements: {self.elements}"
        )


class SchemeMismatchError(InputError):
    """Energies of two schemes met; the message names both."""


def require_same_scheme(*schemes: EnergyScheme) -> EnergyScheme:
    """Return the one scheme that all of `schemes` are.

    Raises
    ------
    SchemeMismatchError
        Two differ; both are named, with the parts in which they differ.
    """
    first, *others = schemes
    for other in others:
        if other != first:
            parts = [part for part in EnergyScheme.model_fields if _differ(first, other, part)]
            message = (
                f"Energies of two schemes cannot be compared: [{first.name}] and [{other.name}] "
                f"differ in {', '.join(parts)}. Recompute one side, or align it through crystals "
                "known on both scales."
            )
            raise SchemeMismatchError(message)
    return first


def same_scale(first: EnergyScheme, other: EnergyScheme) -> bool:
    """Return True if two engines aim at the same total energies, whatever they are made of.

    Functional, +U, corrections and elements agree; corrections are the same whether they are
    contained in the energies or added.
    """
    same = all(not _differ(first, other, part) for part in ("functional", "plus_u", "elements"))
    return same and _corrections(first) == _corrections(other)


def _corrections(scheme: EnergyScheme) -> str:
    return scheme.corrections.partition(",")[0]


def _differ(first: EnergyScheme, other: EnergyScheme, part: str) -> bool:
    return bool(getattr(first, part) != getattr(other, part))


# Effective U in eV, if the compound contains O or F (Materials Project documentation, "Hubbard U
# values"; the same as LDAUU of pymatgen's MPRelaxSet).
MATERIALS_PROJECT_U: Final = {
    "Co": 3.32,
    "Cr": 3.7,
    "Fe": 5.3,
    "Mn": 3.9,
    "Mo": 4.38,
    "Ni": 6.2,
    "V": 3.25,
    "W": 6.2,
}
MATERIALS_PROJECT_PLUS_U: Final = "Materials Project U for " + ", ".join(MATERIALS_PROJECT_U)
MP2020_CORRECTIONS: Final = "MaterialsProject2020Compatibility"
LEGACY_CORRECTIONS: Final = "MaterialsProjectCompatibility (legacy)"

# Formation energies of the Materials Project's release of April 2019 (the project's own table).
MATERIALS_PROJECT_2019: Final = EnergyScheme(
    engine="VASP",
    functional="PBE",
    plus_u=MATERIALS_PROJECT_PLUS_U,
    potentials="Materials Project PAW PBE, 2019",
    corrections=LEGACY_CORRECTIONS,
    elements="Materials Project 2019",
)

# Today's Materials Project, mixing GGA and GGA+U: own VASP runs with Materials Project settings
# and corrections are on the same scheme.
MATERIALS_PROJECT_2020: Final = EnergyScheme(
    engine="VASP",
    functional="PBE",
    plus_u=MATERIALS_PROJECT_PLUS_U,
    potentials="Materials Project PAW PBE",
    corrections=MP2020_CORRECTIONS,
    elements="elemental entries of the same scheme",
)
