"""The page "How far to trust these numbers" against the numbers that its benchmark wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Composition

from analysis.energies.engine_errors import known_error, shipped_error_table
from analysis.energies.oxides import OxideStatus, measured_oxides, status_counts
from studies.validation.alignments import Alignment
from studies.validation.parity_figures import AMOUNT
from studies.validation.reaction_errors import ALL_ENGINE

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "uncertainty.md").read_text(encoding="utf-8")
RESULTS: dict[str, Any] = json.loads((DOCS / "images" / "alignment.json").read_text())
EXPERIMENT, ALIGNMENTS = RESULTS["experiment"], RESULTS["alignments"]
WAYS = [*Alignment, ALL_ENGINE]


def figures_after(start: str) -> list[str]:
    """Cells of the table row that begins with `start`."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in row.strip("|").split("|")[1:]]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("all solids", EXPERIMENT["solids"]),
        ("correction fitted", EXPERIMENT["groups"]["correction fitted to them"]),
        ("+U metals", EXPERIMENT["groups"]["+U metals"]),
        ("lanthanides | 18", EXPERIMENT["groups"]["lanthanides"]),
        ("all others", EXPERIMENT["groups"]["all others"]),
        ("measured as gases", EXPERIMENT["groups"]["measured as gases"]),
    ],
)
def test_experiment_table(row: str, found: dict[str, float]) -> None:
    expected = [str(found["n"]), f"{found['mean']:+.3f}", f"{found['mae']:.3f}"]
    assert figures_after(row)[-4:-1] == expected
    assert figures_after(row)[-1] == f"{found['rms']:.3f}"


def test_numbers_of_oxides_by_status() -> None:
    counts = status_counts()
    assert f"Of {sum(counts.values())} oxides {counts[OxideStatus.NONE]} have no" in PAGE
    assert f"{counts[OxideStatus.CONFLICT]} have sources that disagree" in PAGE
    compared = len(EXPERIMENT["oxides"])
    assert len(measured_oxides()) - compared == 3
    assert f"{compared} remain" in PAGE


@pytest.mark.parametrize("way", WAYS)
def test_alignment_table(way: str) -> None:
    sets = ALIGNMENTS["reaction energies"]
    names = ("ternary", "ternary, +U metals", "ternary, other metals", "four and more elements")
    errors = [sets[name][way]["mae"] for name in names]
    errors += [ALIGNMENTS["alike"][way]["mae"], RESULTS["relaxed garnets"]["all"][way]["mae"]]
    expected = [f"{AMOUNT * error:.3f}" for error in errors]
    assert figures_after(f"{way} | 0.") == expected


def test_garnets_table() -> None:
    cells = [cell.strip() for line in PAGE.splitlines() for cell in line.split("|")]
    for formula, errors in RESULTS["relaxed garnets"]["each"].items():
        name = Composition(formula).to_pretty_string()
        place = next(i for i, cell in enumerate(cells) if same_formula(cell, name))
        assert cells[place + 1] == f"{AMOUNT * errors[Alignment.OXIDES]:+.3f}"


def same_formula(cell: str, formula: str) -> bool:
    return cell.startswith("Li") and cell.isalnum() and Composition(cell) == Composition(formula)


def test_host_oxides_are_best_for_garnets_and_elements_alone_as_good_as_the_host_alone() -> None:
    garnets = RESULTS["relaxed garnets"]["all"]
    assert min(WAYS, key=lambda way: float(garnets[way]["mae"])) is Alignment.OXIDES
    for each in (garnets, ALIGNMENTS["alike"]):
        assert each[Alignment.HOST] == each[Alignment.ENGINE]


@pytest.mark.parametrize("kind", ["oxides", "without_oxygen"])
def test_scale_table(kind: str) -> None:
    offsets = RESULTS["offsets"][kind]
    rows = [line for line in PAGE.splitlines() if line.count("|") == 10]
    cells = [cell.strip() for line in rows for cell in line.split("|")]
    shown = [e for e in offsets["outstanding"] if abs(offsets["elements"][e][3]) > 0.1]
    for element in shown:
        n, median, _, change = offsets["elements"][element]
        expected = [element, str(n), f"{median:+.2f}"]
        places = [i for i in range(len(cells)) if cells[i : i + 3] == expected]
        assert any(cells[i + 3].startswith(f"{change:+.2f}") for i in places), element


def test_garnet_part_of_the_uncertainty() -> None:
    assert f"s_garnet = {known_error('chgnet').structure:.2f} eV per atom of M" in PAGE
    samples = shipped_error_table("chgnet")["garnets"]
    each = RESULTS["relaxed garnets"]["each"]
    for formula, _, _, error in samples:
        assert each[formula][Alignment.OXIDES] == pytest.approx(-error, abs=1e-3)


def test_part_of_the_force_threshold() -> None:
    assert f"differences = {known_error('chgnet').forces:.4f} eV per f.u." in PAGE


def test_errors_of_the_elements() -> None:
    error = known_error("chgnet")
    elements = shipped_error_table("chgnet")["elements"]
    for element, found in elements.items():
        figures = f"{found['n']} | {found['mean']:+.2f} | {found['rms']:.2f}"
        row = f"{element} | {figures} | {found['robust_sigma']:.2f} | {error.of(element):.2f}"
        assert row in PAGE, element
