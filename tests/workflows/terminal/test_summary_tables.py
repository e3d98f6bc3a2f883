"""The tables of a summary, from documents made by hand."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from analysis.results.summary import summarise
from workflows.terminal.summary_tables import show_summary


def document(site: str, defect: float, **changes: Any) -> dict[str, Any]:
    dopant = {"element": "Al", "valence": 3, "site": site, "concentration": 0.25}
    return {
        "dopants": [dopant],
        "dopant": "Al",
        **{key: value for key, value in dopant.items() if key != "element"},
        "compensation": "lithium",
        "formula": f"Li{site}",
        "label": "undecided",
        "defect_energy": defect,
        "reaction_energy": -defect,
        "reaction_energy_uncertainty": 0.01,
        "passes_filter": defect <= 2,
        "notes": ["No band gap of LiAl is listed: whether it passivates is open"],
        **changes,
    }


def shown(summary: Any) -> str:
    console = Console(file=io.StringIO(), width=200)
    show_summary(summary, console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]  # a StringIO


def test_the_summary_shows_the_preferred_site_beside_experiment() -> None:
    documents = [document("Li", -0.5), document("Zr", 2.5)]
    summary = summarise(documents, campaign="c", planned=3, failed=1, host="Li7La3Zr2O12")
    lines = shown(summary).splitlines()
    assert lines[0] == "c: 2 of 3 doped compounds have landed, 1 failed"
    (preferred,) = [line for line in lines if "Li -0.50, Zr 2.50" in line]
    assert preferred.split()[:6] == ["Al3+", "0.250", "Li", "3.00", "0.06", "yes"]
    assert "Beside experiment: 1 agrees, 0 disagrees, 0 open" in lines
    assert any("Geiger" in line for line in lines)
    (filtered,) = [line.split() for line in lines if line.startswith("Passes filter")]
    assert filtered[2:] == ["1", "1", "0"]


def test_the_summary_names_the_compounds_behind_a_note() -> None:
    summary = summarise([document("Li", 0.0)], campaign="c", planned=1, host="Li7La3Zr2O12")
    text = shown(summary)
    (line,) = [line for line in text.splitlines() if "without a band gap" in line]
    assert "Al3+ on Li, x=0.25" in line
