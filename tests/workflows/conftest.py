"""A small real campaign, run by the real command: Li2ZrO3 against lithium with CHGNet."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
import yaml
from monty.serialization import dumpfn
from pydantic import SecretStr
from pymatgen.core import Lattice, Structure
from pymatgen.entries.computed_entries import ComputedStructureEntry
from pymongo.database import Database as MongoDatabase
from typer.testing import CliRunner

from analysis.base.errors import InputError
from analysis.energies.reference_phases import table_crystals, table_phases
from workflows.base.settings import MachineSettings
from workflows.cli.main import app, print_mistake
from workflows.specification.campaign import Campaign
from workflows.specification.planning import Plan, make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec
from workflows.storage.database import Database, open_database
from workflows.storage.indexes import ensure_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator

Spec = dict[str, Any]
COPY = "copy"  # of the campaign that has landed, as long as its database is at rest
Interphase = Callable[..., subprocess.CompletedProcess[str]]

CRYSTAL = Path(__file__).parents[1] / "data" / "li2zro3.cif"
COMMAND = Path(sys.executable).with_name("interphase")
ENVIRONMENT = {
    **{key: value for key, value in os.environ.items() if key != "INTERPHASE_MONGODB_URI"},
    "INTERPHASE_WORKERS": "2",
    "INTERPHASE_THREADS": "1",
    "FORCE_COLOR": "",
}
#: Commands that show what a campaign has: they start nothing.
LOOKS = {
    *("status", "query", "summary", "explain", "triage", "export", "provenance", "build"),
    *("report", "figures", "plan"),
}
PATIENCE = 600  # seconds; alone on two cores the campaign takes 30


def small_spec(**changes: Any) -> Spec:
    """Describe four compounds in a cell of 12 atoms, with a force threshold reached at once."""
    return {
        "name": "small",
        "host": {
            "crystal": str(CRYSTAL),
            "name": "LZO",
            "oxidation_states": {"Li": 1, "Zr": 4, "O": -2},
            "arrangements": 1,
        },
        "dopants": [
            {"element": "Nb", "valence": 5, "site": "Zr", "concentration": [0.5, 1]},
            {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.5},
            {"element": "Mg", "valence": 2, "site": "Li", "concentration": 0.5},
        ],
        "choices": 2,
        "engine": {"settings": {"force_threshold": 0.5}},
        **changes,
    }


def write_spec(folder: Path, spec: Spec) -> Path:
    """Write a specification beside a campaign's folder."""
    path = folder / f"{spec['name']}.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path


