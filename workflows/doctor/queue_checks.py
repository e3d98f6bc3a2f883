"""What the queue would make of the template: its rockets, its resources, its set-up commands."""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from fireworks import fw_config
from fireworks.utilities.fw_serializers import load_object_from_file

from analysis.base.errors import DoubtError, InputError
from workflows.doctor.job_environment import JobEnvironment, run_set_up
from workflows.recovery.batch_job import run_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.doctor.checks import Look

_SUBMIT_COMMANDS: Final = {"SLURM": "sbatch", "PBS": "qsub"}
_NAMED_FILES: Final = ("FW_CONFIG_FILE", "JOBFLOW_CONFIG_FILE", "ATOMATE2_CONFIG_FILE")
_BUNDLES: Final = ("rapidfire", "multi")
_WALLTIME: Final = re.compile(r"(?:(\d+)-)?(\d+):(\d+):(\d+)")
# Of sbatch, where the controller or its configuration cannot be reached.
_NO_ANSWER: Final = ("Unable to contact", "configuration source", "refused", "timed out")


class QueueTemplate:
    """FireWorks' queue template on this machine: my_qadapter.yaml."""

    @cached_property
    def adapter(self) -> Any:
        """FireWorks' queue adapter; None if no template is set up.

        Raises
        ------
        InputError
            It cannot be read.
        """
        if self.file is None:
            return None
        try:
            return load_object_from_file(self.file)
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            msg = f"queue template {self.file} cannot be read: {error}"
            raise InputError(msg) from error

    @property
    def file(self) -> str | None:
        """Where it is, as FireWorks' configuration says."""
        found: str | None = fw_config.QUEUEADAPTER_LOC
        return found

    @property
    def can_submit(self) -> bool:
        """Whether jobs can be submitted from this machine."""
        command = _SUBMIT_COMMANDS.get(self.adapter.q_type) if self.adapter else None
        return bool(command and shutil.which(command))

    @cached_property
    def environment(self) -> JobEnvironment | None:
        """What jobs find; None if that cannot be known on this machine."""
        if not self.can_submit:
            return None
        return run_set_up(
            str(self.adapter.get("pre_rocket") or ""), inherits=self.adapter.q_type == "SLURM"
        )

    def find_program(self, name: str) -> bool | None:
        """Say whether jobs find a program; None if that cannot be known on this machine."""
        try:
            if self.environment:
                return self.environment.has_program(name)
            sets_up = self.adapter and self.adapter.get("pre_rocket")
        except InputError:  # the check of the template says so
            sets_up = False
        return bool(shutil.which(name)) or (None if sets_up else False)

    def checks(self) -> Mapping[str, Look]:
        """Return the checks of the template, by name."""
        looks: dict[str, Look] = {"queue template": self._check_rockets}
        try:
            if self.can_submit:
                looks["set-up of jobs"] = self._check_set_up
                if self.adapter.q_type == "SLURM":
                    looks["queue"] = self._check_queue
        except InputError:  # the first check says so
            pass
        return looks

    def _check_rockets(self) -> str:
        if self.adapter is None:
            msg = "no my_qadapter.yaml is set up here (cluster/): needed where jobs are submitted"
            raise DoubtError(msg)
        launch = str(self.adapter.get("rocket_launch"))
        require_rockets(launch, str(self.adapter.get("walltime")), str(self.file))
        if self.adapter.q_type in _SUBMIT_COMMANDS and not self.can_submit:
            command = _SUBMIT_COMMANDS[self.adapter.q_type]
            msg = f"{self.file} is for {self.adapter.q_type}, but there is no {command} here"
            raise DoubtError(msg)
        return f"{self.file}: {self.adapter.q_type}, {launch}"

    def _check_set_up(self) -> str:
        found = self.environment
        if found is None or found.failed:
            failed = found.failed if found else ()
            errors = f" ({'; '.join(found.errors)})" if found and found.errors else ""
            msg = f"pre_rocket of {self.file} fails here at `{'`, `'.join(failed)}`{errors}"
            raise InputError(msg)
        if lost := [each for each in self._programs() if not found.has_program(each)]:
            msg = (
                f"jobs would not find {', '.join(lost)}: activate this project's environment under "
                f"pre_rocket of {self.file}"
            )
            raise InputError(msg)
        named = [(name, found.variables[name]) for name in _NAMED_FILES if name in found.variables]
        if away := [f"{name}={path}" for name, path in named if not _is_file(path)]:
            msg = f"pre_rocket of {self.file} names files that are not there: {', '.join(away)}"
            raise InputError(msg)
        return f"pre_rocket runs, and jobs find {', '.join(self._programs())}"

    def _programs(self) -> list[str]:
        """Return what starts a rocket, and rlaunch where that runs it (interphase share)."""
        first, *others = shlex.split(str(self.adapter.get("rocket_launch")))
        return [first, *(word for word in others if Path(word).name == "rlaunch")]

    def _check_queue(self) -> str:
        with tempfile.TemporaryDirectory(prefix="interphase-") as folder:
            script = Path(folder, "FW_submit.script")
            script.write_text(self.adapter.get_script_str(folder), encoding="utf-8")
            code, out, err = run_command(["sbatch", "--test-only", str(script)])
        lines = [line.removeprefix("sbatch: ") for line in (out + err).splitlines() if line.strip()]
        said = lines[-1] if lines else "no answer"
        if code == 0:
            return f"Slurm would take the job: {said}"
        if any(words in out + err for words in _NO_ANSWER):
            msg = f"Slurm does not answer now: {said}"
            raise DoubtError(msg)
        msg = f"Slurm refuses the job of {self.file}: {said}; correct queue, account and resources"
        raise InputError(msg)


def require_rockets(launch: str, walltime: str, file: str) -> None:
    """Refuse rockets whose batch jobs would be lost, or killed in the middle of a step.

    Raises
    ------
    InputError
        The template starts something else than single rockets, or bundles without an end.
    """
    if "singleshot" in launch:
        return
    if not any(mode in shlex.split(launch) for mode in _BUNDLES):
        msg = (
            f"{file}: rocket_launch must be rlaunch singleshot (one step per batch job), or "
            "rlaunch rapidfire or multi with --timeout (cluster/my_qadapter_slurm_bundle.yaml)"
        )
        raise InputError(msg)
    timeout = re.search(r"--timeout[= ]+(\d+)", launch)
    limit = _seconds(walltime)
    if timeout is None or (limit and int(timeout[1]) >= limit):
        msg = (
            f"{file}: rockets take steps until the walltime kills one: give `{launch}` "
            f"a --timeout in seconds{f' below {limit}' if limit else ''}, the walltime less a step"
        )
        raise InputError(msg)


def _seconds(walltime: str) -> int | None:
    """Read a walltime; None if it is in none of the forms [days-]hours:minutes:seconds."""
    found = _WALLTIME.fullmatch(walltime.strip())
    if not found:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _is_file(path: str) -> bool:
    return Path(path).expanduser().is_file()
