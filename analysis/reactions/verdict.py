"""Criteria of the verdicts, and how a compound's reaction compares with the host's.

Three answers that are never confused: what the electrode does to the dopants (`label`, see
`analysis.reactions.hinges`), if the host takes them up (`dissolution`, see
`analysis.reactions.solubility`), and how the whole reaction compares with that of the undoped host
(`relation`). Absolute words are `strictly_stable` and `nearly_inert`.
"""

from typing import Final

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from analysis.base.checked import CheckedModel
from analysis.base.fields import Relation
from analysis.base.probabilities import ProbabilityLimits

#: eV/atom. What a reaction yields is nothing below the error of formation energies: PBE with the
#: corrections of oxides is off by 0.024 eV/atom on reactions of oxides (G. Hautier et al., Phys.
#: Rev. B 85, 155208 (2012)).
INERT: Final = 0.024


class Criteria(CheckedModel):
    """Thresholds of the screening, as the specification sets them."""

    max_elements: PositiveInt = Field(3, description="Largest number of elements in a product")
    band_gap: PositiveFloat = Field(
        2.0, description="A product passivates if its smallest listed gap exceeds this, in eV"
    )
    defect_energy: float = Field(
        2.0, description="A compound passes the filter at or below this, in eV per dopant"
    )
    stable_factor: float = Field(1.0, ge=0, description="no worse than the host if D >= -factor·u")
    unstable_factor: float = Field(2.0, ge=0, description="worse if D < -factor·u")
    inert: PositiveFloat = Field(
        INERT, description="A reaction that yields less than this, in eV/atom, is nearly none"
    )
    synthesis_temperature: PositiveFloat | None = Field(
        None,
        description="At which the host is made, K, for the solubility of dopants; left out: 1500 "
        "for LLZO, no solubility for another host",
    )
    limits: ProbabilityLimits = Field(
        default_factory=ProbabilityLimits,
        description="From which probability on dopants resist, dissolve, or the contrary",
    )

    @model_validator(mode="after")
    def _factors_in_order(self) -> "Criteria":
        if self.unstable_factor < self.stable_factor:
            msg = "unstable_factor must not be smaller than stable_factor"
            raise ValueError(msg)
        return self


def relation(difference: float, uncertainty: float, criteria: Criteria) -> Relation:
    """Compare a compound's reaction energy with the undoped host's.

    Parameters
    ----------
    difference
        D, the compound's reaction energy minus the host's, eV per f.u.
    uncertainty
        u, the standard uncertainty of that difference, eV per f.u.
    criteria
        Its factors: no worse if D >= -stable_factor u, worse if D < -unstable_factor u,
        otherwise undecided.
    """
    if difference >= -criteria.stable_factor * uncertainty:
        return Relation.NO_WORSE
    if difference < -criteria.unstable_factor * uncertainty:
        return Relation.WORSE
    return Relation.UNDECIDED
