"""What was learnt from which compounds, and what to believe of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.terminal.table_style import print_table
from workflows.terminal.training_tables import (
    descriptors_table,
    honest_table,
    kernels_table,
    leaderboard_table,
    regression_table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from workflows.learning.on_demand import Lesson


_NAMED = 5  # of what failed; `interphase status` names all


def show_training(name: str, lesson: Lesson, console: Console) -> None:
    """Show what was learnt, from what, and what to believe."""
    from analysis.learning.training.interpretation import belief

    training = lesson.training
    learnt = training.learnt or {}
    _show_data(name, lesson, learnt, console)
    console.print("\nPredictions, scored as they are made (eV per f.u.)", highlight=False)
    print_table(honest_table(learnt), console)
    console.print("\nAlgorithms on what the tables leave over", highlight=False)
    print_table(regression_table(learnt["regression"]), console)
    console.print("\nAlgorithms on the fifteen descriptors alone", highlight=False)
    print_table(regression_table(learnt["published"]), console)
    found = learnt["classification"]
    if found:
        console.print(f"\nLeaderboard, the best of {found['trials']} trials", highlight=False)
        print_table(leaderboard_table(learnt), console)
        if found["kernels"]:
            console.print("\nKernels of a support vector machine", highlight=False)
            print_table(kernels_table(learnt), console)
    console.print("\nMain descriptors", highlight=False)
    print_table(descriptors_table(learnt), console)
    console.print("\nWhat to believe", highlight=False)
    for sentence in belief(learnt, training.agreement):
        console.print(f"- {sentence}", highlight=False, markup=False)


def _show_data(name: str, lesson: Lesson, learnt: Mapping[str, Any], console: Console) -> None:
    """Print n of N, what failed, and what was left out and why."""
    from collections import Counter

    others = ", ".join(
        f"{number} {state}" for state, number in sorted(lesson.states.items()) if state != "landed"
    )
    console.print(
        f"[bold]{name}[/]: {lesson.landed} of {lesson.planned} compounds have landed"
        + (f" ({others})" if others else ""),
        highlight=False,
    )
    for failure in lesson.failures[:_NAMED]:
        console.print(f"failed: {failure.compound}: {failure.error}", markup=False)
    stored = "stored" if lesson.is_new else "the same as stored before"
    console.print(
        f"learnt from {learnt['compounds']} of them, snapshot {learnt['snapshot'][:12]}, "
        f"seed {learnt['settings']['seed']}, {learnt['settings']['effort']} profile; {stored}",
        highlight=False,
    )
    reasons = Counter(each["reason"] for each in learnt["left_out"])
    missing = Counter(r["descriptor"] for r in learnt["remarks"] if r["is_missing"])
    notes = [
        *(f"{number} left out: {reason}" for reason, number in reasons.most_common()),
        *learnt["notes"],
        *(f"{d} is missing for {number}: imputed" for d, number in missing.most_common()),
    ]
    for note in notes:
        console.print(f"note: {note}", highlight=False, markup=False)
