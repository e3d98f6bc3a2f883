"""Why a compound has its label: each dopant, the host, and the reaction step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.compound_names import ion_text
from analysis.base.fields import Field, Relation
from analysis.base.reasons import Reason
from analysis.reactions.equation import electrode_of
from analysis.reactions.verdict import Criteria
from workflows.terminal.provenance_text import dopants_or_none
from workflows.terminal.table_style import NULL, new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

    Document = Mapping[str, Any]

#: What an explanation reads.
NEEDED = (
    *(Field.FORMULA, Field.DOPANTS, Field.LABEL, Field.REACTION_ENERGY, Field.REACTION_ENERGY_HOST),
    *(Field.REDUCTIONS, Field.HINGES_ON, Field.DISSOLUTION, Field.DISSOLVES_PROBABILITY),
    *(Field.SOLUBILITY, Field.SOLUBILITY_UNCERTAINTY, Field.RELATION),
    *(Field.REACTION_ENERGY_UNCERTAINTY, Field.EQUATION, Field.REACTION_PATH, Field.ALLOYS),
    *(Field.PASSIVATING, Field.PRODUCT_BAND_GAPS, Field.INSULATING_FRACTION),
    *(
        Field.ENERGY_ABOVE_HULL,
        Field.DEFECT_ENERGY,
        Field.PASSES_FILTER,
        Field.MIGRATION_BARRIER,
        Field.NOTES,
        Field.PROVENANCE,
    ),
)


def print_explanation(document: Document, console: Console) -> None:
    """Print the explanation of one result."""
    dopants = dopants_or_none(document.get(Field.DOPANTS) or ())
    console.print(f"[bold]{document.get(Field.FORMULA)}[/] ({dopants})", highlight=False)
    for line in _lines(document):
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    if path := document.get(Field.REACTION_PATH):
        electrode = electrode_of(str(document.get(Field.EQUATION) or ""))
        print_table(path_table(path, electrode), console)
    for note in document.get(Field.NOTES) or ():
        console.print(f"  note: {note}", highlight=False, markup=False, soft_wrap=True)


def path_table(path: Sequence[Document], electrode: str) -> Table:
    """Make a table of the kinks of a reaction path, as more and more of the electrode reacts."""
    table = new_table()
    for title in (f"{electrode}\natoms/f.u.", "Voltage\nV", "Energy\neV/f.u."):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Products", overflow="fold")
    for step in path:
        voltage = step.get("voltage")
        products = sorted(step["products"].items(), key=lambda item: -item[1])
        table.add_row(
            f"{step['lithium']:.3f}",
            NULL if voltage is None else f"{voltage:.3f}",
            f"{step['energy']:.3f}",
            " + ".join(f"{round(amount, 3):g} {formula}" for formula, amount in products),
        )
    return table


def _lines(document: Document) -> Iterator[str]:
    yield from _verdict(document)
    yield f"reaction: {document.get(Field.EQUATION) or 'none is known'}"
    if alloys := document.get(Field.ALLOYS):
        yield f"alloys among the products: {', '.join(alloys)}"
    yield f"products with the dopant insulate: {_insulating(document)}"
    for field in (Field.ENERGY_ABOVE_HULL, Field.DEFECT_ENERGY, Field.MIGRATION_BARRIER):
        if (value := document.get(field)) is not None:
            beyond = field is Field.DEFECT_ENERGY and document.get(Field.PASSES_FILTER) is False
            yield f"{field.label.lower()}: {value:.3f} {field.unit}" + (
                ", beyond the filter" if beyond else ""
            )


def _verdict(document: Document) -> Iterator[str]:
    """Say what the electrode does to each dopant, if the host takes them up, and the whole."""
    if not document.get(Field.DOPANTS):
        yield "the undoped host, with which the others are compared"
        return
    yield f"label: {document.get(Field.LABEL) or 'none'}"
    yield from (f"  {_reduction(each)}" for each in document.get(Field.REDUCTIONS) or ())
    if hinges := document.get(Field.HINGES_ON):
        yield f"it hinges on {', '.join(hinges)}: without it the word is another"
    yield f"dissolution: {_dissolution(document)}"
    yield f"against the host: {_relation(document)}"


def _reduction(each: Document) -> str:
    """Say how strongly one dopant resists."""
    ion = ion_text(each["element"], each["valence"])
    if each["valence"] < 0:
        return f"{ion}: {Reason.ANION}, which cannot be reduced"
    if each.get("margin") is None:
        return f"{ion}: no margin is known"
    margin, verb = each["margin"], "costs" if each["margin"] > 0 else "yields"
    error = "" if each.get("uncertainty") is None else f" ± {each['uncertainty']:.2f}"
    words = f"{ion}: reducing it {verb} {abs(margin):.3f}{error} eV per dopant"
    if (potential := each.get("potential")) is not None:
        words += f", from {potential:.2f} V against the electrode down"
    if (chance := each.get("probability")) is not None:
        words += f"; it resists with a probability of {chance:.0%}"
    return f"{words} ({each.get('label') or 'no word'})"


def _dissolution(document: Document) -> str:
    word, energy = document.get(Field.DISSOLUTION), document.get(Field.SOLUBILITY)
    if word is None or energy is None:
        return "not known"
    return (
        f"{word}, free energy {energy:+.2f} ± {document[Field.SOLUBILITY_UNCERTAINTY]:.2f} eV per "
        f"dopant; it dissolves with a probability of {document[Field.DISSOLVES_PROBABILITY]:.0%}"
    )


def _relation(document: Document) -> str:
    """Compare the reaction energies."""
    word, uncertainty = (
        document.get(Field.RELATION),
        document.get(Field.REACTION_ENERGY_UNCERTAINTY),
    )
    energy, host = (document.get(f) for f in (Field.REACTION_ENERGY, Field.REACTION_ENERGY_HOST))
    if energy is None or host is None or not uncertainty:
        return f"{word or 'not known'}: an energy or its uncertainty is missing"
    criteria = Criteria(**(document.get(Field.PROVENANCE) or {}).get("screening") or {})
    side = "below" if energy < host else "above"
    bounds: dict[str | None, str] = {
        Relation.NO_WORSE: f"not below it by more than {criteria.stable_factor:g} u",
        Relation.WORSE: f"below it by more than {criteria.unstable_factor:g} u",
    }
    between = f"between {criteria.stable_factor:g} and {criteria.unstable_factor:g} u below it"
    return (
        f"{str(word).replace('_', ' ')}, as {energy:.3f} eV per f.u. is {abs(energy - host):.3f} "
        f"{side} the undoped host's {host:.3f}, {abs(energy - host) / uncertainty:.1f} times the "
        f"uncertainty u = {uncertainty:.3f} ({bounds.get(word, between)})"
    )


def _insulating(document: Document) -> str:
    """Say if the dopant's products insulate, and what share of all products does."""
    answer = {True: "yes", False: "no", None: "not known"}[document.get(Field.PASSIVATING)]
    gaps = document.get(Field.PRODUCT_BAND_GAPS) or {}
    texts = [f"{formula} {NULL if gap is None else f'{gap:.1f}'}" for formula, gap in gaps.items()]
    if texts:
        answer += f"; band gaps in eV: {', '.join(texts)}"
    if (share := document.get(Field.INSULATING_FRACTION)) is not None:
        answer += f"; insulators fill {share:.0%} of the products' volume"
    return answer
