"""interphase doctor: what a campaign needs on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.terminal.checks_table import checks_table
from workflows.terminal.table_style import print_table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from workflows.storage.campaign_location import Place


def doctor_command(
    spec_path: Path | None, place: Place | None, *, fix: bool, console: Console
) -> None:
    """Check this machine; the command fails if a check fails."""
    from workflows.doctor.examination import check_machine
    from workflows.specification.spec import CampaignSpec

    spec = CampaignSpec.from_file(spec_path) if spec_path else None
    checks = check_machine(load_settings(), spec, fix=fix, place=place)
    print_table(checks_table(checks), console)
    if bad := [check.name for check in checks if not check.passed]:
        msg = f"not ready: {', '.join(bad)}"
        raise InputError(msg)
