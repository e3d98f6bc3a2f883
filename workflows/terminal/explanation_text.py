"""Why a compound has its label: the difference from the host, and the reaction step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.fields import Field, Label
from analysis.reactions.equation import electrode_of
from analysis.reactions.verdict import Criteria
from workflows.terminal.provenance_text import dopants_text
from workflows.terminal.table_style import NULL, new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

    Document = Mapping[str, Any]

#: What an explanation reads.
NEEDED = (
    *(Field.FORMULA, Field.DOPANTS, Field.LABEL, Field.REACTION_ENERGY, Field.REACTION_ENERGY_HOST),
    *(Field.REACTION_ENERGY_UNCERTAINTY, Field.EQUATION, Field.REACTION_PATH, Field.ALLOYS),
    *(Field.PASSIVATING, Field.PRODUCT_BAND_GAPS, Field.ENERGY_ABOVE_HULL, Field.DEFECT_ENERGY),
    *(Field.PASSES_FILTER, Field.MIGRATION_BARRIER, Field.NOTES, Field.PROVENANCE),
)


def print_explanation(document: Document, console: Console) -> None:
    """Print the explanation of one result."""
    dopants = dopants_text(document.get(Field.DOPANTS) or ())
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
    yield f"label: {_verdict(document)}"
    yield f"reaction: {document.get(Field.EQUATION) or 'none is known'}"
    if alloys := document.get(Field.ALLOYS):
        yield f"alloys among the products: {', '.join(alloys)}"
    yield f"passivating: {_passivating(document)}"
    for field in (Field.ENERGY_ABOVE_HULL, Field.DEFECT_ENERGY, Field.MIGRATION_BARRIER):
        if (value := document.get(field)) is not None:
            beyond = field is Field.DEFECT_ENERGY and document.get(Field.PASSES_FILTER) is False
            yield f"{field.label.lower()}: {value:.3f} {field.unit}" + (
                ", beyond the filter" if beyond else ""
            )


def _verdict(document: Document) -> str:
    """Say what the label follows from."""
    if not document.get(Field.DOPANTS):
        return f"{document.get(Field.LABEL)}: the undoped host, with which the others are compared"
    label, uncertainty = document.get(Field.LABEL), document.get(Field.REACTION_ENERGY_UNCERTAINTY)
    energy, host = (document.get(f) for f in (Field.REACTION_ENERGY, Field.REACTION_ENERGY_HOST))
    if energy is None or host is None or not uncertainty:
        return f"{label or 'none'}: an energy or its uncertainty is not known"
    criteria = Criteria(**(document.get(Field.PROVENANCE) or {}).get("screening") or {})
    side = "below" if energy < host else "above"
    bounds: dict[str | None, str] = {
        Label.STABLE: f"stable: not below it by more than {criteria.stable_factor:g} u",
        Label.UNSTABLE: f"unstable: below it by more than {criteria.unstable_factor:g} u",
    }
    between = f"between {criteria.stable_factor:g} and {criteria.unstable_factor:g} u below it"
    bound = bounds.get(label, between)
    return (
        f"{label}, as {energy:.3f} eV per f.u. is {abs(energy - host):.3f} {side} the undoped "
        f"host's {host:.3f}, {abs(energy - host) / uncertainty:.1f} times the uncertainty "
        f"u = {uncertainty:.3f} ({bound})"
    )


def _passivating(document: Document) -> str:
    answer = {True: "yes", False: "no", None: "not known"}[document.get(Field.PASSIVATING)]
    gaps = document.get(Field.PRODUCT_BAND_GAPS) or {}
    texts = [f"{formula} {NULL if gap is None else f'{gap:.1f}'}" for formula, gap in gaps.items()]
    return f"{answer}; band gaps in eV: {', '.join(texts)}" if texts else answer
