"""What the end of a run shows, from documents made by hand."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from workflows.terminal.run_outcome_text import BEST_RESULTS, MANY_RESULTS, show_results


def document(number: int) -> dict[str, Any]:
    dopant = {"element": "Al", "valence": 3, "site": "Li", "concentration": 0.25}
    return {"dopants": [dopant], "formula": f"Li{number + 100}", "reaction_energy": -0.001 * number}


@pytest.mark.parametrize(("number", "shown"), [(MANY_RESULTS, 40), (MANY_RESULTS + 1, 20)])
def test_the_end_of_a_run_shows_the_best_of_many(number: int, shown: int) -> None:
    written = io.StringIO()
    documents = [document(n) for n in range(number)]
    show_results(documents, Path("runs/demo"), Console(file=written, width=200))
    text = written.getvalue()
    assert sum("Al3+" in line for line in text.splitlines()) == shown
    assert ("interphase query --dir runs/demo --sort=-reaction_energy" in text) == (
        number > MANY_RESULTS
    )
    assert BEST_RESULTS == 20
