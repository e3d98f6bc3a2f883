"""A real Slurm of one node: munged, slurmctld and slurmd with a configuration of their own."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue")
CLUSTER = "interphase-test"

# Jobs share cores and memory, so that a machine of two cores runs several. A node that missed its
# controller for a while (a busy machine) is taken back as soon as it answers.
CONFIGURATION = """\
ClusterName={cluster}
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
PluginDir={plugins}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MinJobAge=300
KillWait=1
OverTimeLimit=0
InactiveLimit=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={slots} State=UNKNOWN
PartitionName=test Nodes={host} Default=YES MaxTime=INFINITE OverSubscribe=YES:{slots} State=UP
"""


@dataclass(frozen=True)
class Slurm:
    """A running Slurm."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What its commands need."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def run(self, *words: str) -> str:
        """Run one of its commands."""
        environment = os.environ | self.environment
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def submit(self, script: str, *options: str) -> str:
        """Submit a script; return the job's id."""
        words = ("sbatch", "--parsable", "--chdir", str(self.folder), *options, "--wrap", script)
        return self.run(*words).strip()

    def state(self, job: str) -> str:
        """Return the state of a job as Slurm has it."""
        return self.run("squeue", "-h", "-t", "all", "-j", job, "-o", "%T").strip()

    def await_state(self, job: str, *states: str, seconds: float = 60) -> str:
        end = time.monotonic() + seconds
        while (state := self.state(job)) not in states:
            assert time.monotonic() < end, f"job {job} is {state}, not {states}"
            time.sleep(0.1)
        return state

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def why_not() -> str | None:
    """Say why there can be no Slurm here; None if there can."""
    if missing := [program for program in PROGRAMS if not _find(program)]:
        return f"no {', '.join(missing)}: apt install slurm-wlm munge"
    if os.geteuid() != 0:
        return "Slurm's daemons are started by root here"
    return None


@contextmanager
def running_slurm(slots: int = 4) -> Iterator[Slurm]:
    """Run a Slurm that takes so many jobs of one core at a time, whatever the machine has."""
    folder = Path(tempfile.mkdtemp(prefix="ip-"))
    folder.chmod(0o755)
    slurm = Slurm(folder)
    _configure(slurm, slots)
    daemons: list[subprocess.Popen[bytes]] = []
    try:
        daemons.append(_start(slurm, "munged", *_munge_arguments(folder)))
        _await((folder / "munge.socket").exists, slurm)
        daemons.append(_start(slurm, "slurmctld", "-D"))
        daemons.append(_start(slurm, "slurmd", "-D"))
        _await(lambda: _is_idle(slurm), slurm)
        yield slurm
    finally:
        with contextlib.suppress(AssertionError, IndexError):
            slurm.run("scancel", "--full", "--partition", "test")
        for daemon in reversed(daemons):
            _end(daemon)
        shutil.rmtree(folder)


def _configure(slurm: Slurm, slots: int) -> None:
    folder = slurm.folder
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "munge.key").touch(mode=0o600)
    (folder / "munge.key").write_bytes(secrets.token_bytes(128))
    host = socket.gethostname().partition(".")[0]
    (folder / "slurm.conf").write_text(
        CONFIGURATION.format(
            cluster=CLUSTER,
            host=host,
            folder=folder,
            ports=_free_ports(2),
            plugins=_plugins(),
            slots=slots,
        )
    )


def _munge_arguments(folder: Path) -> list[str]:
    files = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munge.pid"}
    files |= {"log-file": "munge.log", "seed-file": "munge.seed"}
    options = [f"--{option}={folder / name}" for option, name in files.items()]
    return ["--foreground", "--force", *options]


def _start(slurm: Slurm, program: str, *arguments: str) -> subprocess.Popen[bytes]:
    with (slurm.folder / f"{program}.out").open("wb") as out:
        return subprocess.Popen(
            [str(_find(program)), *arguments],
            env=os.environ | slurm.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # what they send to their process group is not for pytest
        )


def _is_idle(slurm: Slurm) -> bool:
    with contextlib.suppress(AssertionError):
        return slurm.run("sinfo", "-h", "-o", "%t").strip() in {"idle", "mix"}
    return False


def _await(condition: object, slurm: Slurm, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    assert callable(condition)
    while not condition():
        if time.monotonic() > end:
            texts = [
                f"{p.name}:\n{p.read_text()[-3000:]}" for p in slurm.folder.glob("*.[lo][ou]*")
            ]
            msg = "Slurm does not start:\n" + "\n".join(texts)
            raise RuntimeError(msg)
        time.sleep(0.1)


def _end(daemon: subprocess.Popen[bytes]) -> None:
    children = psutil.Process(daemon.pid).children(recursive=True) if daemon.poll() is None else []
    daemon.terminate()
    try:
        daemon.wait(20)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def _find(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _plugins() -> str:
    found = sorted(Path("/usr/lib").glob("*/slurm*/auth_munge.so"))
    found += sorted(Path("/usr/lib").glob("slurm*/auth_munge.so"))
    return ":".join(dict.fromkeys(str(path.parent) for path in found)) or "/usr/lib/slurm"


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
