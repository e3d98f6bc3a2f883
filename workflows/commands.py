"""What the commands do; `workflows.cli` only reads their options."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from analysis.errors import InputError
from analysis.figures import reaction_energy_figure, save_figure
from analysis.keys import Field
from workflows.campaign import Kind
from workflows.database import Database, open_database
from workflows.doctor import check_machine
from workflows.estimate import estimate
from workflows.formatting import (
    checks_table,
    compounds_table,
    failures_table,
    render,
    state_table,
)
from workflows.locks import exclusive_run
from workflows.plan import Plan, make_plan
from workflows.progress import RunProgress, duration
from workflows.query import find
from workflows.run import Outcome, run_plan
from workflows.settings import MachineSettings, load_settings
from workflows.sources import phase_source
from workflows.spec import CampaignSpec
from workflows.status import State, Status, campaign_status
from workflows.table_style import print_table

FIGURE = "reaction_energy.png"


def run_command(
    spec_path: Path, folder: Path, *, workers: int | None, retry: bool, console: Console
) -> None:
    """Run a campaign to its end and show its results."""
    settings = _settings(workers)
    spec = CampaignSpec.from_file(spec_path)
    with exclusive_run(folder), open_database(folder, settings, create=True) as database:
        plan = make_plan(spec, phase_source(spec.reference_phases, database.mongo["phases"]))
        _show_plan(plan, settings, console)
        try:
            with RunProgress(console, estimate(plan.campaign), settings.workers) as progress:
                outcome = run_plan(
                    plan, database, settings, folder=folder, watch=progress.show, retry=retry
                )
        except KeyboardInterrupt:
            msg = (
                "interrupted; nothing that has landed is lost: the same command goes on, "
                f"interphase run {spec_path} --dir {folder}"
            )
            raise InputError(msg) from None
        _show_outcome(outcome, database, folder, console)


def plan_command(spec_path: Path, *, list_compounds: bool, console: Console) -> None:
    """Show what a campaign would compute."""
    settings = load_settings()
    spec = CampaignSpec.from_file(spec_path)
    plan = make_plan(spec, phase_source(spec.reference_phases, None))
    _show_plan(plan, settings, console)
    if list_compounds:
        print_table(compounds_table(plan.campaign), console)
        for compound, reason in plan.left_out:
            label = compound.label(plan.campaign.host_crystal.name)
            console.print(f"left out: {label}: {reason}", highlight=False)


def status_command(folder: Path, *, console: Console) -> None:
    """Show the state of a campaign."""
    with open_database(folder, load_settings()) as database:
        _show_status(campaign_status(database, the_campaign(database, folder)), console)


def query_command(
    folder: Path,
    filters: Sequence[str],
    *,
    sort: str | None,
    fields: Sequence[str] | None,
    output: str,
    limit: int | None,
    console: Console,
) -> None:
    """Show the results that fulfil all filters."""
    with open_database(folder, load_settings()) as database:
        documents = find(database.results, filters, sort=sort, fields=fields, limit=limit)
        render(documents, fields=fields, output=output, console=console)


def doctor_command(spec_path: Path | None, *, fix: bool, console: Console) -> None:
    """Check this machine; a check that fails is a failure of the command."""
    spec = CampaignSpec.from_file(spec_path) if spec_path else None
    checks = check_machine(load_settings(), spec, fix=fix)
    print_table(checks_table(checks), console)
    if bad := [check.name for check in checks if not check.passed]:
        msg = f"not ready: {', '.join(bad)}"
        raise InputError(msg)


def the_campaign(database: Database, folder: Path) -> str:
    """Give the name of the campaign of a folder: the one that ran there last.

    Raises
    ------
    InputError
        There is none yet.
    """
    last = database.campaigns.find_one({}, {"name": 1}, sort=[("submitted", -1)])
    if last is None:
        msg = f"no campaign in {folder} yet; start with interphase run SPEC --dir {folder}"
        raise InputError(msg)
    return str(last["name"])


def _settings(workers: int | None) -> MachineSettings:
    settings = load_settings()
    if workers is None:
        return settings
    return settings.model_copy(update={"workers": workers})


def _show_plan(plan: Plan, settings: MachineSettings, console: Console) -> None:
    campaign = plan.campaign
    sizes = estimate(campaign)
    host = campaign.host_crystal
    seconds = sizes.wall_seconds(settings.workers)
    time = "unknown for this engine" if seconds is None else duration(seconds)
    console.print(
        f"[bold]{campaign.name}[/]: {sizes.compounds} compounds of {host.name} "
        f"({host.formula_unit.reduced_formula}, {host.formula_units} f.u., up to {sizes.atoms} "
        f"atoms), {sizes.crystals} reference crystals, {sizes.jobs} jobs, "
        f"{sizes.relaxations} relaxations with {campaign.spec.engine.name}; "
        f"estimated time with {settings.workers} workers: {time}",
        highlight=False,
    )
    for note in host.notes:
        console.print(f"note: {note}", highlight=False)
    if plan.left_out:
        console.print(
            f"{len(plan.left_out)} candidates of the rule cannot be computed: "
            "interphase plan SPEC --compounds lists them with the reasons",
            highlight=False,
        )


def _show_outcome(outcome: Outcome, database: Database, folder: Path, console: Console) -> None:
    name = outcome.status.campaign
    if outcome.recovered.rerun:
        console.print(f"{outcome.recovered.rerun} interrupted steps were run again")
    if not outcome.launched:
        console.print(f"[bold]{name}[/] is finished already: no job was launched", highlight=False)
    documents = find(database.results, [f"campaign={name}"], sort="-reaction_energy")
    render(documents, console=console)
    _show_summary(outcome.status, console)
    host = [document for document in documents if not document[Field.DOPANTS]]
    doped = [document for document in documents if document[Field.DOPANTS]]
    if host and doped:
        path = folder / FIGURE
        save_figure(reaction_energy_figure(doped, host[0]), path)
        console.print(f"figure: {path}", highlight=False, soft_wrap=True)
    console.print(f"query:  interphase query --dir {folder} --help", highlight=False)


def _show_status(status: Status, console: Console) -> None:
    _show_summary(status, console)
    print_table(state_table(status.steps), console)
    for name in status.running:
        console.print(f"running: {name}", highlight=False)


def _show_summary(status: Status, console: Console) -> None:
    """Say n of N, and what failed and why."""
    landed, total = status.count(Kind.COMPOUND, State.LANDED), status.count(Kind.COMPOUND)
    lost = {s: status.count(Kind.COMPOUND, s) for s in (State.FAILED, State.BLOCKED)}
    words = "".join(f", {number} {state}" for state, number in lost.items() if number)
    console.print(
        f"[bold]{status.campaign}[/]: {landed} of {total} compounds (host included){words}",
        highlight=False,
    )
    if status.failures:
        print_table(failures_table(status.failures), console)
        console.print("run again what failed: interphase run SPEC --dir DIR --retry")
