"""A force field relaxes first, another engine continues: two jobs, each for a suitable worker."""

from dataclasses import dataclass
from typing import Any, Self

from jobflow import Flow, Maker, OnMissing
from pymatgen.core import Element, Structure

from analysis.energies.schemes import EnergyScheme
from makers.engines.engine import Engine


@dataclass
class PrerelaxedMaker(Maker):
    """Relax with a force field, then with another engine.

    Parameters
    ----------
    name
        Name of the flow.
    first
        Maker of the force field; its result need not have converged.
    second
        Maker of the engine that starts from there: its ``make`` takes `prerelaxed`.
    beyond_first
        Elements that the force field does not know: their crystals go to `second` alone.
    """

    name: str = "relax (prerelaxed)"
    first: Any = None
    second: Any = None
    beyond_first: tuple[str, ...] = ()

    @classmethod
    def of(cls, engine: Engine, second: Any) -> Self:
        """Put an engine's relaxation, at its default settings, before another Maker."""
        first: Any = engine.maker(engine.checked({}))
        first.must_converge = False
        return cls(
            name=f"relax ({_title(first)}, {_title(second)})",
            first=first,
            second=second,
            beyond_first=tuple(sorted(e.symbol for e in Element if not engine.knows(e.symbol))),
        )

    def digest_fields(self) -> dict[str, Any]:
        """Return everything besides the structure that determines the result."""
        return {**self.second.digest_fields(), "prerelax": self.first.digest_fields()}

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies: the second engine's."""
        scheme: EnergyScheme = self.second.scheme
        return scheme

    def make(self, structure: Structure) -> Flow:
        """Relax a structure; with elements beyond the force field, with the second alone."""
        if not structure.composition.chemical_system_set.isdisjoint(self.beyond_first):
            relaxation = self.second.make(structure)
            return Flow([relaxation], output=relaxation.output, name=self.name)
        before = self.first.make(structure)
        relaxation = self.second.make(structure, prerelaxed=before.output)
        # the job reports a failed pre-relaxation itself instead of waiting forever
        relaxation.update_config({"on_missing_references": OnMissing.NONE})
        return Flow([before, relaxation], output=relaxation.output, name=self.name)


def _title(maker: Any) -> str:
    return str(maker.name).removeprefix("relax (").removesuffix(")")
