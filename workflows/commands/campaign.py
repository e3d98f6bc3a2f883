"""What the commands do; `workflows.cli.main` only reads their options."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.base.settings import load_settings
from workflows.results.query import find
from workflows.storage.campaign_location import open_place
from workflows.storage.database import open_database
from workflows.terminal.formatting import (
    checks_table,
    compounds_table,
    failures_table,
    render,
    state_table,
)
from workflows.terminal.table_style import print_table

# What plans and runs campaigns takes two seconds to import: the functions that need it do so,
# and queries start at once.
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from workflows.base.settings import MachineSettings
    from workflows.dispatch.local_run import Outcome
    from workflows.specification.planning import Plan
    from workflows.specification.spec import EngineSpec
    from workflows.state.campaign_status import Status
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database

FIGURE = "reaction_energy.png"

# Up to MANY_RESULTS the end of a run shows all, above that the best few.
MANY_RESULTS = 40
BEST_RESULTS = 20

_INTERRUPTED = 130
_ERROR_LINES = 5
_PLAN_NOTES = 3  # about reference phases; the notes of each result have its own


def run_command(
    spec_path: Path, folder: Path, *, workers: int | None, retry: bool, console: Console
) -> int:
    """Run a campaign to its end and show its results.

    Returns
    -------
    The command's exit status: 0 if all compounds have landed, 1 if some failed, 130 if the
    run was interrupted, as a shell has it after Ctrl-C.
    """
    try:
        return _run(spec_path, folder, workers=workers, retry=retry, console=console)
    except KeyboardInterrupt:
        console.print(
            "interrupted; nothing that has landed is lost: the same command goes on, "
            f"interphase run {spec_path} --dir {folder}",
            highlight=False,
        )
        return _INTERRUPTED


def _run(
    spec_path: Path, folder: Path, *, workers: int | None, retry: bool, console: Console
) -> int:
    from workflows.dispatch.local_run import run_plan
    from workflows.specification.planning import make_plan
    from workflows.specification.sources import phase_source
    from workflows.specification.spec import CampaignSpec
    from workflows.state.estimate import estimate
    from workflows.storage.locks import exclusive_run
    from workflows.terminal.progress import RunProgress

    settings = _settings(workers)
    spec = CampaignSpec.from_file(spec_path)
    with exclusive_run(folder), open_database(folder, settings, create=True) as database:
        plan = make_plan(spec, phase_source(spec.reference_phases, database.mongo["phases"]))
        _show_plan(plan, settings, console)
        with RunProgress(console, estimate(plan.campaign), settings.workers) as progress:
            outcome = run_plan(
                plan, database, settings, folder=folder, watch=progress.show, retry=retry
            )
        _show_outcome(outcome, database, folder, console)
    return 0 if outcome.status.complete else 1


def plan_command(spec_path: Path, *, list_compounds: bool, console: Console) -> None:
    """Show what a campaign would compute."""
    from workflows.specification.planning import make_plan
    from workflows.specification.sources import phase_source
    from workflows.specification.spec import CampaignSpec

    settings = load_settings()
    spec = CampaignSpec.from_file(spec_path)
    plan = make_plan(spec, phase_source(spec.reference_phases, None))
    _show_plan(plan, settings, console)
    if list_compounds:
        print_table(compounds_table(plan.campaign), console)
        for compound, reason in plan.left_out:
            label = compound.label(plan.campaign.host_crystal.name)
            console.print(f"left out: {label}: {reason}", highlight=False, markup=False)


def status_command(place: Place, campaign: str | None, *, console: Console) -> None:
    """Show the state of a campaign."""
    from workflows.commands.recover import show_lost
    from workflows.state.campaign_status import campaign_status
    from workflows.state.pace import campaign_pace

    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        status = campaign_status(database, name)
        _show_status(status, console)
        _show_learning(database, name, console)
        show_lost(database, name, place, console)
        console.print(str(campaign_pace(database, name, status)), highlight=False)


def doctor_command(
    spec_path: Path | None, place: Place | None, *, fix: bool, console: Console
) -> None:
    """Check this machine; a check that fails is a failure of the command."""
    from workflows.doctor.examination import check_machine
    from workflows.specification.spec import CampaignSpec

    spec = CampaignSpec.from_file(spec_path) if spec_path else None
    checks = check_machine(load_settings(), spec, fix=fix, place=place)
    print_table(checks_table(checks), console)
    if bad := [check.name for check in checks if not check.passed]:
        msg = f"not ready: {', '.join(bad)}"
        raise InputError(msg)


def the_campaign(database: Database, place: Place) -> str:
    """Give the name of the campaign of a place: the one that was submitted there last.

    Raises
    ------
    InputError
        There is none yet.
    """
    last = database.campaigns.find_one({}, {"name": 1}, sort=[("submitted", -1)])
    if last is None:
        verb = "run" if place.folder else "submit"
        msg = f"no campaign in {place} yet; start with interphase {verb} SPEC {place.option}"
        raise InputError(msg)
    return str(last["name"])


def _settings(workers: int | None) -> MachineSettings:
    settings = load_settings()
    if workers is None:
        return settings
    return settings.model_copy(update={"workers": workers})


def _engines(engine: EngineSpec) -> str:
    """Name a campaign's engines, in the order in which they compute."""
    return ", then ".join(stage.name for stage in engine.stages)


