"""Fixtures of a cluster: a MongoDB server with users and TLS, and configuration files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from standins.cluster import Cluster
from standins.mongo import SecureServer, secure_mongod

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workflows.base.settings import MachineSettings


@pytest.fixture(scope="session")
def secure_server(machine_settings: MachineSettings) -> Iterator[SecureServer]:
    """Yield a mongod with --auth and TLS."""
    with secure_mongod(machine_settings) as server:
        yield server


@pytest.fixture
def cluster(secure_server: SecureServer, tmp_path: Path) -> Iterator[Cluster]:
    """Yield a cluster's configuration on a fresh database, with a user who may use that alone."""
    made = Cluster.make(tmp_path / "cluster", secure_server)
    yield made
    secure_server.drop(made.database)
