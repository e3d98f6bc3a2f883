"""The notebooks run, on the reference result and on a campaign, and show what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from docs.notebook import NOTEBOOKS, QUERY, code_cells, executed, text_of

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = 'interphase.results("../results/llzo-chgnet/compounds.csv")'
MOST_BYTES = 200_000


@pytest.fixture(scope="module")
def today() -> Any:
    return executed(QUERY)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_outputs_in_the_repository_are_those_of_today(path: Path, today: Any) -> None:
    made = today if path == QUERY else executed(path)
    for shown, now in zip(code_cells(nbformat.read(path, 4)), code_cells(made), strict=True):
        assert text_of(shown) == text_of(now), f"run make docs:\n{shown.source}"


def test_it_keeps_one_figure_and_stays_small(today: Any) -> None:
    for notebook in (today, nbformat.read(QUERY, as_version=4)):
        outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
        assert sum("image/png" in output.get("data", {}) for output in outputs) == 1
        assert not any(output.output_type == "error" for output in outputs)
    assert QUERY.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_links_lead_to_files(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    links = [link for text in texts for link in re.findall(r"\]\(([^)#]+)", text)]
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_one_line_makes_it_read_a_campaign(demo: Path) -> None:
    """The line that the notebook itself names, with the folder of a campaign that has landed."""
    text = QUERY.read_text(encoding="utf-8")
    assert 'frame = interphase.results(\\"runs/demo\\")' in text
    made = executed(QUERY, {REFERENCE: f'interphase.results("{demo}")'})
    stable_by_site = text_of(code_cells(made)[1])[0]
    assert "Zr" in stable_by_site
    assert "La" not in stable_by_site
