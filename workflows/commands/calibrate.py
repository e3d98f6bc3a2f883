"""Measure an engine's error on the crystals that ship with the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.base.assignments import read_assignments
from workflows.base.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console


def calibrate_command(
    engine: str, settings: Sequence[str], target: Path | None, *, console: Console
) -> None:
    """Measure an engine, write its table, and say what it holds.

    Parameters
    ----------
    engine
        Its name.
    settings
        Its settings, each ``key=value`` in YAML.
    target
        Folder of the table; by default that of the user's tables, where campaigns look.
    console
        Where the answer goes.
    """
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from analysis.energies.calibration import table_text
    from makers.calibration import calibrate, table_name

    folder = target or load_settings().tables
    with Progress(
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        tasks: dict[str, Any] = {}

        def step(part: str, done: int, total: int) -> None:
            if part not in tasks:
                tasks[part] = progress.add_task(part, total=total)
            progress.update(tasks[part], completed=done)

        table = calibrate(engine, read_assignments(settings), folder, step=step)
    path = folder / table_name(engine, table["version"])
    path.write_text(table_text(table), encoding="utf-8")
    console.print(_summary(table), highlight=False)
    console.print(f"written to {path}", highlight=False, soft_wrap=True)


def _summary(table: Mapping[str, Any]) -> str:
    """Say how large the errors are, mean absolute ones too."""
    lines = [f"{table['engine']} {table['version']}, error in eV per atom of the dopant element:"]
    for title, key in (
        ("binary to ternary oxides", "samples"),
        ("doped garnets, relaxed", "garnets"),
        ("doped garnets, not relaxed", "garnets_unrelaxed"),
    ):
        errors = [sample[-1] for sample in table[key]]
        if errors:
            mae = sum(map(abs, errors)) / len(errors)
            mean = sum(errors) / len(errors)
            lines.append(f"  {title}: {len(errors)}, MAE {mae:.3f}, mean {mean:+.3f}")
    return "\n".join(lines)
