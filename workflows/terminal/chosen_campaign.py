"""Where the campaign is that a command's options choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.storage.campaign_location import Place


def place_of(folder: Path | None, launchpad: Path | None, *, near: Path | None = None) -> Place:
    """Find where a campaign is kept: its folder, or the LaunchPad that machines share."""
    from workflows.base.settings import load_settings
    from workflows.storage.campaign_location import find_place

    return find_place(folder, launchpad, load_settings(), near=near)


def find_campaign(
    source: Path, launchpad: Path | None, campaign: str | None
) -> tuple[Place, str | None]:
    """Find the campaign that a folder or a specification stands for."""
    from workflows.specification.spec import CampaignSpec

    if source.is_dir():
        return place_of(source, launchpad), campaign
    spec = CampaignSpec.from_file(source)
    return place_of(None, launchpad, near=source), campaign or spec.name
