"""What an earlier launch of a VASP job left in its folder, and how to continue from there.

A rerun job repeats nothing in its folder: a finished run is read, an interrupted one continues
from its last geometry with the repairs that custodian had made.
"""

import json
import math
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import psutil
from monty.serialization import dumpfn
from monty.shutil import decompress_dir
from pymatgen.io.vasp.inputs import Incar

from makers.engines.vasp.vasp_damage import (
    CONTINUE_FILE,
    DAMAGED,
    forms,
    is_geometry,
    read_incar,
    read_json,
    read_kpoints,
    set_aside,
    set_damaged_aside,
    vasp_files,
)

OWNER_FILE: Final = "vasp_job.json"

# VASP outlives a killed rocket (custodian starts it in a new session): its processes are known
# by this variable of their environment.
FOLDER_VARIABLE: Final = "VASP_RUN_FOLDER"

# A line without its end was cut off, perhaps within the number.
_IONIC_STEP: Final = re.compile(r"^\s*\d+\s+F=\s*\S+\s+E0=\s*(\S+).*\n", re.MULTILINE)
# What VASP writes last, and when the forces are below EDIFFG.
_SIGNS_OF_THE_END: Final = {
    "vasprun.xml": "</modeling>",
    "OUTCAR": "General timing and accounting",
    "vasp.out": "reached required accuracy",
}
_TAIL_BYTES: Final = 20_000

_ORPHAN_SECONDS: Final = 10.0
_PARTIAL: Final = "interphase.part"  # not a name that emmet or custodian use


class Standing(StrEnum):
    """How far VASP came in a folder."""

    NEW = "new"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"


@dataclass(frozen=True)
class VaspFolder:
    """A folder in which one job runs VASP.

    Parameters
    ----------
    path
        The folder.
    owner
        uuid of the job: files of another job are not used.
    """

    path: Path
    owner: str

    def take(self) -> Standing:
        """Take the folder for its job, and return how far VASP came for that job.

        VASP processes that a killed launch left behind on this machine are ended: two of them in
        one folder would write into the same files.
        """
        end_orphans(self.path)
        is_own = self._is_own
        set_damaged_aside(self.path)
        if not is_own:
            self._forget()
        if owner_of(self.path) != self.owner:
            _write(self.path / OWNER_FILE, {"uuid": self.owner})
        return self.standing

    @property
    def _is_own(self) -> bool:
        """Return True if the job itself ran here before, or nobody can tell.

        A job is sent to a folder in which it ran. So a damaged note of its owner is its own; one
        that cannot be read, as from a file system that is away, ends this launch.
        """
        found = [form for form in forms(self.path / OWNER_FILE) if form.exists()]
        return bool(found) and owner_of(self.path) in {self.owner, None} and _are_read(found)

    def _forget(self) -> None:
        """Set aside what another job left: custodian would unpack its inputs over those of this."""
        for name in (CONTINUE_FILE, OWNER_FILE):
            for form in forms(self.path / name):
                form.unlink(missing_ok=True)
        for path in vasp_files(self.path):
            set_aside(path, "earlier")

    @property
    def standing(self) -> Standing:
        """Return how far VASP came for the job, without changing anything."""
        if not self._is_own:
            return Standing.NEW
        if self.path.joinpath(CONTINUE_FILE).exists():
            return Standing.FINISHED if self._is_complete() else Standing.INTERRUPTED
        if any(form.exists() for form in forms(self.path / "vasprun.xml")):
            return Standing.FINISHED
        # finished, and what it wrote was lost: its geometry is as good as that of a run cut off
        geometry = any(is_geometry(form) for form in forms(self.path / "CONTCAR"))
        return Standing.INTERRUPTED if geometry else Standing.NEW

    def _is_complete(self) -> bool:
        """Return True if VASP finished and converged, even if custodian did not notice."""
        return all(sign in _tail(self.path / name) for name, sign in _SIGNS_OF_THE_END.items())

    def resume(self) -> None:
        """Make custodian continue from the last geometry, with the inputs it had repaired.

        Custodian copies CONTCAR to POSCAR after the job has rewritten its inputs. VASP
        empties CONTCAR when it starts: killed before its first step, POSCAR holds the geometry.
        """
        decompress_dir(self.path)
        self.path.joinpath("STOPCAR").unlink(missing_ok=True)
        if not is_geometry(self.path / "CONTCAR"):
            if not is_geometry(self.path / "POSCAR"):
                self.path.joinpath(CONTINUE_FILE).unlink(missing_ok=True)
                return
            _copy(self.path / "POSCAR", self.path / "CONTCAR")
        _write(self.path / CONTINUE_FILE, {"actions": self._actions()})

    def reopen(self) -> None:
        """Let the next launch continue from here, though VASP itself ended without an error."""
        if not self.path.joinpath(CONTINUE_FILE).exists():
            _write(self.path / CONTINUE_FILE, {"actions": []})

    @property
    def interruptions(self) -> int:
        """How often VASP was interrupted here."""
        damaged = self.path.glob(f"{DAMAGED}/*-prev_run-*")
        return len([*self.path.glob("prev_run.*.tar*"), *damaged])

    def earlier_energies(self) -> list[float]:
        """Give the energies (sigma -> 0, eV) of all ionic steps before the last start of VASP.

        NaN where VASP wrote none, such as the stars of a number that is too long for its field.
        """
        runs = {
            (member.mtime, text)
            for archive in self._archives
            for member, text in _members(archive, "OSZICAR")
        }
        return [_number(energy) for _, text in sorted(runs) for energy in _IONIC_STEP.findall(text)]

    @property
    def _archives(self) -> list[Path]:
        """What custodian kept of earlier starts of VASP."""
        return [*self.path.glob("prev_run.*.tar*"), *self.path.glob("error.*.tar*")]

    def _actions(self) -> list[dict[str, Any]]:
        """Return the changes that turn the job's fresh inputs into those of the interrupted run."""
        repairs: dict[str, dict[str, Any]] = self._earlier_repairs()
        repairs["INCAR"] = repairs.get("INCAR", {}) | self._incar_repairs() | {"ISTART": 1}
        repairs |= self._kpoints_repairs()
        return [
            {"file": "CONTCAR", "action": {"_file_copy": {"dest": "POSCAR"}}},
            *({"dict": name, "action": {"_set": tags}} for name, tags in repairs.items()),
        ]

    def _incar_repairs(self) -> dict[str, Any]:
        """Return the INCAR tags that were changed since the job wrote them."""
        if not self._was_changed("INCAR"):
            return {}
        original = self.path / "INCAR.orig"
        changed = read_incar(self.path / "INCAR", original)
        if changed is None:
            return {}
        before = dict(Incar.from_file(original))
        return {tag: value for tag, value in changed.items() if before.get(tag) != value}

    def _kpoints_repairs(self) -> dict[str, dict[str, Any]]:
        """Return the k-points if they were changed since the job wrote them."""
        if not self._was_changed("KPOINTS"):
            return {}
        changed = read_kpoints(self.path / "KPOINTS", self.path / "KPOINTS.orig")
        if changed is None:
            return {}
        # custodian would make an object of what names its class
        mesh = {key: value for key, value in changed.as_dict().items() if not key.startswith("@")}
        return {"KPOINTS": mesh}

    def _was_changed(self, name: str) -> bool:
        original, current = self.path / f"{name}.orig", self.path / name
        there = original.exists() and current.exists()
        return there and original.read_bytes() != current.read_bytes()

    def _earlier_repairs(self) -> dict[str, dict[str, Any]]:
        """Return the repairs that an earlier continuation kept; none if its file is no good."""
        try:
            actions = json.loads((self.path / CONTINUE_FILE).read_bytes())["actions"]
            return {a["dict"]: dict(a["action"]["_set"]) for a in actions if "dict" in a}
        except (OSError, ValueError, LookupError, TypeError):
            return {}


