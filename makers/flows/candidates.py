"""Relax several arrangements of one crystal, and keep the lowest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jobflow import CURRENT_JOB, Flow, JobConfig, Maker, OnMissing, Response, job
from pydantic import BaseModel, Field

from analysis.base.reasons import Reason
from analysis.structures.ordering import Arrangement
from makers.naming import named, relax_uuid
from makers.schemas import RelaxationDocument


class ParentFailedError(RuntimeError):
    """An earlier step failed: look at its error."""


class Candidate(BaseModel):
    """One arrangement, before it is relaxed."""

    ewald_energy: float = Field(
        description="Electrostatic energy of the ideal charges, eV per cell"
    )
    notes: tuple[str, ...] = Field((), description="What is unusual about this arrangement")


class RelaxedCandidates(BaseModel):
    """The arrangement of lowest energy, and a summary of the others."""

    relaxation: RelaxationDocument = Field(description="The relaxation of lowest energy")
    energies: tuple[float | None, ...] = Field(
        description="Relaxed energy of every candidate in order of its Ewald energy, eV per cell; "
        "null where the relaxation failed"
    )
    ewald_energies: tuple[float, ...] = Field(
        description="Ewald energy of every candidate, eV per cell"
    )
    notes: tuple[str, ...] = Field((), description="Notes of the lowest candidate, and what failed")


def relax_all(arrangements: Sequence[Arrangement], relax_maker: Maker) -> Response:
    """Answer a job with one relaxation per arrangement, run before the job's children.

    The output holds references to the relaxations; a failed one resolves to None for a
    child that allows missing references.
    """
    label = CURRENT_JOB.job.metadata.get("compound", "crystal")
    jobs = []
    for number, arrangement in enumerate(arrangements, start=1):
        structure = arrangement.structure
        relaxation = relax_maker.make(structure)
        uuid = relax_uuid(relax_maker.digest_fields(), structure)
        name = f"{label}: relax {number} of {len(arrangements)}"
        jobs.append(named(relaxation, uuid, name, step="relax"))
    candidates = [Candidate(ewald_energy=a.energy, notes=a.notes) for a in arrangements]
    output = {"candidates": candidates, "relaxations": [job.output for job in jobs]}
    return Response(output=output, detour=Flow(jobs, name=f"{label}: relax"))


def lowest(
    candidates: Sequence[Candidate], relaxations: Sequence[RelaxationDocument | None]
) -> RelaxedCandidates:
    """Keep the relaxation of lowest energy.

    Raises
    ------
    ParentFailedError
        If every relaxation failed.
    """
    landed = [(r.energy, i) for i, r in enumerate(relaxations) if r is not None]
    if not landed:
        msg = f"all {len(relaxations)} relaxations of this compound failed; see their own errors"
        raise ParentFailedError(msg)
    _, best = min(landed)
    notes = list(candidates[best].notes)
    if len(landed) < len(relaxations):
        notes.append(
            f"{len(relaxations) - len(landed)} of {len(relaxations)} {Reason.FAILED_CANDIDATES}"
        )
    return RelaxedCandidates(
        relaxation=relaxations[best],
        energies=tuple(None if r is None else r.energy for r in relaxations),
        ewald_energies=tuple(c.ewald_energy for c in candidates),
        notes=tuple(notes),
    )


@dataclass
class LowestMaker(Maker):
    """Keep the lowest of the candidates that relaxed."""

    name: str = "lowest"

    # A failed relaxation leaves a missing reference: the others still count.
    @job(output_schema=RelaxedCandidates, config=JobConfig(on_missing_references=OnMissing.NONE))
    def make(self, candidates: dict[str, Any] | None) -> RelaxedCandidates:
        """Choose among the output of `relax_all`.

        Parameters
        ----------
        candidates
            The output of a job that answered with `relax_all`; None if it failed.
        """
        if candidates is None:
            msg = "the step that builds the structures failed; see its own error"
            raise ParentFailedError(msg)
        return lowest(candidates["candidates"], candidates["relaxations"])
