"""Figures on how far to trust the numbers: experiment, scales, alignments, uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from pymatgen.core import Composition, Element

from analysis.energies.oxide_groups import OxideGroup
from analysis.figures.style import BLUE, INK, MUTED, Mark, quieten
from studies.validation.alignments import Alignment
from studies.validation.reaction_errors import ALL_ENGINE, by_way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from studies.validation.experiment import OxideError
    from studies.validation.known_reactions import KnownReaction
    from studies.validation.scale_offsets import ElementOffset

# Okabe and Ito's palette; shapes make the same distinction.
ORANGE, GREEN, RED, PURPLE, SKY = "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
GROUPS = {
    OxideGroup.FITTED: Mark(BLUE, "o", OxideGroup.FITTED),
    OxideGroup.PLUS_U: Mark(ORANGE, "s", OxideGroup.PLUS_U),
    OxideGroup.LANTHANIDE: Mark(GREEN, "^", OxideGroup.LANTHANIDE),
    OxideGroup.OTHER: Mark("#8a8a8a", "D", OxideGroup.OTHER),
    OxideGroup.GAS: Mark(RED, "v", OxideGroup.GAS),
}
WAYS = {
    Alignment.OXIDES: (BLUE, "-"),
    Alignment.SCHEMES: (GREEN, "-."),
    Alignment.ENGINE: (ORANGE, ":"),
    Alignment.HOST: (RED, "--"),
    ALL_ENGINE: (PURPLE, (0, (6, 1.5, 1, 1.5, 1, 1.5))),
}
# The usual amount of dopant, per formula unit of the host: errors per atom of M times this are
# the errors of a compound's reaction energy.
AMOUNT = 0.25
# Oxides further from experiment, and elements further between the scales, are named (eV).
NAMED_OXIDE, NAMED_OFFSET = 0.5, 0.28
LARGEST_ERROR = 0.25


def experiment_figure(errors: Sequence[OxideError]) -> Figure:
    """Draw the table's formation energies against experiment, and their errors by group."""
    figure = Figure(figsize=(10.5, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    groups = {g: [e for e in errors if e.group is g] for g in OxideGroup}
    groups = {group: members for group, members in groups.items() if members}
    for group, members in groups.items():
        _scatter(left, [e.measured for e in members], [e.table for e in members], GROUPS[group])
    _diagonal(left)
    left.set_xlabel("measured enthalpy of formation, 298 K (eV/atom)")
    left.set_ylabel("table's formation energy (eV/atom)")
    for position, (group, members) in enumerate(groups.items()):
        found = sorted(members, key=lambda e: e.error)
        places = position + np.linspace(-0.3, 0.3, len(found))
        _scatter(right, list(places), [e.error for e in found], GROUPS[group])
        _name_outliers(right, list(places), found)
    right.axhline(0, color=INK, linewidth=0.8)
    right.set_xticks(
        range(len(groups)), [_wrapped(group, members) for group, members in groups.items()]
    )
    right.set_ylabel("table minus measured (eV/atom)")
    quieten(right)
    return figure


def _wrapped(group: OxideGroup, members: Sequence[OxideError]) -> str:
    mae = np.mean([abs(error.error) for error in members])
    name = group.replace(" fitted", "\nfitted").replace(" as ", "\nas ")
    return f"{name}\nMAE {mae:.3f}\n(n = {len(members)})"


def _name_outliers(axes: Axes, places: Sequence[float], errors: Sequence[OxideError]) -> None:
    """Name both ends of a sorted group and its outliers."""
    ends = {errors[0], errors[-1]}
    left = False
    for place, error in zip(places, errors, strict=True):
        if error in ends or abs(error.error) > NAMED_OXIDE:
            _write(axes, error.formula, place, error.error, left=left)
            left = not left


def offsets_figure(offsets: Sequence[ElementOffset]) -> Figure:
    """Draw how far the engine's scale is from the table's, element by element."""
    known = [o for o in offsets if o.oxides or o.without_oxygen]
    known.sort(key=lambda offset: Element(offset.element).Z)
    figure = Figure(figsize=(14, 4.8), layout="constrained")
    axes = figure.subplots()
    kinds = {
        "in oxides": (Mark(BLUE, "o", ""), [o.oxides for o in known]),
        "with Li, La, Zr and no oxygen": (Mark(RED, "s", ""), [o.without_oxygen for o in known]),
    }
    for shift, (label, (mark, found)) in zip((-0.15, 0.15), kinds.items(), strict=True):
        places = [i + shift for i, each in enumerate(found) if each]
        described = [each for each in found if each]
        axes.errorbar(
            places,
            [each.median for each in described],
            yerr=[each.robust_sigma for each in described],
            fmt=mark.marker,
            color=mark.colour,
            markersize=4.5,
            linewidth=1,
            label=f"{label}: median over phases, bar: their scatter",
        )
        for place, each in zip(places, described, strict=True):
            if abs(each.median) > NAMED_OFFSET:
                _write(axes, known[round(place - shift)].element, place, each.median)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xticks(range(len(known)), [o.element for o in known], fontsize=6.5)
    axes.set_xlim(-0.8, len(known) - 0.2)
    axes.set_ylabel("engine minus table (eV per atom of M)")
    quieten(axes)
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def alignments_figure(reactions: Sequence[KnownReaction]) -> Figure:
    """Draw known reaction energies with lithium: parity, and the errors of each alignment."""
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    kinds = {
        Mark("#9a9a9a", ".", "three elements"): [r for r in reactions if _elements(r) == 3],  # noqa: PLR2004, ternary
        Mark(BLUE, "s", "four and more"): [r for r in reactions if _elements(r) > 3],  # noqa: PLR2004, ternary
        Mark(RED, "D", "garnets"): [r for r in reactions if r.units],
    }
    for mark, members in kinds.items():
        known = [AMOUNT * r.reaction_energy for r in members]
        errors = [AMOUNT * r.errors[Alignment.OXIDES] for r in members]
        _scatter(left, known, list(np.add(known, errors)), mark)
    _diagonal(left)
    left.set_xlabel(f"reaction energy with Li, all by the table (eV per {AMOUNT} M)")
    left.set_ylabel(f"oxide by the engine, {Alignment.OXIDES} aligned")
    left.legend(frameon=False, loc="upper left")
    found = by_way(reactions)
    for way, (colour, style) in WAYS.items():
        sizes = np.sort(np.abs(found[way])) * AMOUNT
        label = f"{way}: MAE {sizes.mean():.3f}"
        shares = np.arange(1, len(sizes) + 1) / len(sizes)
        right.plot(sizes, shares, color=colour, linestyle=style, label=label)
    right.set_xlim(0, LARGEST_ERROR)
    right.set_ylim(0, 1)
    right.set_xlabel(f"absolute error of the reaction energy (eV per {AMOUNT} M)")
    right.set_ylabel("share of oxides below")
    right.legend(frameon=False, loc="lower right")
    quieten(right)
    return figure


def garnets_figure(reactions: Sequence[KnownReaction], sigma: Mapping[str, float]) -> Figure:
    """Draw the errors of D of garnets known on both scales, with their standard uncertainty.

    Parameters
    ----------
    reactions
        Those of the garnets.
    sigma
        Standard uncertainty of each element, eV per atom of it.
    """
    garnets = sorted(reactions, key=lambda r: r.errors[Alignment.OXIDES])
    figure = Figure(figsize=(7.5, 0.8 + 0.42 * len(garnets)), layout="constrained")
    axes = figure.subplots()
    places = range(len(garnets))
    wide = [AMOUNT * sigma[r.element] for r in garnets]
    errors = [AMOUNT * r.errors[Alignment.OXIDES] for r in garnets]
    axes.errorbar(
        errors,
        places,
        xerr=wide,
        fmt="D",
        color=RED,
        ecolor=MUTED,
        capsize=3,
        label="± u, the engine's part",
    )
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(places, [r.formula for r in garnets])
    axes.set_xlabel(f"error of the reaction energy against that of LLZO (eV per {AMOUNT} M)")
    axes.legend(frameon=False, loc="lower right")
    quieten(axes)
    return figure


def _elements(reaction: KnownReaction) -> int:
    return len(Composition(reaction.formula))


def _scatter(axes: Axes, x: Sequence[float], y: Sequence[float], mark: Mark) -> None:
    axes.plot(
        x,
        y,
        mark.marker,
        color=mark.colour,
        markersize=5,
        markeredgecolor="white",
        markeredgewidth=0.4,
        label=mark.text,
    )


def _diagonal(axes: Axes) -> None:
    low = min(axes.get_xlim()[0], axes.get_ylim()[0])
    high = max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([low, high], [low, high], color=INK, linewidth=0.8, zorder=0)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.set_aspect("equal")
    quieten(axes)


def _write(axes: Axes, text: str, x: float, y: float, *, left: bool = False) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(-4 if left else 4, 2),
        textcoords="offset points",
        ha="right" if left else "left",
        fontsize="x-small",
        color=MUTED,
    )
