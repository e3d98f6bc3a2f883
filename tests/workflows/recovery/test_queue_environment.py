"""The environment of a person does not steer what the queue's commands answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from workflows.recovery.batch_job import JobReport, JobState, queue_environment
from workflows.recovery.slurm import Slurm

if TYPE_CHECKING:
    from pathlib import Path

# Slurm's own squeue heeds these although --jobs names the job (seen with 22.05).
SQUEUE = """#!/bin/bash
for word in "$@"; do case $word in --jobs=*) ids=,${word#--jobs=},;; esac; done
for job in 7:RUNNING:long 8:PENDING:debug; do IFS=: read -r id state part <<< "$job"
  case $ids in *,$id,*) ;; *) continue;; esac
  [ -n "$SQUEUE_PARTITION" ] && [ "$SQUEUE_PARTITION" != "$part" ] && continue
  [ -n "$SQUEUE_USERS" ] && continue
  echo "$id|$state"; done
"""


@pytest.fixture
def squeue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a squeue without JSON on the PATH, and no accounting."""
    for name, text in (("squeue", SQUEUE), ("sacct", "#!/bin/bash\nexit 1\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


@pytest.mark.usefixtures("squeue")
@pytest.mark.parametrize("variable", ["SQUEUE_PARTITION", "SQUEUE_USERS"])
def test_the_taste_of_a_person_hides_no_job(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "debug")
    assert Slurm().ask(["7"]) == {"7": JobReport(JobState.ALIVE, "RUNNING")}


def test_what_says_where_the_queue_is_stays() -> None:
    kept = {"SLURM_CONF": "/etc/s", "PBS_SERVER": "pbs01", "PATH": "/bin", "SLURM_JWT": "t"}
    tastes = dict.fromkeys(
        ("SQUEUE_FORMAT", "SACCT_FORMAT", "SLURM_CLUSTERS", "SLURM_TIME_FORMAT", "PBS_O_WORKDIR"),
        "x",
    )
    german = {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}
    assert queue_environment(kept | tastes | german) == kept | {"LC_ALL": "C"}
