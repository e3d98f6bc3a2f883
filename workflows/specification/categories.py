"""Which workers take which steps: FireWorks' categories, by rules that name no machine."""

from collections.abc import Iterator
from typing import Annotated

from jobflow import Flow
from pydantic import Field, PositiveInt, StringConstraints, model_validator

from analysis.base.checked import CheckedModel

Category = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]


class CategoryRules(CheckedModel):
    """Categories of steps; a worker takes those that its my_fworker.yaml lists.

    They decide where a step runs, never what it computes: they are not part of a job's uuid.
    """

    default: Category | None = Field(
        None, description="All steps that no other rule names; left out: any worker takes them"
    )
    relax: Category | None = Field(None, description="Relaxations with the campaign's engine")
    prerelax: Category | None = Field(
        None, description="Relaxations with a force field that come before the engine's"
    )
    large: Category | None = Field(
        None, description="Relaxations of cells with `large_atoms` or more, in place of `relax`"
    )
    large_atoms: PositiveInt | None = Field(
        None, description="Number of atoms from which a cell is large"
    )

    @model_validator(mode="after")
    def _large_has_a_size(self) -> "CategoryRules":
        if (self.large is None) != (self.large_atoms is None):
            msg = "large and large_atoms go together: a category, and the atoms it begins with"
            raise ValueError(msg)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Return all categories that workers must cover."""
        rules = (self.default, self.relax, self.prerelax, self.large)
        return tuple(sorted({name for name in rules if name}))

    def apply(self, flow: Flow, *, atoms: int, priority: int) -> None:
        """Set category and priority of the steps of a flow, and of those that they add.

        Parameters
        ----------
        flow
            The jobs of one workflow, named "COMPOUND: STEP".
        atoms
            Size of the cell that is relaxed.
        priority
            FireWorks' priority of all steps.
        """
        for name, category in self.of_names(atoms):
            manager = {"_priority": priority} | ({"_category": category} if category else {})
            flow.update_config({"manager_config": manager}, name_filter=name, dynamic=True)

    def of_names(self, atoms: int) -> Iterator[tuple[str | None, str | None]]:
        """Yield parts of job names with their category for this cell size; the last one counts."""
        yield None, self.default
        is_large = self.large_atoms is not None and atoms >= self.large_atoms
        relax = self.large if is_large else self.relax
        if relax:
            yield ": relax", relax
        if self.prerelax:
            yield ": prerelax", self.prerelax