def _are_read(files: Iterable[Path]) -> bool:
    """Return True; an error of the file system is raised."""
    return all(file.read_bytes() is not None for file in files if file.is_file())


def owner_of(path: Path) -> str | None:
    """Give the uuid of the job that last ran VASP in a folder; None if it is not known."""
    content = read_json(path / OWNER_FILE)
    uuid = content.get("uuid") if isinstance(content, dict) else None
    return str(uuid) if uuid else None


@contextmanager
def marked_processes(path: Path) -> Iterator[None]:
    """Mark the processes started meanwhile as running VASP in a folder."""
    os.environ[FOLDER_VARIABLE] = str(path.resolve())
    try:
        yield
    finally:
        del os.environ[FOLDER_VARIABLE]


def end_orphans(path: Path) -> list[int]:
    """Kill the processes on this machine that run VASP in a folder; return their ids."""
    folder = str(path.resolve())
    orphans = [p for p in psutil.process_iter() if _runs_in(p, folder) and p.pid != os.getpid()]
    for process in orphans:
        process.kill()
    psutil.wait_procs(orphans, timeout=_ORPHAN_SECONDS)
    return [process.pid for process in orphans]


def _runs_in(process: psutil.Process, folder: str) -> bool:
    try:
        return bool(process.environ().get(FOLDER_VARIABLE) == folder)
    except (psutil.Error, OSError):  # another user's, or gone
        return False


def _members(archive: Path, name: str) -> Iterator[tuple[tarfile.TarInfo, str]]:
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                is_meant = member.isfile() and Path(member.name).name == name
                if is_meant and (file := tar.extractfile(member)):
                    yield member, file.read().decode(errors="replace")
    except (tarfile.TarError, EOFError, OSError, zlib.error):  # cut off by a kill
        return


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _tail(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL_BYTES, 0))
        return file.read().decode(errors="replace")


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that a kill leaves the old one or the new one."""
    partial = target.with_name(_PARTIAL)
    shutil.copyfile(source, partial)
    partial.replace(target)


def _write(path: Path, content: dict[str, Any]) -> None:
    partial = path.with_name(_PARTIAL)
    dumpfn(content, partial, fmt="json")
    partial.replace(path)