def run_interphase(*arguments: str | Path, workers: int = 2) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [COMMAND, *arguments],
        env=ENVIRONMENT | {"INTERPHASE_WORKERS": str(workers)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def call_interphase(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Call a command that only looks in this process, which has imported everything."""
    words = [str(each) for each in arguments]
    if words[0] not in LOOKS:
        return run_interphase(*words)
    with patch.dict(os.environ, ENVIRONMENT, clear=True):
        done = CliRunner().invoke(app, words)
    said = io.StringIO(done.stderr)
    said.seek(0, io.SEEK_END)
    if isinstance(done.exception, InputError):
        print_mistake(done.exception, said)
    elif not isinstance(done.exception, SystemExit | None):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, said.getvalue())


def start_interphase(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start the command without waiting for it."""
    return subprocess.Popen(
        [COMMAND, *arguments],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True)
class Contents:
    """What a campaign's database holds."""

    results: list[Spec]
    jobs: dict[str, Spec]
    launches: list[str]
    indexes: dict[str, list[tuple[str, ...]]]

    @classmethod
    def of(cls, folder: Path, settings: MachineSettings) -> Contents:
        """Read the database of a folder."""
        with open_database(folder, settings) as database:
            steps = {f["fw_id"]: f["name"] for f in database.fireworks.find()}
            return cls(
                results=list(database.results.find({}, {"_id": 0}).sort("job_uuid")),
                jobs={job["uuid"]: job for job in database.jobs.find({}, {"_id": 0})},
                launches=[steps[launch["fw_id"]] for launch in database.mongo["launches"].find()],
                indexes={
                    name: [
                        tuple(key for key, _ in index["key"])
                        for index in database.mongo[name].index_information().values()
                    ]
                    for name in ("results", "jobs", "workflows")
                },
            )

    def result(self, **values: Any) -> Spec:
        """Return the one result with these values."""
        found = [r for r in self.results if all(r[key] == v for key, v in values.items())]
        assert len(found) == 1, (values, found)
        return found[0]


@dataclass(frozen=True)
class Landed:
    """A campaign that has run to its end."""

    folder: Path
    spec: Path
    run: subprocess.CompletedProcess[str]
    contents: Contents


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """Yield a folder for campaigns, with a path as short as a user's."""
    folder = Path(tempfile.mkdtemp(prefix="ip-"))
    yield folder
    shutil.rmtree(folder)


def run_campaign(
    spec: Path, folder: Path, settings: MachineSettings, *options: str, workers: int = 1
) -> Landed:
    """Run a campaign and read what it leaves; each worker imports torch and atomate2 first."""
    run = run_interphase("run", spec, "--dir", folder, *options, workers=workers)
    assert "Traceback" not in run.stderr, run.stderr
    return Landed(folder, spec, run, Contents.of(folder, settings))


@pytest.fixture(scope="session")
def run_and_read() -> Callable[..., Landed]:
    """Return the function that runs a campaign and reads what it leaves."""
    return run_campaign


@pytest.fixture(scope="session")
def landed(scratch: Path, machine_settings: MachineSettings) -> Iterator[Landed]:
    """Yield the small campaign, run undisturbed; its server answers all who look."""
    spec = write_spec(scratch, small_spec())
    made = run_campaign(spec, scratch / "landed", machine_settings, workers=2)
    shutil.copytree(made.folder, scratch / COPY, ignore=shutil.ignore_patterns("*.lock"))
    with open_database(made.folder, machine_settings):
        yield made


@pytest.fixture
def copied(landed: Landed, run_dir: Path) -> Path:
    """Return a copy of the campaign that has landed, to be changed."""
    shutil.copytree(landed.folder.with_name(COPY), run_dir)
    return run_dir


@pytest.fixture
def database(mongo_uri: str, mongo_database: MongoDatabase[Spec]) -> Iterator[Database]:
    """Yield an empty campaign database."""
    database = Database(SecretStr(mongo_uri), mongo_database.name)
    ensure_indexes(database.mongo, database.launchpad)
    yield database
    database.close()


@pytest.fixture(scope="session")
def small_plan() -> Plan:
    """Plan the small campaign."""
    return make_plan(CampaignSpec.model_validate(small_spec()), TableSource())


@pytest.fixture(scope="session")
def respecified(small_plan: Plan) -> Callable[..., Campaign]:
    """Return the function that changes the specification of the small campaign."""

    def change(**changes: Any) -> Campaign:
        content = small_plan.campaign.model_dump()
        return Campaign.model_validate(content | {"spec": content["spec"] | changes})

    return change


@pytest.fixture(scope="session")
def oxide_entries(scratch: Path) -> Path:
    """Write reference entries with crystals for a titanium phosphate, on a scale of their own.

    Elements have no energy: an oxide's energy is its formation energy.
    """
    oxides = {"Li2O": "Li", "Al2O3": "Al", "TiO2": "Ti", "P2O5": "P", "ZrO2": "Zr"}
    entries = [_entry(Structure(Lattice.cubic(4), ["O"], [[0, 0, 0]]), 0.0)]
    for formula, metal in oxides.items():
        phase = table_phases([metal, "O"]).phase(formula)
        entries.append(_entry(table_crystals()[formula], phase.formation_energy_per_atom))
        entries.append(_entry(Structure(Lattice.cubic(4), [metal], [[0, 0, 0]]), 0.0))
    path = scratch / "oxides.json"
    dumpfn(entries, path)
    return path


def _entry(structure: Structure, energy_per_atom: float) -> ComputedStructureEntry:
    return ComputedStructureEntry(
        structure,
        energy_per_atom * len(structure),
        parameters={"run_type": "GGA", "hubbards": {}},
        data={"band_gap": 0.0 if len(structure) == 1 else 5.0},
    )


def put_landed(database: Database, uuid: str, **output: Any) -> None:
    """Let a node land: its output is stored, and all steps of its workflow have ended."""
    database.jobs.insert_one({"uuid": uuid, "index": 1, "output": output})
    end_workflow(database, uuid, "COMPLETED")


def end_workflow(database: Database, uuid: str, state: str) -> None:
    """Let all steps of a node's workflow end in a state."""
    workflow = database.workflows.find_one({"metadata.digest": uuid})
    if workflow:
        states = dict.fromkeys(workflow["fw_states"], state)
        database.workflows.update_one(
            {"_id": workflow["_id"]}, {"$set": {"state": state, "fw_states": states}}
        )
        steps = {"fw_id": {"$in": workflow["nodes"]}}
        database.fireworks.update_many(steps, {"$set": {"state": state}})


@pytest.fixture(scope="session")
def land() -> Callable[..., None]:
    """Return the function that lets a node land."""
    return put_landed


@pytest.fixture(scope="session")
def end() -> Callable[[Database, str, str], None]:
    """Return the function that ends a node's workflow."""
    return end_workflow


@pytest.fixture(scope="session")
def interphase() -> Interphase:
    """Return the command."""
    return call_interphase


@pytest.fixture(scope="session")
def command() -> Interphase:
    """Return the command in a process of its own, whatever it does."""
    return run_interphase


@pytest.fixture(scope="session")
def read() -> Callable[[Path, MachineSettings], Contents]:
    """Return the function that reads a campaign's database."""
    return Contents.of


@pytest.fixture(scope="session")
def make_spec() -> Callable[..., Spec]:
    """Return the function that describes the small campaign, with changes."""
    return small_spec


@pytest.fixture(scope="session")
def write() -> Callable[[Path, Spec], Path]:
    """Return the function that writes a specification."""
    return write_spec


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Return the function that starts the command without waiting for it."""
    return start_interphase
