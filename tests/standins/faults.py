"""Random faults of a cluster, from a seed: rockets, batch jobs and the database die."""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from pymongo.errors import PyMongoError
from rich.console import Console

from standins.dispatcher import dispatching, launches, said
from standins.mongo import without
from workflows.base.settings import load_settings
from workflows.commands.recover import recover_command
from workflows.state.campaign_status import find_failures
from workflows.state.failures import FailureClass
from workflows.storage.campaign_location import find_place, open_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standins.cluster import Cluster
    from standins.slurm import Slurm

DOWNTIME = 4.0  # s without a database, a controller of the queue, or space
ASLEEP = 40.0  # s that a rocket is stopped: longer than a step may take to say where it runs
LOOK = 3.0  # s between two calls of `interphase recover` without a fault


@dataclass
class Chaos:
    """Keeps batch jobs running, breaks things, and calls `interphase recover` after each."""

    cluster: Cluster
    slurm: Slurm
    random: random.Random
    slots: int = 2
    downtime: float = DOWNTIME
    latest: float = 0.9  # part of the way at which the last fault is due
    faults: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    def run(self, plan: dict[str, int], *, seconds: float) -> float:
        """Break what `plan` counts, in random order and at random parts of the way.

        Returns
        -------
        How long the campaign took to its end, in seconds.
        """
        kinds = [kind for kind, number in plan.items() for _ in range(number)]
        self.random.shuffle(kinds)
        parts = sorted(self.random.uniform(0.02, self.latest) for _ in kinds)
        began = looked = time.monotonic()
        while not self.is_finished():
            assert time.monotonic() - began < seconds, "".join(self.said[-3:])
            self.fill()
            time.sleep(self.random.uniform(0.1, 0.5))
            due = bool(kinds) and self.progress() >= parts[0]
            # What cannot be broken at the moment (no VASP is running) lets the next go first.
            hit = next((kind for kind in kinds if self._break(kind)), None) if due else None
            if hit:
                self.faults[hit] += 1
                kinds.remove(hit)
                del parts[0]
                time.sleep(self.random.uniform(0.0, 1.0))
            if hit or time.monotonic() - looked > LOOK:
                self.recover()
                looked = time.monotonic()
        assert not kinds, f"the campaign ended before its faults: {kinds}"
        return time.monotonic() - began

    def progress(self) -> float:
        """Say which part of the campaign's workflows has landed."""
        with self.cluster.client() as client:
            database = client[self.cluster.database]
            nodes = database["nodes"].distinct("uuid")
            return len(database["jobs"].distinct("uuid", {"uuid": {"$in": nodes}})) / len(nodes)

    def recover(self) -> None:
        """Do what `interphase recover` does, without the seconds of its start."""
        text = io.StringIO()
        place = find_place(None, self.cluster.launchpad, load_settings())
        recover_command(
            place, None, classes=None, dry_run=False, console=Console(file=text, width=200)
        )
        self.said.append(text.getvalue())

    def fill(self) -> None:
        """Submit batch jobs until all slots are taken; qlaunch wrote their script."""
        (script,) = list(self.cluster.folder.glob("block_*/launcher_*/FW_submit.script"))[:1] or [
            self._first()
        ]
        for _ in range(self.slots - len(self._jobs())):
            self.slurm.run("sbatch", "--chdir", str(script.parent), str(script))

    def is_finished(self) -> bool:
        """Return True if every step has ended."""
        with self.cluster.client() as client:
            steps = client[self.cluster.database]["fireworks"]
            nodes = client[self.cluster.database]["nodes"].distinct("uuid")
            landed = client[self.cluster.database]["jobs"].distinct(
                "uuid", {"uuid": {"$in": nodes}}
            )
            return len(landed) == len(nodes) and not steps.count_documents(
                {"state": {"$nin": ["COMPLETED", "FIZZLED"]}}
            )

    def _first(self) -> Path:
        self.cluster.run("qlaunch", "rapidfire", "--nlaunches", "1")
        (script,) = self.cluster.folder.glob("block_*/launcher_*/FW_submit.script")
        return script

    def _jobs(self) -> list[str]:
        return self.slurm.run("squeue", "-h", "-o", "%A").split()

    def _break(self, kind: str) -> bool:
        done: bool = getattr(self, f"_{kind}")()
        return done

    def _rocket(self) -> bool:
        """Kill -9 a rocket; VASP outlives it for a moment."""
        if rocket := self._any_rocket():
            rocket.kill()
        return rocket is not None

    def _scancel(self) -> bool:
        jobs = self.slurm.run("squeue", "-h", "-t", "RUNNING", "-o", "%A").split()
        if jobs:
            self.slurm.run("scancel", self.random.choice(sorted(jobs)))
        return bool(jobs)

    def _mongod(self) -> bool:
        """Kill -9 the database, and start it again after some seconds."""
        with without(self.cluster.server):
            time.sleep(self.downtime)
        while True:
            with contextlib.suppress(PyMongoError), self.cluster.client() as client:
                client[self.cluster.database].list_collection_names()
                return True

    def _any_rocket(self) -> psutil.Process | None:
        rockets = [p for p in psutil.process_iter(["cmdline"]) if self._is_rocket(p)]
        rockets.sort(key=lambda process: process.pid)
        return self.random.choice(rockets) if rockets else None

    def _is_rocket(self, process: psutil.Process) -> bool:
        words = process.info["cmdline"] or []
        try:
            mine = process.environ().get("SLURM_CONF") == self.slurm.environment["SLURM_CONF"]
            return mine and any(word.endswith("rlaunch") for word in words)
        except psutil.Error:
            return False


