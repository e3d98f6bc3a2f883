"""Random faults over a whole campaign: every result once, equal, and nothing computed twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from standins.dispatcher import launches
from standins.faults import Chaos, Tally, Unattended, differences, small_disk
from standins.vasp_cluster import (
    plan,
    rockets,
    vasp_environment,
    write_commands,
    write_potentials,
)

from workflows.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.cluster import Cluster
    from standins.slurm import Slurm

    from workflows.base.settings import MachineSettings

pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

CIF = Path(__file__).parents[1] / "data" / "li2zro3.cif"
LZO = {"crystal": str(CIF), "name": "LZO", "oxidation_states": {"Li": 1, "Zr": 4, "O": -2}}
SEED = 20261123
IONIC_SECONDS = 0.3
INTERRUPTED = "VASP was interrupted"  # what was disturbed says so

# (element, valence, site, x): 40 compounds of Li2ZrO3, 12 atoms in the cell.
TETRAVALENT = [(e, 4, "Zr", x) for e in ("Ti", "Hf", "Sn", "Ge", "Si", "Ce") for x in (0.5, 1.0)]
PENTAVALENT = [(e, 5, "Zr", x) for e in ("Nb", "Ta", "Sb", "V") for x in (0.5, 1.0)]
MONOVALENT = [(e, 1, "Li", x) for e in ("Na", "K") for x in (0.5, 1.0, 1.5)]
DIVALENT = [(e, 2, "Li", 0.5) for e in ("Mg", "Ca", "Sr", "Ba", "Zn")]
TRIVALENT = [(e, 3, "Li", 0.5) for e in ("Al", "Ga", "Sc", "Y", "In", "La")]
HEXAVALENT = [(e, 6, "Zr", 0.5) for e in ("W", "Mo")]
SMALL = [*TETRAVALENT, *PENTAVALENT, *MONOVALENT, *DIVALENT, *TRIVALENT, *HEXAVALENT]
GARNET = [("Al", 3, "Li", 0.25), ("Ta", 5, "Zr", 0.25), ("Nb", 5, "Zr", 0.25)]
GARNET += [("Ga", 3, "Li", 0.25), ("Ti", 4, "Zr", 0.25), ("Mg", 2, "Li", 0.25)]


def specification(host: dict[str, Any], dopants: list[Any]) -> dict[str, Any]:
    names = ("element", "valence", "site", "concentration")
    return {
        "name": "faults",
        "host": {"arrangements": 1, **host},
        "choices": 1,
        "engine": {"name": "vasp"},
        "dopants": [dict(zip(names, dopant, strict=True)) for dopant in dopants],
    }


def elements(spec: dict[str, Any]) -> list[str]:
    return sorted({"Li", "La", "Zr", "O", *(dopant["element"] for dopant in spec["dopants"])})


def run_in_peace(
    spec: dict[str, Any], folder: Path, settings: MachineSettings
) -> list[dict[str, Any]]:
    """Run a campaign undisturbed; return its results."""
    folder.mkdir()
    write_potentials(folder, elements(spec))
    (folder / "atomate2.yaml").write_text(yaml.safe_dump(write_commands(folder)))
    (folder / "spec.yaml").write_text(yaml.safe_dump(spec))
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INTERPHASE_")}
    environment = kept | vasp_environment(folder, folder / "atomate2.yaml")
    command = [sys.executable, "-m", "workflows.cli.main", "run", "spec.yaml", "--dir", "run"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment | {"INTERPHASE_WORKERS": "2", "INTERPHASE_CACHE": str(settings.cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with open_database(folder / "run", settings) as database:
        return list(database.results.find({}, {"_id": 0}))


def disturb(
    cluster: Cluster,
    slurm: Slurm,
    spec: dict[str, Any],
    faults: dict[str, int],
    *,
    setenv: Callable[[str, str], None],
    kind: Callable[..., Chaos] = Chaos,
    ionic_seconds: float = IONIC_SECONDS,
) -> None:
    """Run a campaign through faults to its end."""
    write_potentials(cluster.folder, elements(spec))
    plan(cluster.folder, seconds=ionic_seconds)
    (cluster.folder / "spec.yaml").write_text(yaml.safe_dump(spec))
    rockets(cluster, "rapidfire --timeout 1000 --max_loops 30 --sleep 1")
    # seconds; in production minutes
    for name, value in {"DATABASE_PATIENCE": "120", "LAUNCH_PATIENCE": "25"}.items():
        cluster.environment[f"INTERPHASE_{name}"] = value
        setenv(f"INTERPHASE_{name}", value)
    cluster.run("interphase", "submit", "spec.yaml", "--force")
    chaos = kind(cluster, slurm, random.Random(SEED))
    seconds = chaos.run(faults, seconds=2400)
    print(f"\nfaults: {dict(chaos.faults)} in {seconds:.0f} s")


def check(cluster: Cluster, spec: dict[str, Any], undisturbed: list[dict[str, Any]]) -> None:
    """Compare results with those of an undisturbed run, and count what VASP did."""
    with cluster.client() as client:
        database = client[cluster.database]
        results = {r["job_uuid"]: r for r in database["results"].find({}, {"_id": 0})}
        number = database["results"].count_documents({})
        relaxations = {"step": {"$in": ["relax", "reference"]}}
        uuids = database["jobs"].distinct(
            "uuid", {f"metadata.{k}": v for k, v in relaxations.items()}
        )
        launches = database["launches"].count_documents({})
        steps = database["fireworks"].count_documents({})
    tally = Tally.of(cluster.folder)
    starts, ends, ionic = (sum(c.values()) for c in (tally.starts, tally.ends, tally.steps))
    print(
        f"{number} results of {len(spec['dopants']) + 1} compounds; {steps} steps in "
        f"{launches} launches; {len(uuids)} relaxations, VASP started {starts} times, came to "
        f"its end {ends} times, with {ionic} ionic steps"
    )
    assert number == len(results) == len(spec["dopants"]) + 1
    assert sorted(results) == sorted(r["job_uuid"] for r in undisturbed)
    for expected in undisturbed:
        result = results[expected["job_uuid"]]
        result["notes"] = [note for note in result["notes"] if not note.startswith(INTERRUPTED)]
        # When it was made, and by which Firework of its database, is all that may differ.
        own = {key: expected[key] for key in ("computed", "stored")}
        own["provenance"] = result["provenance"] | {"fw_id": expected["provenance"]["fw_id"]}
        assert differences(result | own, expected) == []
    assert {uuid: tally.ends[uuid] for uuid in uuids} == dict.fromkeys(uuids, 1)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_forty_compounds_that_are_left_alone_survive_every_kind_of_fault(
    cluster: Cluster,
    slurm: Slurm,
    tmp_path: Path,
    machine_settings: MachineSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = specification(LZO, SMALL)
    began = time.monotonic()
    undisturbed = run_in_peace(spec, tmp_path / "peace", machine_settings)
    print(f"\nundisturbed: {time.monotonic() - began:.0f} s")
    cluster.environment["INTERPHASE_CACHE"] = str(tmp_path / "cache")
    faults = {"rocket": 10, "scancel": 6, "mongod": 1, "slurmctld": 1}
    faults |= {"folder": 2, "disk": 2, "zombie": 1, "program": 1}
    with small_disk(launches(cluster), megabytes=128):
        storm = partial(Unattended, downtime=60, latest=0.4)
        setenv = monkeypatch.setenv
        disturb(cluster, slurm, spec, faults, setenv=setenv, kind=storm, ionic_seconds=1.0)
        check(cluster, spec, undisturbed)


@pytest.mark.timeout(1500)
def test_a_campaign_that_is_left_alone_survives_random_faults(
    cluster: Cluster,
    slurm: Slurm,
    tmp_path: Path,
    machine_settings: MachineSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = specification(LZO, SMALL[12:20])
    undisturbed = run_in_peace(spec, tmp_path / "peace", machine_settings)
    cluster.environment["INTERPHASE_CACHE"] = str(tmp_path / "cache")
    faults = {"rocket": 3, "scancel": 2, "mongod": 1, "slurmctld": 1, "folder": 1}
    disturb(cluster, slurm, spec, faults, setenv=monkeypatch.setenv, kind=Unattended)
    check(cluster, spec, undisturbed)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_garnets_survive_random_faults(
    cluster: Cluster,
    slurm: Slurm,
    tmp_path: Path,
    machine_settings: MachineSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = specification({"crystal": "LLZO"}, GARNET)
    undisturbed = run_in_peace(spec, tmp_path / "peace", machine_settings)
    faults = {"rocket": 8, "scancel": 6, "mongod": 3}
    disturb(cluster, slurm, spec, faults, setenv=monkeypatch.setenv)
    check(cluster, spec, undisturbed)
