"""Steps by state, and failures, as tables."""

from __future__ import annotations

from rich.console import Console
from standins.tables import printed, rows

from workflows.state.campaign_status import Failure
from workflows.terminal.status_tables import failures_table, state_table


def test_state_table_counts_steps_in_each_state_with_totals() -> None:
    console = Console(width=120)
    counts = {
        "relax": {"COMPLETED": 12, "RUNNING": 2, "FIZZLED": 1},
        "interface": {"WAITING": 3, "COMPLETED": 9, "RESERVED": 1},
    }
    with console.capture() as captured:
        console.print(state_table(counts))
    header, _, relax, interface, total = rows(captured.get())
    assert header == [
        *("Step", "waiting", "ready", "running", "completed", "fizzled", "reserved", "all")
    ]
    assert relax == ["relax", "0", "0", "2", "12", "1", "0", "15"]
    assert interface == ["interface", "3", "0", "0", "9", "0", "1", "13"]
    assert total == ["all", "3", "0", "2", "21", "1", "1", "28"]


def test_failures_table_gives_the_number_and_the_whole_reason() -> None:
    reason = "no bond-valence parameters for [W6+]: " + "x" * 200
    text = printed(failures_table([Failure("LLZO:W", "migrate", 17, reason)]))
    assert ["LLZO:W", "migrate", "17"] in [row[:3] for row in rows(text)]
    assert "no bond-valence parameters for [W6+]:" in text
    assert text.count("x") == 200
