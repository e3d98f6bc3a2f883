"""`interphase dispatch` as a process of its own."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from standins.cluster import Cluster

LOG = "dispatch.log"
LAUNCHES = "launches"


def launches(cluster: Cluster) -> Path:
    """Return the folder below which its steps run."""
    return cluster.folder / LAUNCHES


@contextmanager
def dispatching(cluster: Cluster, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a dispatcher; kill it at the end if it still runs."""
    with (cluster.folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            cluster.command("interphase", "dispatch", "--launches", LAUNCHES, *words),
            cwd=cluster.folder,
            env=cluster.environment | {"PYTHONUNBUFFERED": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(cluster: Cluster) -> str:
    """Return what the dispatcher has printed."""
    return (cluster.folder / LOG).read_text()