def _show_plan(plan: Plan, settings: MachineSettings, console: Console) -> None:
    from workflows.state.estimate import estimate
    from workflows.terminal.progress import duration

    campaign = plan.campaign
    sizes = estimate(campaign)
    host = campaign.host_crystal
    seconds = sizes.wall_seconds(settings.workers)
    time = "(unknown for this engine)" if seconds is None else duration(seconds)
    console.print(
        f"[bold]{campaign.name}[/]: {sizes.compounds} compounds of {host.name} "
        f"({host.formula_unit.reduced_formula}, {host.formula_units} f.u., "
        f"up to {sizes.atoms} atoms)\n"
        f"{sizes.relaxations} relaxations with {_engines(campaign.spec.engine)}, "
        f"{sizes.crystals} of them of reference crystals, in {sizes.jobs} jobs\n"
        f"estimated time with {settings.workers} workers: about {time}",
        highlight=False,
    )
    more = len(plan.notes) - _PLAN_NOTES
    others = [f"{more} more like it"] if more > 0 else []
    for note in (*host.notes, *plan.notes[:_PLAN_NOTES], *others):
        console.print(f"note: {note}", highlight=False, markup=False)
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
    documents = find(database.results, [f'campaign="{name}"'], sort="-reaction_energy")
    _show_results(documents, folder, console)
    _show_summary(outcome.status, console)
    _show_classes(documents, folder, console)
    _show_learning(database, name, console)
    for path in _save_figures(documents, folder / f"{name}-{FIGURE}"):
        console.print(f"figure: {path}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"query:  interphase query --dir {folder} --help", highlight=False)


def _save_figures(documents: Sequence[Mapping[str, Any]], path: Path) -> Iterator[Path]:
    """Write the figures that the results allow, and give their paths."""
    from analysis.figures.concentration import (
        concentration_series,
        reaction_energy_against_concentration,
    )
    from analysis.figures.reaction_energies import reaction_energy_figure
    from analysis.figures.style import save_figure

    host = [document for document in documents if not document[Field.DOPANTS]]
    doped = [document for document in documents if document[Field.DOPANTS]]
    if host and doped:
        yield save_figure(reaction_energy_figure(doped, host[0]), path)
        if concentration_series(doped):
            figure = reaction_energy_against_concentration(doped, host[0])
            yield save_figure(figure, path.with_stem(f"{path.stem}_against_concentration"))


def _show_results(documents: Sequence[dict[str, Any]], folder: Path, console: Console) -> None:
    """Show the results, highest reaction energy first; of many only the best."""
    if len(documents) <= MANY_RESULTS:
        render(documents, console=console)
        return
    render(documents[:BEST_RESULTS], console=console)
    console.print(
        f"the {BEST_RESULTS} highest of {len(documents)} reaction energies; all: "
        f"interphase query --dir {folder} --sort=-reaction_energy",
        highlight=False,
        soft_wrap=True,
    )


def _show_classes(documents: Sequence[dict[str, Any]], folder: Path, console: Console) -> None:
    """Show how many compounds are in each class, and where the rest of the summary is."""
    from analysis.results.summary import count_labels
    from workflows.commands.summary import classes_table

    if doped := [document for document in documents if document[Field.DOPANTS]]:
        print_table(classes_table(count_labels(doped)), console)
        console.print(f"more:   interphase summary --dir {folder}", highlight=False)


def _show_learning(database: Database, name: str, console: Console) -> None:
    """Say what the campaign learnt by itself, and what came of its predictions."""
    from workflows.learning.outcome import learning_outcome

    for line in learning_outcome(database, name):
        console.print(f"learning: {line}", highlight=False, markup=False, soft_wrap=True)


def _show_status(status: Status, console: Console) -> None:
    _show_summary(status, console)
    print_table(state_table(status.steps), console)
    for name in status.running:
        console.print(f"running: {name}", highlight=False, markup=False)
    examples = {failure.failure_class: failure for failure in status.failures}
    for failure_class, failure in examples.items():
        console.print(f"{failure_class}, the last lines of {failure.fw_id}:", highlight=False)
        for line in failure.lines.splitlines()[-_ERROR_LINES:]:
            console.print(f"  {line}", highlight=False, markup=False)


def _show_summary(status: Status, console: Console) -> None:
    """Say n of N, and what failed and why."""
    from workflows.specification.campaign import NodeKind
    from workflows.state.campaign_status import State

    landed, total = status.count(NodeKind.COMPOUND, State.LANDED), status.count(NodeKind.COMPOUND)
    lost = {s: status.count(NodeKind.COMPOUND, s) for s in (State.FAILED, State.BLOCKED)}
    words = "".join(f", {number} {state}" for state, number in lost.items() if number)
    console.print(
        f"[bold]{status.campaign}[/]: {landed} of {total} compounds (host included){words}",
        highlight=False,
    )
    if status.failures:
        print_table(failures_table(status.failures), console)
        classes = Counter(failure.failure_class for failure in status.failures)
        for failure_class, number in classes.most_common():
            console.print(f"{number} {failure_class}: {failure_class.mend}", highlight=False)
        console.print("run again what failed: interphase recover, or run SPEC --dir DIR --retry")
