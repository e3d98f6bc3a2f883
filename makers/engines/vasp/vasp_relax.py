"""Relaxations with VASP under custodian, from a force field's minimum if requested.

Importing this module loads atomate2 (2 s): only `VaspEngine.maker` does so.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

from atomate2.vasp.jobs.base import BaseVaspMaker, get_vasp_task_document
from atomate2.vasp.run import DEFAULT_HANDLERS
from emmet.core.tasks import TaskDoc
from jobflow import CURRENT_JOB, JobConfig, Response, job
from pymatgen.core import Structure
from pymatgen.io.vasp.sets import VaspInputSet

from analysis.energies.schemes import EnergyScheme
from makers.convergence import converged
from makers.engines.second_stage import require_prerelaxed
from makers.engines.vasp.atomate2_settings import require_settings
from makers.engines.vasp.raw_output import check_store, store_task_document, tidy
from makers.engines.vasp.vasp_damage import has_numbers, may_be_read
from makers.engines.vasp.vasp_document import vasp_document
from makers.engines.vasp.vasp_evidence import evidence_added
from makers.engines.vasp.vasp_folder import Standing, VaspFolder, marked_processes
from makers.engines.vasp.vasp_inputs import input_set, vasp_scheme
from makers.engines.vasp.vasp_programs import require_command
from makers.engines.vasp.vasp_report import run_notes, stopped_at_walltime
from makers.engines.vasp.vasp_scheme import contradicted_valences, ions_of
from makers.engines.vasp.vasp_settings import VASP_NAME, RawOutput, VaspSettings
from makers.schemas import RelaxationDocument, moved, prerelaxation, without_site_properties


@dataclass
class VaspRelaxMaker(BaseVaspMaker):
    """Relax atoms and cell with VASP, with the Materials Project's settings.

    The folder of the job shows its progress: a job that runs there again continues from the
    last geometry, or reads the finished run.
    """

    name: str = "relax (VASP)"
    input_set_generator: VaspInputSet = field(default_factory=lambda: input_set(VaspSettings()))
    run_vasp_kwargs: dict[str, Any] = field(
        default_factory=lambda: {"vasp_job_kwargs": {"auto_continue": True}}
    )
    # an unconverged run is judged, with its evidence, once it has been read
    stop_children_kwargs: dict[str, Any] = field(
        default_factory=lambda: {"handle_unsuccessful": False}
    )
    # no result needs them, and they need charge densities
    task_document_kwargs: dict[str, Any] = field(
        default_factory=lambda: {"run_bader": False, "run_ddec6": False}
    )
    keep_raw_output: RawOutput = RawOutput.FILES

    @classmethod
    def from_settings(cls, settings: VaspSettings) -> Self:
        """Make the Maker from the specification's settings."""
        return cls(
            input_set_generator=input_set(settings), keep_raw_output=settings.keep_raw_output
        )

    def digest_fields(self) -> dict[str, Any]:
        """Return everything besides the structure that determines the result."""
        return {
            "engine": VASP_NAME,
            "input_set": type(self.input_set_generator).__name__,
            "incar": self.input_set_generator.user_incar_settings,
            "potcar_functional": self.input_set_generator.user_potcar_functional,
        }

    @property
    def engine(self) -> str:
        """The engine's name in the registry."""
        return VASP_NAME

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies: the campaign's, unless settings change it."""
        return vasp_scheme(self.input_set_generator)

    @job(output_schema=RelaxationDocument, config=JobConfig(expose_store=True))
    def make(
        self,
        structure: Structure,
        prev_dir: str | Path | None = None,
        *,
        prerelaxed: RelaxationDocument | Literal["no"] | None = "no",
    ) -> Response:
        """Relax a structure.

        Its oxidation states are kept for the run: the input set takes starting moments from them.

        Parameters
        ----------
        structure
            The crystal.
        prev_dir
            Folder of an earlier VASP run whose outputs are copied first, as atomate2 does.
        prerelaxed
            The same crystal relaxed with a force field: VASP starts from it. None if that failed.

        Raises
        ------
        InputError
            A setting of atomate2 on this machine would lose the run or change its energy.
        NotConvergedError
            The forces are above EDIFFG, even if the run looks converged (a run that was stopped in
            time ends like a converged one).
        """
        require_settings()
        before = None if prerelaxed == "no" else require_prerelaxed(prerelaxed)
        check_store(self.keep_raw_output, CURRENT_JOB.store)
        folder = VaspFolder(Path.cwd(), CURRENT_JOB.job.uuid)
        start = structure if before is None else moved(structure, before.structure)
        task = self._run_or_read(folder, without_site_properties(start), prev_dir)
        document = self._document(task, structure, folder, before)
        if not document.converged:
            folder.reopen()
        checked = converged(document, stopped=stopped_at_walltime(task))
        if self.keep_raw_output is RawOutput.TASK_DOCUMENT:
            checked.task_document = store_task_document(
                task, CURRENT_JOB.store, job_uuid=folder.owner
            )
        tidy(folder.path, self.keep_raw_output)
        return Response(output=checked, stored_data={"custodian": task.custodian})

    def _run_or_read(
        self, folder: VaspFolder, structure: Structure, prev_dir: str | Path | None
    ) -> TaskDoc:
        standing = folder.take()
        if standing is Standing.FINISHED:
            if task := read_run(folder.path, **self.task_document_kwargs):
                return task
            folder.reopen()
            standing = Standing.INTERRUPTED
        require_command(self.run_vasp_kwargs.get("vasp_cmd"))
        if standing is Standing.INTERRUPTED:
            folder.resume()
        with marked_processes(folder.path), evidence_added(folder.path):
            run = BaseVaspMaker.make.original(self._for_one_run(), structure, prev_dir)
        return run.output

    def _document(
        self,
        task: TaskDoc,
        initial: Structure,
        folder: VaspFolder,
        before: RelaxationDocument | None,
    ) -> RelaxationDocument:
        generator = self.input_set_generator
        document = vasp_document(
            task,
            initial=initial,
            force_threshold=-generator.user_incar_settings["EDIFFG"],
            scheme=self.scheme,
            check_potcar=generator.user_potcar_functional != "PBE_54",
            earlier=folder.earlier_energies(),
        )
        document.notes = [
            *run_notes(task, interruptions=folder.interruptions),
            *contradicted_valences(generator, ions_of(initial)),
        ]
        if before is not None:
            document.prerelaxation = prerelaxation(before)
        return document

    def _for_one_run(self) -> Self:
        """Copy this Maker with its own error handlers.

        Custodian's default handlers are shared objects that remember earlier runs of a process.
        """
        run = {"handlers": DEFAULT_HANDLERS} | self.run_vasp_kwargs
        return replace(
            self, run_vasp_kwargs=deepcopy(run | {"handlers": list(run["handlers"] or ())})
        )


def read_run(path: Path, **settings: Any) -> TaskDoc | None:
    """Read a finished run; None if a damaged file keeps it from being read."""
    if not may_be_read(path):
        return None
    try:
        task = get_vasp_task_document(path, **settings)
    except Exception:  # noqa: BLE001  emmet raises anything on a file that is cut off
        return None
    return task if has_numbers(task) else None
