"""A worker: one process that launches the campaign's rockets one after the other.

``python -m workflows.dispatch.worker``; `workflows.dispatch.local_run` starts it with the database
in its environment.
"""

import ctypes
import os
import signal
import socket
import sys
import time
import warnings
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # prctl(2)
_IDLE_SECONDS = 0.5


def main() -> int:
    """Launch rockets in the working directory until the parent process stops this one."""
    _die_with_parent(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    warnings.filterwarnings("ignore")
    import jobflow
    from fireworks import FWorker
    from fireworks.core.rocket_launcher import rapidfire

    from workflows.storage.database import worker_database

    with worker_database() as database:
        jobflow.SETTINGS.JOB_STORE = database.job_store
        worker = FWorker(name=f"{socket.gethostname()}-{os.getpid()}")
        while True:
            rapidfire(
                database.launchpad,
                worker,
                m_dir=str(Path.cwd()),
                sleep_time=_IDLE_SECONDS,
                strm_lvl="WARNING",
            )
            time.sleep(_IDLE_SECONDS)


def _die_with_parent(parent: int) -> None:
    """End this process when its parent is killed: nothing would watch it any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the run that started this worker is gone")


if __name__ == "__main__":
    sys.exit(main())
