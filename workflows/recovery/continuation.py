"""Rerun a lost or failed Firework in its old folder, so that it can continue from there.

A VASP job reads its progress from its folder (`makers.engines.vasp.vasp_folder`); in another
folder it would start from the beginning. For other jobs the folder does not matter.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fireworks import LaunchPad

from analysis.base.errors import InputError


@dataclass(frozen=True)
class Continuation:
    """A Firework that will run again.

    Parameters
    ----------
    fw_id
        The Firework.
    folder
        Where it ran before and will run again; None if that folder is gone, or it never ran.
    """

    fw_id: int
    folder: Path | None


def prepare_continuation(launchpad: LaunchPad, fw_id: int) -> Continuation:
    """Prepare a lost or failed Firework to run again in the folder of its last launch.

    A launch that still counts as running is marked as failed: call this only for one that is
    known to be lost. Calling it again changes nothing. To start from scratch, remove
    ``spec._launch_dir`` from the Firework, or the folder.

    Raises
    ------
    InputError
        There is no such Firework, or it is finished, archived or defused.
    """
    firework = launchpad.fireworks.find_one(
        {"fw_id": fw_id}, {"state": 1, "launches": 1, "archived_launches": 1}
    )
    if firework is None:
        msg = f"there is no Firework {fw_id} on this LaunchPad"
        raise InputError(msg)
    if firework["state"] in {"COMPLETED", "ARCHIVED", "DEFUSED"}:
        msg = f"Firework {fw_id} is {firework['state']}: there is nothing to go on with"
        raise InputError(msg)
    folder = _last_folder(launchpad, firework)
    _set_folder(launchpad, fw_id, folder)
    if firework["launches"]:
        for launch in launchpad.launches.find(
            {"launch_id": {"$in": firework["launches"]}, "state": {"$in": ["RUNNING", "RESERVED"]}}
        ):
            launchpad.mark_fizzled(launch["launch_id"])
    if firework["launches"] or firework["state"] == "FIZZLED":
        launchpad.rerun_fw(fw_id)
    return Continuation(fw_id, folder)


def _last_folder(launchpad: LaunchPad, firework: dict[str, Any]) -> Path | None:
    """Return the folder of the last launch if this machine can access it."""
    launches = [*firework["launches"], *firework["archived_launches"]]
    last = launchpad.launches.find_one(
        {"launch_id": {"$in": launches}, "launch_dir": {"$ne": None}},
        {"launch_dir": 1},
        sort=[("launch_id", -1)],
    )
    folder = Path(last["launch_dir"]) if last else None
    return folder if folder and is_there(folder) else None


def is_there(folder: Path) -> bool:
    """Return True if this machine and user can look into a folder."""
    try:
        return folder.is_dir()
    except OSError:  # below another user's
        return False


def _set_folder(launchpad: LaunchPad, fw_id: int, folder: Path | None) -> None:
    change = (
        {"$set": {"spec._launch_dir": str(folder)}}
        if folder
        else {"$unset": {"spec._launch_dir": ""}}
    )
    launchpad.fireworks.update_one({"fw_id": fw_id}, change)
