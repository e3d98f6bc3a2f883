"""A cluster's configuration, made from the templates of cluster/ as a user makes it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymongo import MongoClient

    from standins.mongo import SecureServer

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "cluster"
LAUNCHPAD = ROOT / "launchpad.yaml"
USER = "researcher"

# Files that may hold the password.
SECRET_FILES = ("my_launchpad.yaml", "jobflow.yaml")


@dataclass(frozen=True)
class Cluster:
    """A folder of configuration files, and a database of its own."""

    folder: Path
    database: str
    password: str
    server: SecureServer
    environment: dict[str, str]

    @classmethod
    def make(cls, folder: Path, server: SecureServer) -> Cluster:
        """Fill the templates in."""
        password = f"hunter2:/@?#%{secrets.token_hex(4)}"  # hard to quote, easy to search for
        folder.mkdir()
        database = server.new_database(USER, password)
        cluster = cls(folder, database, password, server, _environment(folder))
        cluster._write()
        return cluster

    @property
    def launchpad(self) -> Path:
        return self.folder / "my_launchpad.yaml"

    def client(self) -> MongoClient[Any]:
        return self.server.client(USER, self.password, self.database)

    def command(self, *words: str) -> list[str]:
        """Complete a command: `interphase` is this tree's, FireWorks' are those installed."""
        if words[0] == "interphase":
            return [sys.executable, "-m", "workflows.cli.main", *words[1:]]
        return [str(Path(sys.executable).parent / words[0]), *words[1:]]

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command as a person on the cluster does."""
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert not check or done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done

    def edit(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change a configuration file."""
        path = self.folder / name
        content = yaml.safe_load(path.read_text())
        change(content)
        path.write_text(yaml.safe_dump(content))

    def _write(self) -> None:
        names = {"my_qadapter_slurm.yaml": "my_qadapter.yaml", LAUNCHPAD.name: SECRET_FILES[0]}
        for template in (*TEMPLATES.glob("*.yaml"), LAUNCHPAD):
            path = self.folder / names.get(template.name, template.name)
            shutil.copy(template, path)
            path.chmod(0o600 if path.name in SECRET_FILES else 0o644)
        self.edit("my_launchpad.yaml", self._launchpad)
        self.edit("jobflow.yaml", self._jobflow)
        self.edit("FW_config.yaml", self._fireworks)
        for template in self.folder.glob("my_qadapter*.yaml"):
            self.edit(template.name, _set_up)

    def _launchpad(self, content: dict[str, Any]) -> None:
        content.update(self._login(), name=self.database, authsource=self.database)
        content["mongoclient_kwargs"]["tlsCAFile"] = str(self.server.certificate)

    def _jobflow(self, content: dict[str, Any]) -> None:
        store = content["JOB_STORE"]
        for part in (store["docs_store"], store["additional_stores"]["data"]):
            part.update(self._login(), database=self.database, auth_source=self.database)
            part["mongoclient_kwargs"]["tlsCAFile"] = str(self.server.certificate)

    def _fireworks(self, content: dict[str, Any]) -> None:
        for key in ("LAUNCHPAD_LOC", "FWORKER_LOC", "QUEUEADAPTER_LOC"):
            content[key] = str(self.folder / Path(content[key]).name)

    def _login(self) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": self.server.port,
            "username": USER,
            "password": self.password,
        }


def _set_up(content: dict[str, Any]) -> None:
    # the rest of a job's environment is that of `sbatch`
    content.update(account="screening", pre_rocket=f"PATH={Path(sys.executable).parent}:$PATH\n")


def _environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("INTERPHASE_", "FWAPP_"))}
    return {
        **kept,
        "HOME": str(folder.parent),
        "FW_CONFIG_FILE": str(folder / "FW_config.yaml"),
        "JOBFLOW_CONFIG_FILE": str(folder / "jobflow.yaml"),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "200",
    }
