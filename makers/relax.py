"""Relaxations: two engines, one stored document.

Importing this module loads atomate2 (2 s): only `makers.engines.relax_maker` does so.
"""

import io
from contextlib import redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from ase.calculators.calculator import Calculator
from atomate2.forcefields.jobs import ForceFieldRelaxMaker
from atomate2.forcefields.schemas import ForceFieldTaskDocument
from atomate2.vasp.jobs.base import BaseVaspMaker
from atomate2.vasp.run import DEFAULT_HANDLERS
from jobflow import Response, job
from monty.serialization import dumpfn
from pymatgen.core import Structure
from pymatgen.io.vasp.sets import MPRelaxSet, VaspInputSet

from analysis.schemes import CHGNET, VASP, EnergyScheme
from makers.engines import CHGNET_MODEL, NEUTRAL_INCAR, ChgnetSettings, VaspSettings
from makers.schemas import RelaxationDocument, finished, plain, without_site_properties

UNCONVERGED_FILE: Final = "unconverged.json"

# The cell filter of ASE measures forces in the strained frame of the cell it started from: a
# relaxation can end with true forces some percent above the threshold. Starting again from there
# makes the frames agree: from a lattice 20 % too long, one restart is enough.
MAX_RESTARTS: Final = 3

# Electronic convergence of the campaign, eV (the Materials Project's grows with the cell).
EDIFF: Final = 1e-5


class NotConvergedError(RuntimeError):
    """A relaxation ended above its force threshold, or ran out of steps."""


@dataclass
class ChgnetRelaxMaker(ForceFieldRelaxMaker):
    """Relax atoms and cell with CHGNet."""

    name: str = "relax (CHGNet)"
    force_field_name: str = "CHGNet"
    force_threshold: float = ChgnetSettings().force_threshold
    optimizer: str = ChgnetSettings().optimizer
    ionic_step_data: tuple[str, ...] | None = ("energy",)

    @classmethod
    def from_settings(cls, settings: ChgnetSettings) -> Self:
        """Make the Maker from the specification's settings."""
        return cls(**settings.model_dump())

    def __post_init__(self) -> None:
        """Hand the settings to ASE."""
        super().__post_init__()
        self.optimizer_kwargs = {"optimizer": self.optimizer}
        self.relax_kwargs = {"fmax": self.force_threshold, "final_atoms_object_file": None}

    def digest_fields(self) -> dict[str, Any]:
        """Give everything besides the structure that determines the result."""
        return {
            "engine": "chgnet",
            "version": CHGNET_MODEL,
            "force_threshold": self.force_threshold,
            "optimizer": self.optimizer,
            "steps": self.steps,
        }

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies."""
        return CHGNET

    @job(output_schema=RelaxationDocument)
    def make(self, structure: Structure, prev_dir: str | Path | None = None) -> RelaxationDocument:
        """Relax a structure.

        Raises
        ------
        NotConvergedError
            The steps ran out; the last state is in `UNCONVERGED_FILE` where the job ran.
        """
        stages = [self._relax_once(plain(structure), prev_dir)]
        while _stopped_early(stages[-1]) and len(stages) <= MAX_RESTARTS:
            stages.append(self._relax_once(plain(stages[-1].structure), prev_dir))
        document = RelaxationDocument.from_force_field(
            stages,
            initial=structure,
            force_threshold=self.force_threshold,
            engine_version=CHGNET_MODEL,
        )
        return _converged(document)

    def _relax_once(
        self, structure: Structure, prev_dir: str | Path | None
    ) -> ForceFieldTaskDocument:
        return ForceFieldRelaxMaker.make.original(self, structure, prev_dir)

    def _get_calculator(self) -> Calculator:
        return _chgnet(CHGNET_MODEL)


@dataclass
class VaspRelaxMaker(BaseVaspMaker):
    """Relax atoms and cell with VASP, with the Materials Project's settings."""

    name: str = "relax (VASP)"
    input_set_generator: VaspInputSet = field(default_factory=lambda: input_set(VaspSettings()))
    # a killed run goes on from its last geometry
    run_vasp_kwargs: dict[str, Any] = field(
        default_factory=lambda: {"vasp_job_kwargs": {"auto_continue": True}}
    )

    @classmethod
    def from_settings(cls, settings: VaspSettings) -> Self:
        """Make the Maker from the specification's settings."""
        return cls(input_set_generator=input_set(settings))

    def digest_fields(self) -> dict[str, Any]:
        """Give everything besides the structure that determines the result."""
        return {
            "engine": "vasp",
            "input_set": type(self.input_set_generator).__name__,
            "incar": self.input_set_generator.user_incar_settings,
            "potcar_functional": self.input_set_generator.user_potcar_functional,
        }

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies: the campaign's, unless settings change it."""
        return vasp_scheme(self.input_set_generator)

    @job(output_schema=RelaxationDocument)
    def make(self, structure: Structure, prev_dir: str | Path | None = None) -> Response:
        """Relax a structure.

        Its oxidation states are kept for the run: the input set takes starting moments from them.

        Raises
        ------
        NotConvergedError
            The forces are above EDIFFG, whatever else the run says (a run that was stopped in time
            ends like one that converged).
        """
        response = BaseVaspMaker.make.original(
            self._for_one_run(), without_site_properties(structure), prev_dir
        )
        generator = self.input_set_generator
        document = RelaxationDocument.from_vasp(
            response.output,
            initial=structure,
            force_threshold=-generator.user_incar_settings["EDIFFG"],
            scheme=self.scheme,
            check_potcar=generator.user_potcar_functional != "PBE_54",
        )
        return Response(output=_converged(document), stored_data=response.stored_data)

    def _for_one_run(self) -> Self:
        """Copy this Maker with error handlers of its own.

        Custodian's default handlers are shared objects that remember earlier runs of a process.
        """
        run = {"handlers": DEFAULT_HANDLERS} | self.run_vasp_kwargs
        return replace(self, run_vasp_kwargs=deepcopy(run | {"handlers": list(run["handlers"])}))


