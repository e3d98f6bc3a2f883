"""What a campaign would compute, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.text import Text

from analysis.base.errors import InputError
from workflows.terminal.table_style import NULL, new_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from workflows.base.settings import MachineSettings
    from workflows.specification.campaign import Campaign
    from workflows.specification.planning import Plan
    from workflows.specification.spec import EngineSpec


_PLAN_NOTES = 3  # about reference phases; the notes of each result have its own


def show_plan(plan: Plan, settings: MachineSettings, console: Console) -> None:
    """Show the sizes of a plan, its notes, and how many candidates are left out."""
    from analysis.structures.compensation import formula_per_unit
    from workflows.base.times import duration
    from workflows.state.estimate import estimate

    campaign = plan.campaign
    sizes = estimate(campaign)
    host = campaign.host_crystal
    seconds = sizes.wall_seconds(settings.workers)
    time = "(unknown for this engine)" if seconds is None else duration(seconds)
    console.print(
        f"[bold]{escape(campaign.name)}[/]: {sizes.compounds} compounds of {escape(host.name)} "
        f"({host.formula_unit.reduced_formula}, {host.formula_units} f.u., "
        f"up to {sizes.atoms} atoms), against {escape(campaign.spec.electrode)}\n"
        f"x is per f.u. of {formula_per_unit(host.formula_unit)}, in steps of "
        f"{1 / host.formula_units:.4g}\n"
        f"{sizes.relaxations} relaxations with {_engines(campaign.spec.engine)}, "
        f"{sizes.crystals} of them of reference crystals, in {sizes.jobs} jobs\n"
        f"estimated time with {settings.workers} workers: about {time}",
        highlight=False,
    )
    more = len(plan.notes) - _PLAN_NOTES
    others = [f"{more} more like it"] if more > 0 else []
    for note in (
        *_not_installed(campaign.spec.engine),
        *host.notes,
        *plan.notes[:_PLAN_NOTES],
        *others,
    ):
        console.print(f"note: {note}", highlight=False, markup=False)
    if plan.left_out:
        console.print(
            f"{len(plan.left_out)} candidates of the rule cannot be computed: "
            "interphase plan SPEC --compounds lists them with the reasons",
            highlight=False,
        )


def _engines(engine: EngineSpec) -> str:
    """Name a campaign's engines, in the order in which they compute."""
    return ", then ".join(stage.name for stage in engine.stages)


def _not_installed(engine: EngineSpec) -> list[str]:
    """Say which engine's package is missing here, with the command that installs it."""
    from makers.engines.registry import find_engine

    missing = []
    for stage in engine.stages:
        try:
            find_engine(stage.name).require_installed()
        except InputError as error:
            missing.append(str(error))
    return missing


def compounds_table(campaign: Campaign) -> Table:
    """Make a table of the compounds of a campaign, the undoped host first."""
    from analysis.structures.compensation import (  # pymatgen: seconds
        compound_composition,
        formula_per_unit,
    )

    table = new_table()
    for heading in ("Compound", "Formula"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Aligned through", overflow="fold")
    host = campaign.host_crystal
    for planned in campaign.compounds:
        label = planned.compound.label(host.name)
        formula = formula_per_unit(compound_composition(host, planned.compound))
        table.add_row(Text(label), Text(formula), Text(", ".join(planned.crystals) or NULL))
    return table