@dataclass
class Unattended(Chaos):
    """Breaks things behind the back of `interphase dispatch`, which is all that repairs them."""

    process: subprocess.Popen[bytes] | None = None

    def run(self, plan: dict[str, int], *, seconds: float) -> float:
        words = ("--jobs", str(self.slots), "--recover-every", "0.1")
        with dispatching(self.cluster, *words) as self.process:
            took = super().run(plan, seconds=seconds)
            assert self.process.wait(120) == 0, self.said[-1:]
        return took

    def fill(self) -> None:
        """Leave it to the dispatcher, which must be alive."""
        self.said = [said(self.cluster)[-2000:]]
        assert self.process
        ended = self.process.poll()
        assert ended is None or (ended == 0 and self.is_finished()), self.said

    def recover(self) -> None:
        """Leave it to the dispatcher."""

    def is_finished(self) -> bool:
        try:
            return super().is_finished()
        except PyMongoError:
            return False

    def _slurmctld(self) -> bool:
        """Keep the controller from answering for some seconds."""
        daemon = psutil.Process(int((self.slurm.folder / "slurmctld.pid").read_text()))
        daemon.suspend()
        time.sleep(self.downtime)
        daemon.resume()
        return True

    def _zombie(self) -> bool:
        """Stop a rocket, and let it go on when it has been silent for long."""
        if rocket := self._any_rocket():
            with contextlib.suppress(psutil.NoSuchProcess):
                rocket.suspend()
                time.sleep(ASLEEP)
                rocket.resume()
        return rocket is not None

    def _disk(self) -> bool:
        """Leave no space where VASP runs, for some seconds."""
        if not self._folders_of_vasp():
            return False
        filler = launches(self.cluster) / "filler"
        assert filler.parent.is_mount(), "the disk to fill must be one of its own"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(bytes(2**16)):
                pass
        time.sleep(DOWNTIME)
        filler.unlink()
        return True

    def _program(self) -> bool:
        """Take VASP away until a step fails for it; put it back, and do what `status` says."""
        programs = [self.cluster.folder / name for name in ("vasp_std", "vasp_gam")]
        for program in programs:
            program.rename(program.with_suffix(".away"))
        while not self._has_failed(FailureClass.PROGRAM):
            time.sleep(0.5)
        for program in programs:
            program.with_suffix(".away").rename(program)
        time.sleep(DOWNTIME)
        self.cluster.run("interphase", "recover", "--class", "program")
        return True

    def _has_failed(self, failure_class: FailureClass) -> bool:
        settings = load_settings()
        place = find_place(None, self.cluster.launchpad, settings)
        with open_place(place, settings) as database:
            failures = find_failures(database, database.nodes.distinct("uuid"))
        return failure_class in {failure.failure_class for failure in failures}

    def _folder(self) -> bool:
        """Remove the folder in which VASP is running."""
        folders = self._folders_of_vasp()
        if folders:
            shutil.rmtree(self.random.choice(folders), ignore_errors=True)
        return bool(folders)

    def _folders_of_vasp(self) -> list[Path]:
        with self.cluster.client() as client:
            launches = client[self.cluster.database]["launches"]
            running = sorted(x["launch_dir"] for x in launches.find({"state": "RUNNING"}))
        return [folder for folder in map(Path, running) if (folder / "standin").is_dir()]


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Put a disk of its own at a folder, small enough to be filled; root alone can."""
    folder.mkdir()
    mount, size = str(shutil.which("mount")), f"size={megabytes}m"
    subprocess.run([mount, "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run([str(shutil.which("umount")), "--lazy", str(folder)], check=True)


@dataclass(frozen=True)
class Tally:
    """What VASP's stand-in says it did, per job."""

    ends: Counter[str]
    steps: Counter[str]
    starts: Counter[str]

    @classmethod
    def of(cls, folder: Path) -> Tally:
        """Read the records of all folders in which a job ran."""
        from makers.engines.vasp.vasp_folder import owner_of

        tally = cls(Counter(), Counter(), Counter())
        for record in folder.glob("**/standin"):
            owner = str(owner_of(record.parent))
            tally.ends[owner] += _lines(record / "ends")
            tally.steps[owner] += _lines(record / "steps.jsonl")
            tally.starts[owner] += len(list(record.glob("INCAR.*")))
        return tally


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """List where two documents differ by more than rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        if set(one) != set(other):
            return [f"{where}: {set(one) ^ set(other)}"]
        return [d for key in one for d in differences(one[key], other[key], f"{where}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f"{where}[{i}]")]
    if isinstance(one, float) and isinstance(other, float):
        return [] if abs(one - other) < 1e-6 else [f"{where}: {one} and {other}"]
    return [] if one == other else [f"{where}: {one!r} and {other!r}"]