def input_set(settings: VaspSettings) -> VaspInputSet:
    """Give the Materials Project's input set, converged as tightly as the campaign asks."""
    incar = {"EDIFF": EDIFF, **settings.incar, "EDIFFG": -settings.force_threshold}
    return MPRelaxSet(user_incar_settings=incar, user_potcar_functional=settings.potcar_functional)


def vasp_scheme(generator: VaspInputSet) -> EnergyScheme:
    """Name the energy scheme of an input set; changed settings make a scheme of their own."""
    changes = [
        f"{tag}={value}"
        for tag, value in sorted(generator.user_incar_settings.items())
        if tag not in NEUTRAL_INCAR
    ]
    if generator.user_potcar_functional != MPRelaxSet.CONFIG["POTCAR_FUNCTIONAL"]:
        changes.insert(0, f"release {generator.user_potcar_functional}")
    return VASP.model_copy(update={"potentials": ", ".join([VASP.potentials, *changes])})


def _stopped_early(stage: ForceFieldTaskDocument) -> bool:
    """Tell whether the optimizer was satisfied with forces that are above the threshold."""
    return finished(stage) and not stage.is_force_converged


def _converged(document: RelaxationDocument) -> RelaxationDocument:
    """Pass a converged document on; keep the evidence of another where the job ran."""
    if document.converged:
        return document
    evidence = Path.cwd() / UNCONVERGED_FILE
    dumpfn(document.model_dump(mode="json"), evidence)
    msg = (
        f"{document.formula} did not relax with {document.engine}: after {document.n_steps} steps "
        f"the largest force is {document.max_force:.3f} eV/Å (threshold "
        f"{document.force_threshold:g}). The last state is in {evidence}; allow more steps, or "
        "look for atoms that are too close in the initial structure."
    )
    raise NotConvergedError(msg)


@lru_cache(maxsize=1)
def _chgnet(model: str) -> Calculator:
    """Load CHGNet once per process: loading takes as long as several ionic steps."""
    from chgnet.model.dynamics import CHGNet, CHGNetCalculator

    with redirect_stdout(io.StringIO()):
        return CHGNetCalculator(CHGNet.load(model_name=model, verbose=False))
