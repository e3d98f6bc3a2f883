"""A relaxation that did not converge is an error, with any engine."""

from pathlib import Path
from typing import Final

from monty.serialization import dumpfn

from makers.schemas import RelaxationDocument

UNCONVERGED_FILE: Final = "unconverged.json"


class NotConvergedError(RuntimeError):
    """A relaxation ended above its force threshold, or ran out of steps."""


class WalltimeError(NotConvergedError):
    """A relaxation was stopped in time before it converged; a rerun continues it."""


def converged(document: RelaxationDocument, *, stopped: bool = False) -> RelaxationDocument:
    """Return a converged document; keep the evidence of an unconverged one where the job ran."""
    if document.converged:
        return document
    evidence = Path.cwd() / UNCONVERGED_FILE
    dumpfn(document.model_dump(mode="json"), evidence)
    reason = "was stopped at its walltime" if stopped else "did not relax"
    remedy = (
        "run it again: it goes on from there"
        if stopped
        else "allow more steps, or look for atoms that are too close in the initial structure"
    )
    msg = (
        f"{document.formula} {reason} with {document.engine}: after {document.n_steps} steps "
        f"the largest force is {document.max_force:.3f} eV/Å (threshold "
        f"{document.force_threshold:g}). The last state is in {evidence}; {remedy}."
    )
    raise WalltimeError(msg) if stopped else NotConvergedError(msg)
