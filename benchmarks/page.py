"""The page of the benchmarks, generated from their results."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, Field

from benchmarks.measure import Figure

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

_INTRODUCTION = """\
# Benchmarks

`make bench` writes this page from `benchmarks/results.json`. Both sides of a row ran alternately on
one machine; times are medians of wall time, and a ratio is the median of the ratios of pairs. Each
benchmark checks that both sides give the same numbers, as the last column says, and fails if they
do not. Energies of relaxations are compared in a separate row.

`python -m benchmarks.run --quick` runs all benchmarks at small sizes. The whole campaign takes more
than an hour, so `make bench` skips it: `python -m benchmarks.run campaign` runs it, and
`python -m benchmarks.campaign DIR --keep` takes the figures of campaigns that have run.
"""
_HEADER = ("what", "interphase", "alternative", "ratio", "target", "met", "numbers")


class Machine(BaseModel, extra="forbid"):
    """The machine and packages that the figures depend on."""

    cores: int = Field(description="Cores that the benchmark may use")
    load: float | None = Field(
        description="Mean number of running processes at its end, its own included; null if unknown"
    )
    python: str
    packages: dict[str, str] = Field(description="Package to version")


class Measured(BaseModel, extra="forbid"):
    """One benchmark's figures."""

    title: str
    machine: Machine
    seconds: float | None = Field(description="How long it took, s; null if others ran it")
    figures: list[Figure]


class Results(BaseModel, extra="forbid"):
    """All benchmarks, by the name of their module."""

    benchmarks: dict[str, Measured] = Field(default_factory=dict)


def read_results() -> Results:
    """Read the stored results; empty if there are none yet."""
    if not RESULTS.exists():
        return Results()
    return Results.model_validate_json(RESULTS.read_text(encoding="utf-8"))


def page(results: Results) -> str:
    """Write the page of all results."""
    parts = [_INTRODUCTION, *(_section(each) for each in results.benchmarks.values())]
    return "\n".join(parts)


def table(figures: Iterable[Figure]) -> str:
    """Write figures as a Markdown table."""
    rows = [_HEADER, ("---",) * len(_HEADER), *map(_row, figures)]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in rows)


def _cell(text: str) -> str:
    """Fit a text, which may be another library's message, into a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _section(measured: Measured) -> str:
    machine = measured.machine
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    load = "" if machine.load is None else f", load {machine.load:.1f}"
    took = "" if measured.seconds is None else f"; the whole took {measured.seconds:.0f} s"
    where = f"{machine.cores} cores{load}, Python {machine.python}, {packages}{took}."
    return f"## {measured.title}\n\n{table(measured.figures)}\n\n{where}\n"


def _row(figure: Figure) -> Sequence[str]:
    instead = _quantity(figure.stock, figure.unit)
    if figure.against:
        instead = f"{instead} ({figure.against})".lstrip()
    return (
        figure.what,
        _quantity(figure.ours, figure.unit),
        instead,
        _ratio(figure),
        figure.target,
        {True: "yes", False: "no", None: ""}[figure.met],
        figure.agreement,
    )


def _quantity(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    # Three digits, but no power of ten before four of them.
    return f"{value:.0f} {unit}" if abs(value) >= 1000 else f"{value:.3g} {unit}"


def _ratio(figure: Figure) -> str:
    if figure.ratio is None:
        return ""
    if figure.ratio_range is None or figure.repeats == 1:
        return f"{figure.ratio:.3g}"
    least, largest = figure.ratio_range
    return f"{figure.ratio:.3g} ({least:.3g} to {largest:.3g})"
