"""docs/two-engines.md: the words of one engine and of two, compound by compound."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from interphase import results
from studies.pages.markdown import table

RESULTS: Final = Path(__file__).parents[2] / "results"
ONE: Final = RESULTS / "llzo-chgnet"
TWO: Final = RESULTS / "llzo-two-engines"
SHOWN: Final = 15
WORTH: Final = 0.25
SUFFIXES: Final = ("_one", "_two")

_INTRODUCTION: Final = """\
# One engine and two

The 348 compounds of LLZO twice: relaxed by CHGNet alone
([results/llzo-chgnet](../results/llzo-chgnet/README.md)), and by CHGNet and then SevenNet-0
([results/llzo-two-engines](../results/llzo-two-engines/README.md)), whose energies count there.
SevenNet-0 relaxed again what the two disagree about ([how](engines.md#two-engines)). Both learned
the same calculations (MPtrj) as networks of different kinds: what they say alike is not thereby
right, but what they say differently is surely uncertain. `make docs` writes this page from the
stored results; `interphase compare` lists every change:

    interphase compare llzo results/llzo-two-engines"""
_WORDS: Final = """\
## The words

Rows: CHGNet alone; columns: both. `label` needs no engine: its margin comes from the reference
phases. `relation` and `dissolution` rest on the energy of the compound. **None is turned round**:
what dissolves by one segregates by the other nowhere, and one compound alone is no worse than the
host by the one and worse by the other."""
_ENERGIES: Final = """\
## The energies

Of the reaction with lithium less the host's: what both engines give minus what CHGNet alone
gives, eV per formula unit. `within u`: at most the `reaction_energy_uncertainty` of the second
result.

**The change has a sign.** SevenNet-0 finds nearly every doped compound less stable, by 0.13 eV per
formula unit as a rule, half an eV per dopant; CHGNet errs the other way where DFT is known
([uncertainty](uncertainty.md)). A shift that all dopants share is no part of u, which comes from
errors that differ between elements. It is small where dopant and host are alike: at most 0.05 for
the trivalent lanthanides on La, except Yb. So of the 27 compounds that are no worse than
the host by CHGNet alone, 10 are so by both."""
_CHANGED: Final = """\
## Where they differ most

The fifteen compounds with the largest change of the reaction energy relative to the host."""
_MAKE: Final = """\
## What to make

All compounds with a probability of at least 0.25 to do both, resist and dissolve, by either. The
two are taken as independent."""


def two_engines_page(made: str) -> str:
    """Write docs/two-engines.md from two stored results.

    Parameters
    ----------
    made
        The comment that says how the page is made.
    """
    both = matched()
    parts = [made, _INTRODUCTION, _WORDS]
    parts += [_crosstab(both, word) for word in ("label", "relation", "dissolution")]
    parts += [_ENERGIES, _spread(both), _CHANGED, _most_changed(both), _MAKE, _worth_making(both)]
    return "\n\n".join(parts) + "\n"


def matched() -> pd.DataFrame:
    """Return both results of each compound in a row, with the suffixes ``_one`` and ``_two``."""
    both = _compounds(ONE).merge(
        _compounds(TWO), on=["dopant", "valence", "site"], suffixes=SUFFIXES
    )
    both["name"] = both["dopant"] + both["valence"].astype(str) + "+ on " + both["site"]
    both["change"] = both["relative_two"] - both["relative_one"]
    return both


def _compounds(folder: Path) -> pd.DataFrame:
    """Read the doped compounds of a folder of results, with what the page needs beside."""
    rows = results(folder)
    rows = rows[rows["dopant"].notna()].copy()
    rows["relative"] = rows["reaction_energy"] - rows["reaction_energy_host"]
    rows["worth"] = rows["resists_probability"] * rows["dissolves_probability"]
    rows["again"] = [not engine.get("relaxed_by") for engine in rows["engine"]]
    return rows


def _crosstab(both: pd.DataFrame, word: str) -> str:
    counts = pd.crosstab(both[f"{word}_one"], both[f"{word}_two"])
    rows = [
        (str(name), *map(str, row))
        for name, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    return table((f"`{word}`", *map(str, counts.columns)), rows)


def _spread(both: pd.DataFrame) -> str:
    again = both["again_two"]
    groups = {"all": both, "energies alone": both[~again], "relaxed again": both[again]}
    columns = ("compounds", "number", "median", "mean absolute", "largest", "within u")
    return table(columns, [(name, *_spread_cells(group)) for name, group in groups.items()])


def _spread_cells(group: pd.DataFrame) -> tuple[str, ...]:
    change, size = group["change"], group["change"].abs()
    within = (size <= group["reaction_energy_uncertainty_two"]).mean()
    numbers = (f"{change.median():+.2f}", f"{size.mean():.2f}", f"{size.max():.2f}")
    return (str(len(group)), *numbers, f"{within:.0%}")


def _most_changed(both: pd.DataFrame) -> str:
    rows = [
        (
            row["name"],
            *(f"{row[key]:+.2f}" for key in ("relative_one", "relative_two", "change")),
            f"{row['reaction_energy_uncertainty_two']:.2f}",
            "yes" if row["again_two"] else "no",
        )
        for row in _records(both, both["change"].abs())[:SHOWN]
    ]
    return table(("dopant", "CHGNet alone", "both", "change", "u", "relaxed again"), rows)


def _worth_making(both: pd.DataFrame) -> str:
    worth = both[["worth_one", "worth_two"]].max(axis=1)
    keys = ("resists_probability_two", "dissolves_probability_one", "dissolves_probability_two")
    rows = [
        (row["name"], *(f"{row[key]:.2f}" for key in keys))
        for row in _records(both[worth >= WORTH], worth)
    ]
    columns = ("dopant", "P(resists)", "P(dissolves), CHGNet alone", "P(dissolves), both")
    return table(columns, rows)


def _records(rows: pd.DataFrame, order: pd.Series[float]) -> list[dict[str, Any]]:
    """List rows as mappings, those of the largest `order` first."""
    ordered = order.loc[rows.index].sort_values(ascending=False, kind="stable").index
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.loc[ordered].to_numpy()]
