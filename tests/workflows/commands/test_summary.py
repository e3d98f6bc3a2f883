"""The summary of a small campaign that has run, by the real command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_summary_counts_every_doped_compound(
    landed: Any, interphase: Callable[..., Any]
) -> None:
    shown = interphase("summary", "--dir", landed.folder, "--format", "json")
    assert shown.returncode == 0, shown.stderr
    summary = json.loads(shown.stdout)
    assert (summary["landed"], summary["planned"], summary["failed"]) == (4, 4, 0)
    assert sum(summary["labels"]["all"].values()) == 4
    assert sum(summary["labels"]["Zr"].values()) == 3
    assert sum(summary["passes_filter"].values()) == 4


def test_every_note_of_a_real_campaign_is_of_a_known_kind(
    landed: Any, interphase: Callable[..., Any]
) -> None:
    summary = json.loads(interphase("summary", "--dir", landed.folder, "--format", "json").stdout)
    assert summary["notes"]
    assert [note for note in summary["notes"] if note["reason"] == "other"] == []


def test_the_summary_is_shown_in_tables(landed: Any, interphase: Callable[..., Any]) -> None:
    shown = interphase("summary", "--dir", landed.folder).stdout
    assert "small: 4 of 4 doped compounds have landed" in shown
    assert "Passes filter" in shown
    assert "Notes, the compounds that have one" in shown


def test_a_run_ends_with_the_classes(landed: Any) -> None:
    assert "undecided" in landed.run.stdout
    assert f"interphase summary --dir {landed.folder}" in landed.run.stdout
