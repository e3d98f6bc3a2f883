"""interphase run: a campaign on this machine, to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.fields import Field
from workflows.base.settings import load_settings
from workflows.results.search import find
from workflows.storage.database import open_database
from workflows.terminal.plan_text import show_plan
from workflows.terminal.run_outcome_text import show_end_classes, show_results
from workflows.terminal.status_text import show_counts, show_learning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from workflows.base.settings import MachineSettings
    from workflows.dispatch.local_run import Outcome
    from workflows.storage.database import Database


FIGURE = "reaction_energy.png"
_INTERRUPTED = 130


def run_command(
    spec_path: Path, folder: Path, *, workers: int | None, retry: bool, console: Console
) -> int:
    """Run a campaign to its end and show its results.

    Returns
    -------
    The command's exit status: 0 if all compounds have landed, 1 if some failed, 130 if the
    run was interrupted, as in a shell after Ctrl-C.
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
    from workflows.terminal.run_progress import RunProgress

    settings = _settings(workers)
    spec = CampaignSpec.from_file(spec_path)
    with exclusive_run(folder), open_database(folder, settings, create=True) as database:
        plan = make_plan(spec, phase_source(spec.reference_phases, database.mongo["phases"]))
        show_plan(plan, settings, console)
        with RunProgress(console, estimate(plan.campaign), settings.workers) as progress:
            outcome = run_plan(
                plan, database, settings, folder=folder, watch=progress.show, retry=retry
            )
        _show_outcome(outcome, database, folder, console)
    return 0 if outcome.status.complete else 1


def _settings(workers: int | None) -> MachineSettings:
    settings = load_settings()
    if workers is None:
        return settings
    return settings.model_copy(update={"workers": workers})


def _show_outcome(outcome: Outcome, database: Database, folder: Path, console: Console) -> None:
    name = outcome.status.campaign
    if outcome.recovered.rerun:
        console.print(f"{outcome.recovered.rerun} interrupted steps were run again")
    if not outcome.launched:
        console.print(f"[bold]{name}[/] is finished already: no job was launched", highlight=False)
    documents = find(database.results, [f'campaign="{name}"'], sort="-reaction_energy")
    show_results(documents, folder, console)
    show_counts(outcome.status, console)
    show_end_classes(documents, folder, console)
    show_learning(database, name, console)
    for path in _save_figures(documents, folder / f"{name}-{FIGURE}"):
        console.print(f"figure: {path}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"query:  interphase query --dir {folder} --help", highlight=False)


def _save_figures(documents: Sequence[Mapping[str, Any]], path: Path) -> Iterator[Path]:
    """Write the figures that the results allow, and return their paths."""
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
