"""Options shared by several commands, each declared once, and what they select."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workflows.storage.campaign_location import Place

Spec = Annotated[
    Path, typer.Argument(metavar="SPEC", help="The campaign's specification, a YAML file.")
]
Folder = Annotated[
    Path, typer.Option("--dir", help="The campaign's folder: database, logs, launches, figures.")
]
SomeFolder = Annotated[
    Path | None, typer.Option("--dir", help="The campaign's folder, if it ran on this machine.")
]
Launchpad = Annotated[
    Path | None,
    typer.Option(
        "--launchpad",
        metavar="FILE",
        help="FireWorks' my_launchpad.yaml, if the campaign is on a cluster. Left out: "
        "INTERPHASE_LAUNCHPAD, a launchpad.yaml here, or FireWorks' own configuration.",
    ),
]
Campaign = Annotated[
    str | None,
    typer.Option("--campaign", metavar="NAME", help="Which one, if the LaunchPad has several."),
]


def place_of(folder: Path | None, launchpad: Path | None, *, near: Path | None = None) -> "Place":
    """Find where a campaign is kept: its folder, or the LaunchPad that machines share."""
    from workflows.base.settings import load_settings
    from workflows.storage.campaign_location import find_place

    return find_place(folder, launchpad, load_settings(), near=near)


def find_campaign(
    source: Path, launchpad: Path | None, campaign: str | None
) -> tuple["Place", str | None]:
    """Find the campaign of a folder or a specification."""
    from workflows.specification.spec import CampaignSpec

    if source.is_dir():
        return place_of(source, launchpad), campaign
    spec = CampaignSpec.from_file(source)
    return place_of(None, launchpad, near=source), campaign or spec.name
