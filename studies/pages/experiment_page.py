"""docs/experiment.md: what was seen when lithium met doped LLZO, next to what is computed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from analysis.base.fields import Label
from analysis.results.lithium_contact import Checked, Finding, contact_experiments
from workflows.results.files import read_results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.results.lithium_contact import ContactExperiment

    Row = dict[str, Any]

RESULTS: Final = Path(__file__).parents[2] / "results" / "llzo-chgnet" / "compounds.csv"

#: The findings that a label predicts; `undecided` predicts none.
AGREEING: Final[dict[str, frozenset[Finding]]] = {
    Label.RESISTS: frozenset({Finding.HOLDS}),
    Label.REDUCED: frozenset({Finding.REACTS, Finding.SELF_LIMITING}),
}
_CHECKED: Final = {Checked.ABSTRACT: "abstract read", Checked.SECONDARY: "as quoted later"}
_INTRODUCTION: Final = """\
# Against experiment

Only few reports say what lithium metal does to LLZO with a single dopant. The table puts every one
of [lithium_contact_experiments.csv](../analysis/data/lithium_contact_experiments.csv) next to the
[reference result](../results/llzo-chgnet/README.md) (CHGNet, x = 0.25). Margin m and potential V
say what lithium does to the dopant; both follow from the reference phases alone. The sources were
checked by their abstracts, or only as later papers quote them; none was read whole."""
_READING: Final = """\
## How to read it

- **A finding counts as agreement** where the label is `reduced` and lithium reacts (also if the
  layer stops the reaction), or where it is `resists` and the contact holds. Findings that compare
  two dopants only are `open`.
- **The experiment sees more than thermodynamics.** A reaction with a driving force may be too slow
  to see at room temperature, or end in a layer of nanometres that neither colour nor resistance
  shows. Then a contact holds although the dopant is reduced at equilibrium.
- **The computation has errors too.** PBE and its corrections err by tenths of an eV per dopant
  atom, which P(resists) contains; an error of m by 1.7 eV, as it would take for Ta, is far outside
  it. No number was fitted to these reports.
- **These reports hardly test the label**, which is `reduced` for all of their ions. The margin
  orders them as they behave: the two that hold or stop by themselves (Al, Ta) are above -1.8 eV,
  the three that react (Nb, Ga, Fe) below -2.9 eV. That was noticed afterwards, on five ions, and
  is not used.
- **What is missing**: the table has no report on W, Mo, Ti or Bi, whose sources could not be
  checked, and none on a dopant that is computed to resist. A garnet with Y, Gd or Sc in contact
  with lithium would test the label."""


def experiment_page(made: str) -> str:
    """Write docs/experiment.md from the table of experiments and the reference result.

    Parameters
    ----------
    made
        The comment that says how the page is made.
    """
    counted = [agreement(each) for each in contact_experiments()]
    agree, against = counted.count("yes"), counted.count("no")
    ions = dict.fromkeys(
        f"{each.dopant}{each.valence}+"
        for each, word in zip(contact_experiments(), counted, strict=True)
        if word == "no"
    )
    summary = (
        f"Of {len(counted)} reports {agree} agree with the label, {against} contradict it "
        f"({', '.join(ions)}), and {len(counted) - agree - against} compares dopants only."
    )
    lines = [
        "| dopant | seen | finding | checked | m, eV per dopant | V against Li | label | agrees |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *_rows(),
    ]
    sources = [f"{n}. {source}" for n, source in enumerate(_sources(), start=1)]
    parts = [
        made,
        _INTRODUCTION,
        "\n".join(lines),
        summary,
        _READING,
        "## Sources",
        "\n".join(sources),
    ]
    return "\n\n".join(parts) + "\n"


def agreement(experiment: ContactExperiment) -> str:
    """Say if a report agrees with the computed label: "yes", "no" or "open"."""
    predicted = AGREEING.get(_computed(experiment)["label"])
    if predicted is None or experiment.finding is Finding.OPEN:
        return "open"
    return "yes" if experiment.finding in predicted else "no"


def _rows() -> Iterator[str]:
    sources = list(_sources())
    for each in contact_experiments():
        row = _computed(each)
        error = row["reductions"][0]["uncertainty"]
        cells = (
            f"{each.dopant}{each.valence}+ on {each.site}",
            f"{each.observation} ({each.method}) [{sources.index(each.source) + 1}]",
            each.finding.value,
            _CHECKED[each.checked],
            f"{row['reduction_margin']:.2f} ± {error:.2f}",
            f"{row['reduction_potential']:.2f}",
            row["label"],
            agreement(each),
        )
        yield f"| {' | '.join(cells)} |"


def _sources() -> dict[str, None]:
    """Return the sources, each once, in the order of the table."""
    return dict.fromkeys(each.source for each in contact_experiments())


def _computed(experiment: ContactExperiment) -> Row:
    ion = (experiment.dopant, experiment.valence, experiment.site)
    return _results()[ion]


@cache
def _results() -> dict[tuple[str | None, int | None, str | None], Row]:
    return {(row["dopant"], row["valence"], row["site"]): row for row in read_results(RESULTS)}
