"""One engine relaxes first, another continues: two jobs, each for a suitable worker."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

from jobflow import Flow, Maker, OnMissing
from pymatgen.core import Element, Structure

from analysis.energies.schemes import EnergyScheme
from makers.engines.engine import Engine, EngineSettings
from makers.engines.second_stage import (
    ALWAYS,
    RelaxAgain,
    SecondStage,
    require_comparable,
)
from makers.schemas import RelaxationDocument

# The host's offset names jobs: 0.1 meV per atom, far below any limit, hides rounding.
_DECIMALS: Final = 4


@dataclass
class PrerelaxedMaker(Maker):
    """Relax with one engine; energies, or a relaxation from there, with another.

    Parameters
    ----------
    name
        Name of the flow.
    first
        Maker of the first engine. Its result need not have converged, unless the other engine
        computes energies alone.
    second
        Maker of the engine whose energies count: its ``make`` takes `prerelaxed`, and
        `relax_above` where that is not `ALWAYS`.
    beyond_first
        Elements that the first engine does not know: their crystals go to `second` alone.
    relax_above
        `second` relaxes where the engines differ by this much more than on the host, eV per atom;
        None for never.
    host_offset
        By how much they differ on the host, eV per atom: see `against`.
    """

    name: str = "relax (prerelaxed)"
    first: Any = None
    second: Any = None
    beyond_first: tuple[str, ...] = ()
    relax_above: float | None = ALWAYS
    host_offset: float | None = None

    @classmethod
    def of(
        cls, engine: Engine, settings: EngineSettings, *, stage: SecondStage, second: Any
    ) -> Self:
        """Put an engine's relaxation before another Maker.

        Raises
        ------
        InputError
            Their disagreement is to be measured, and their energies cannot be compared.
        """
        first: Any = engine.maker(settings)
        first.must_converge = stage.relax is RelaxAgain.NEVER
        if stage.relax is RelaxAgain.DISAGREEING:
            require_comparable(first.scheme, second.scheme)
        return cls(
            name=f"relax ({_title(first)}, {_title(second)})",
            first=first,
            second=second,
            beyond_first=tuple(engine.unknown(settings, (e.symbol for e in Element))),
            relax_above=stage.relax_above,
        )

    def digest_fields(self) -> dict[str, Any]:
        """Return everything besides the structure that determines the result."""
        fields = {**self.second.digest_fields(), "prerelax": self.first.digest_fields()}
        if self.relax_above == ALWAYS:
            return fields
        of_host = {} if self.host_offset is None else {"host_offset": self.host_offset}
        return {**fields, "relax_above": self.relax_above, **of_host}

    def against(self, host: RelaxationDocument) -> Self:
        """Return the Maker for compounds of a host, once both engines have computed the host."""
        before = host.prerelaxation
        if before is None or not self.relax_above:
            return self
        differ = (host.initial_energy - before.energy) / host.n_atoms
        return replace(self, host_offset=round(differ, _DECIMALS))

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies: the second engine's."""
        scheme: EnergyScheme = self.second.scheme
        return scheme

    @property
    def engine(self) -> str:
        """The second engine's name: its energies count."""
        return str(self.second.engine)

    @property
    def engine_version(self) -> str | None:
        """The second engine's version, None where only a run can tell."""
        version: str | None = getattr(self.second, "engine_version", None)
        return version

    def make(self, structure: Structure) -> Flow:
        """Relax a structure; with elements beyond the first engine, with the second alone."""
        if not structure.composition.chemical_system_set.isdisjoint(self.beyond_first):
            relaxation = self.second.make(structure)
            return Flow([relaxation], output=relaxation.output, name=self.name)
        before = self.first.make(structure)
        limit = (
            {}
            if self.relax_above == ALWAYS
            else {"relax_above": self.relax_above, "host_offset": self.host_offset}
        )
        relaxation = self.second.make(structure, prerelaxed=before.output, **limit)
        # the job reports a failed pre-relaxation itself instead of waiting forever
        relaxation.update_config({"on_missing_references": OnMissing.NONE})
        return Flow([before, relaxation], output=relaxation.output, name=self.name)


def _title(maker: Any) -> str:
    return str(maker.name).removeprefix("relax (").removesuffix(")")
