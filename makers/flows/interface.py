"""One compound against the electrode: formation energy, hull, reaction, verdict."""

from dataclasses import dataclass

from jobflow import JobConfig, Maker, OnMissing, job

from analysis.energies.balance import Balance
from analysis.energies.engine_bias import EngineBias
from analysis.energies.engine_errors import EngineError
from analysis.energies.phases import ReferencePhases
from analysis.motion.migration import Migration
from analysis.reactions.verdict import Criteria
from analysis.results.result import CompoundResult, EngineUsed
from analysis.results.screening import screen
from analysis.results.screening_input import Calculated, References, UndopedReaction
from analysis.results.second_opinion import FirstEngine
from analysis.structures.dopants import Compound
from analysis.structures.host import Host
from makers.engines.registry import find_engine
from makers.flows.candidates import ParentFailedError, RelaxedCandidates
from makers.schemas import RelaxationDocument


@dataclass
class InterfaceMaker(Maker):
    """Compute the result document of a compound."""

    name: str = "interface"

    # A failed parent leaves a missing reference: the job still runs and says so.
    @job(output_schema=CompoundResult, config=JobConfig(on_missing_references=OnMissing.NONE))
    def make(  # noqa: PLR0913, everything a result depends on
        self,
        host: Host,
        compound: Compound,
        relaxed: RelaxedCandidates | None,
        host_relaxed: RelaxedCandidates | None,
        host_result: CompoundResult | None,
        phases: ReferencePhases,
        crystals: dict[str, RelaxationDocument],
        *,
        motion: Migration | None,
        aligned: Balance | None,
        exchanged: Balance | None,
        electrode: str,
        criteria: Criteria,
        engine_error: EngineError | None = None,
        engine_bias: EngineBias | None = None,
    ) -> CompoundResult:
        """React a relaxed compound with the electrode.

        Parameters
        ----------
        host
            The undoped electrolyte.
        compound
            Dopants and compensation; no dopants for the undoped host.
        relaxed
            The relaxed compound.
        host_relaxed
            The relaxed host.
        host_result
            The undoped host's result; None for the undoped host itself.
        phases
            The reference phases.
        crystals
            The relaxed reference crystals, by formula.
        motion
            How the mobile ion moves; None if not requested, or failed.
        aligned
            The compound as a sum of these crystals; None if engine and phases agree.
        exchanged
            The oxides that are exchanged for the dopants; None for the undoped host.
        electrode
            The reactant, a formula of the reference phases.
        criteria
            Thresholds of the screening.
        engine_error, engine_bias
            The engine's errors where the user has measured them; None for the project's tables.
        """
        if relaxed is None or host_relaxed is None:
            msg = "the relaxation of this compound or of the host failed; see its own error"
            raise ParentFailedError(msg)
        references = References(
            phases=phases,
            aligned=aligned,
            exchanged=exchanged,
            crystal_energies={f: crystal.energy_per_atom for f, crystal in crystals.items()},
            first_above={
                formula: first.above / crystal.n_atoms
                for formula, crystal in crystals.items()
                if (first := first_engine(crystal))
            },
            host=_calculated(host_relaxed),
            undoped=host_result and _undoped(host_result),
            electrode=electrode,
            criteria=criteria,
            engine_error=engine_error,
            engine_bias=engine_bias,
        )
        return screen(host, compound, _calculated(relaxed), references, motion=motion)


def _undoped(result: CompoundResult) -> UndopedReaction:
    fields = UndopedReaction.model_fields
    return UndopedReaction(**{name: getattr(result, name) for name in fields})


def _calculated(candidates: RelaxedCandidates) -> Calculated:
    relaxation = candidates.relaxation
    return Calculated(
        structure=relaxation.structure,
        energy=relaxation.energy,
        energies=tuple(energy for energy in candidates.energies if energy is not None),
        engine=EngineUsed(
            name=relaxation.engine,
            version=relaxation.engine_version,
            scheme=relaxation.scheme,
            relaxed_by=relaxation.relaxed_by,
        ),
        first=first_engine(relaxation),
        notes=(*candidates.notes, *relaxation.notes),
    )


def first_engine(relaxation: RelaxationDocument) -> FirstEngine | None:
    """Return the engine that relaxed first; None where the second is no force field: VASP decides.

    The energies of each are those of its own last geometry.
    """
    before = relaxation.prerelaxation
    if before is None or not find_engine(relaxation.engine).is_force_field:
        return None
    above = before.energy - relaxation.energy
    return FirstEngine(name=before.engine, version=before.engine_version, above=above)
