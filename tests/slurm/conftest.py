"""A cluster of one node: a real Slurm, a MongoDB with users and TLS, and VASP's stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from standins.cluster import Cluster
from standins.mongo import SecureServer, secure_mongod
from standins.slurm import Slurm, running_slurm, why_not
from standins.vasp_cluster import equip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workflows.base.settings import MachineSettings


@pytest.fixture(scope="session")
def slurm() -> Iterator[Slurm]:
    """Yield a running Slurm; skip where there can be none."""
    if reason := why_not():
        pytest.skip(reason)
    with running_slurm() as running:
        yield running


@pytest.fixture
def mongo(machine_settings: MachineSettings) -> Iterator[SecureServer]:
    """Yield a mongod that a test may kill."""
    with secure_mongod(machine_settings) as server:
        yield server


@pytest.fixture
def cluster(
    slurm: Slurm, mongo: SecureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Cluster:
    """Return a cluster with the templates of cluster/ filled in, and its environment."""
    made = Cluster.make(tmp_path / "cluster", mongo)
    made.environment.update(slurm.environment)
    equip(made)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made
