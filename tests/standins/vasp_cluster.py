"""What a cluster needs beside its templates: VASP's commands, potentials, a queue of its own."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pymatgen.io.vasp.sets import MPRelaxSet

from standins.potcars import ELECTRONS, write_potcars
from standins.vasp import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from standins.cluster import Cluster

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent


def equip(cluster: Cluster) -> None:
    """Fill in the rest of the templates, and let batch jobs find this tree and the stand-in."""
    environment = vasp_environment(cluster.folder, cluster.folder / "atomate2.yaml")
    cluster.environment.update(environment)
    commands = write_commands(cluster.folder)
    cluster.edit("atomate2.yaml", lambda content: content.update(commands))
    cluster.edit("FW_config.yaml", lambda content: content.update(_quick()))
    cluster.edit("my_qadapter.yaml", _queue)


def rockets(cluster: Cluster, mode: str, **changes: Any) -> None:
    """Let batch jobs start rockets in this mode: `singleshot` or `rapidfire`."""
    rlaunch = Path(sys.executable).with_name("rlaunch")
    change = {"rocket_launch": f"{rlaunch} {mode}", **changes}
    cluster.edit("my_qadapter.yaml", lambda content: content.update(change))


def vasp_environment(folder: Path, atomate2: Path) -> dict[str, str]:
    """Return the environment in which jobs run the stand-in."""
    return {
        "PYTHONPATH": f"{TESTS / 'standins' / 'quick'}:{ROOT}",
        "PMG_VASP_PSP_DIR": str(folder / "potentials"),
        "ATOMATE2_CONFIG_FILE": str(atomate2),
        "OMP_NUM_THREADS": "1",
        PLAN: str(folder / "plan.json"),
    }


def write_commands(folder: Path) -> dict[str, str]:
    """Write VASP's commands and its plan; return atomate2's settings for them."""
    plan(folder)
    paths = {name: folder / name for name in ("vasp_std", "vasp_gam")}
    for path in paths.values():
        path.write_text(
            f'#!/bin/sh\nexport PYTHONPATH="{TESTS}"\nexec "{sys.executable}" -m standins.vasp\n'
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"VASP_CMD": str(paths["vasp_std"]), "VASP_GAMMA_CMD": str(paths["vasp_gam"])}


def plan(folder: Path, **changes: Any) -> None:
    """Say how the stand-in behaves from its next start on."""
    (folder / "plan.json").write_text(json.dumps({"potential": "springs"} | changes))


def write_potentials(folder: Path, elements: Iterable[str]) -> None:
    """Write potentials for the elements of a campaign."""
    symbols = [MPRelaxSet.CONFIG["POTCAR"][element] for element in elements]
    write_potcars(folder / "potentials", {symbol: ELECTRONS.get(symbol, 4) for symbol in symbols})


def _quick() -> dict[str, Any]:
    return {"RAPIDFIRE_SLEEP_SECS": 1, "QUEUE_UPDATE_INTERVAL": 1}


def _queue(content: dict[str, Any]) -> None:
    # the environment of `sbatch` is that of its job
    content.update(ntasks_per_node=1, queue="test", walltime="00:20:00", pre_rocket="")
    del content["account"]
