"""interphase plan: what a campaign would compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.terminal.plan_text import compounds_table, show_plan
from workflows.terminal.table_style import print_table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


def plan_command(spec_path: Path, *, list_compounds: bool, console: Console) -> None:
    """Show what a campaign would compute."""
    from workflows.specification.planning import make_plan
    from workflows.specification.sources import phase_source
    from workflows.specification.spec import CampaignSpec

    settings = load_settings()
    spec = CampaignSpec.from_file(spec_path)
    plan = make_plan(spec, phase_source(spec.reference_phases, None))
    show_plan(plan, settings, console)
    if list_compounds:
        print_table(compounds_table(plan.campaign), console)
        for compound, reason in plan.left_out:
            label = compound.label(plan.campaign.host_crystal.name)
            console.print(f"left out: {label}: {reason}", highlight=False, markup=False)
