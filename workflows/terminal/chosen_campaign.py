"""Where the campaign is that a command's options choose."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from workflows.storage.campaign_location import Place


def place_of(
    folder: Path | None,
    launchpad: Path | None,
    result: str | None = None,
    *,
    near: Path | None = None,
) -> Place:
    """Find where a campaign is kept: its folder, the LaunchPad that machines share, or results."""
    from workflows.base.settings import load_settings
    from workflows.storage.campaign_location import Place, find_place

    if result:
        from workflows.results.result_folder import find_result

        if folder or launchpad:
            msg = "give --result, --dir or --launchpad, not several: results are in one place"
            raise InputError(msg)
        return Place(result=find_result(result))
    return find_place(folder, launchpad, load_settings(), near=near)


def shared_place(launchpad: Path | None) -> Place | None:
    """Find the LaunchPad that machines share, if an option, a setting or FireWorks names one."""
    from workflows.base.settings import load_settings

    if launchpad or load_settings().launchpad:
        return place_of(None, launchpad)
    if not os.environ.get("FW_CONFIG_FILE"):
        return None
    from fireworks import fw_config

    return place_of(None, Path(fw_config.LAUNCHPAD_LOC)) if fw_config.LAUNCHPAD_LOC else None


def find_campaign(
    source: Path, launchpad: Path | None, campaign: str | None
) -> tuple[Place, str | None]:
    """Find the campaign that a folder or a specification stands for."""
    from workflows.specification.spec import CampaignSpec

    if source.is_dir():
        return place_of(source, launchpad), campaign
    spec = CampaignSpec.from_file(source)
    return place_of(None, launchpad, near=source), campaign or spec.name
