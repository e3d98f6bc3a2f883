"""The verdict on a compound: stable against the electrode, unstable, or undecided."""

from pydantic import BaseModel, Field, PositiveFloat, PositiveInt, model_validator

from analysis.base.fields import Label


class Criteria(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """Thresholds of the screening, as the specification sets them."""

    max_elements: PositiveInt = Field(3, description="Largest number of elements in a product")
    band_gap: PositiveFloat = Field(
        2.0, description="A product passivates if its smallest listed gap exceeds this, in eV"
    )
    defect_energy: float = Field(
        2.0, description="A compound passes the filter at or below this, in eV per dopant"
    )
    stable_factor: float = Field(1.0, ge=0, description="stable if D >= -factor * u")
    unstable_factor: float = Field(2.0, ge=0, description="unstable if D < -factor * u")

    @model_validator(mode="after")
    def _factors_in_order(self) -> "Criteria":
        if self.unstable_factor < self.stable_factor:
            msg = "unstable_factor must not be smaller than stable_factor"
            raise ValueError(msg)
        return self


def label(difference: float, uncertainty: float, criteria: Criteria) -> Label:
    """Compare a compound's reaction energy with the undoped host's.

    Parameters
    ----------
    difference
        D, the compound's reaction energy minus the host's, eV per f.u.
    uncertainty
        u, the standard uncertainty of that difference, eV per f.u.
    criteria
        Its factors: stable if D >= -stable_factor u, unstable if D < -unstable_factor u,
        otherwise undecided.
    """
    if difference >= -criteria.stable_factor * uncertainty:
        return Label.STABLE
    if difference < -criteria.unstable_factor * uncertainty:
        return Label.UNSTABLE
    return Label.UNDECIDED
