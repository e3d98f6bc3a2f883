"""The figure of one compound's reaction path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from pymatgen.util.string import latexify

from analysis.base.compound_names import ions_on_sites
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.style import BLUE, MINUS, MUTED, quieten
from analysis.reactions.equation import electrode_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    Document = Mapping[str, Any]

TERMS_PER_LINE = 5  # products in a line of the list next to the path


def reaction_path_figure(document: Document, others: Sequence[tuple[float, float]] = ()) -> Figure:
    """Draw dG against the electrode amount with its kinks, the voltages and the products.

    Parameters
    ----------
    document : mapping
        A result document with its ``reaction_path``.
    others : sequence of (float, float)
        Electrode amount and dG of other balanced reactions, drawn as a cloud behind the path.

    Raises
    ------
    InputError
        If the document has no reaction path.
    """
    steps = document.get(Field.REACTION_PATH) or []
    if not steps:
        notes = "; ".join(document.get(Field.NOTES) or ()) or "no notes"
        msg = f"{document.get(Field.FORMULA)} has no {Field.REACTION_PATH} to draw ({notes})"
        raise InputError(msg)
    electrode = electrode_of(str(document.get(Field.EQUATION) or ""))
    height = max(5.2, 1.6 + 0.5 * len(steps))
    figure = Figure(figsize=(10.5, height), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1), height_ratios=(2.4, 1))
    energy_axes = figure.add_subplot(grid[0, 0])
    voltage_axes = figure.add_subplot(grid[1, 0], sharex=energy_axes)
    _draw_energies(energy_axes, steps)
    _draw_cloud(energy_axes, others)
    _draw_voltages(voltage_axes, steps, electrode)
    _write_products(figure.add_subplot(grid[:, 1]), steps)
    formula = latexify(str(document.get(Field.FORMULA)))
    energy_axes.set_title(ions_on_sites(document), loc="left", fontsize="small", color=MUTED)
    figure.suptitle(f"{formula} + n {latexify(electrode)}", fontweight="bold", x=0.02, ha="left")
    return figure


def _draw_energies(axes: Axes, steps: Sequence[Document]) -> None:
    """Draw dG(n) as the straight lines between its kinks, and the plateau after the last."""
    quieten(axes)
    lithium = [step["lithium"] for step in steps]
    energy = [step["energy"] for step in steps]
    end = _end(lithium)
    axes.plot([*lithium, end], [*energy, energy[-1]], color=BLUE, linewidth=2)
    axes.axhline(energy[-1], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for number, (n, value) in enumerate(zip(lithium, energy, strict=True), start=1):
        axes.plot(n, value, "o", color="white", markeredgecolor=BLUE, markersize=14)
        axes.text(n, value, str(number), ha="center", va="center_baseline", fontsize="small")
    axes.annotate(
        f"plateau {energy[-1]:z.3f} eV per f.u., reached at n = {_short(lithium[-1])}".replace(
            "-", MINUS
        ),
        (1, energy[-1]),
        xycoords=axes.get_yaxis_transform(),
        xytext=(-4, -12),
        textcoords="offset points",
        ha="right",
        va="top",
        color=MUTED,
    )
    axes.set_xlim(-0.04 * end, end)
    axes.margins(y=0.16)  # room for the numbers above and the plateau's text below
    axes.set_ylabel("ΔG (eV per f.u.)")
    axes.tick_params(labelbottom=False)


def _draw_cloud(axes: Axes, others: Sequence[tuple[float, float]]) -> None:
    """Draw the other reactions behind the path, each with as much electrode as it takes."""
    if not others:
        return
    lithium, energy = zip(*others, strict=True)
    label = f"the {len(others)} next best balanced reactions"
    axes.scatter(lithium, energy, s=9, color=MUTED, alpha=0.35, linewidth=0, zorder=0, label=label)
    axes.legend(loc="upper right", frameon=False, fontsize="small")


def _draw_voltages(axes: Axes, steps: Sequence[Document], electrode: str) -> None:
    """Draw the voltage of each segment, -d(dG)/dn, zero on the plateau."""
    quieten(axes)
    lithium = [step["lithium"] for step in steps]
    energy = [step["energy"] for step in steps]
    segments = zip(lithium, energy, lithium[1:], energy[1:], strict=False)
    slopes = [(e0 - e1) / (n1 - n0) for n0, e0, n1, e1 in segments]
    axes.stairs([*slopes, 0.0], [*lithium, _end(lithium)], color=BLUE, linewidth=1.6, baseline=None)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(f"V against {latexify(electrode)}")
    axes.set_xlabel(f"n (atoms of {latexify(electrode)} per f.u.)")


def _write_products(axes: Axes, steps: Sequence[Document]) -> None:
    """List the products at each kink next to the path, with the same numbers."""
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(len(steps) + 0.3, -0.7))
    axes.text(0.0, -0.4, "products at each kink", fontweight="bold", va="center")
    for row, step in enumerate(steps):
        height = row + 0.25
        axes.plot(0.03, height, "o", color="white", markeredgecolor=BLUE, markersize=14)
        axes.text(0.03, height, str(row + 1), ha="center", va="center_baseline", fontsize="small")
        text = f"n = {_short(step['lithium'])}\n{products_text(step['products'])}"
        axes.text(0.1, height, text, va="center", fontsize="small", linespacing=1.4)


def products_text(products: Mapping[str, float]) -> str:
    """Products with their amounts, largest first, in lines of a few: "6.5 Li2O + 1.5 La2O3"."""
    ordered = sorted(products.items(), key=lambda item: -item[1])
    terms = [f"{_short(amount)} {latexify(formula)}" for formula, amount in ordered]
    lines = [terms[i : i + TERMS_PER_LINE] for i in range(0, len(terms), TERMS_PER_LINE)]
    return " +\n".join(" + ".join(line) for line in lines)


def _short(amount: float) -> str:
    return f"{round(amount, 3):g}"


def _end(lithium: Sequence[float]) -> float:
    """Where the axis ends: far enough behind the last kink to show the plateau."""
    return max(1.25 * lithium[-1], lithium[-1] + 0.5)
