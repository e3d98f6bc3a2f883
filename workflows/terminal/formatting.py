"""Tables for the terminal; results as a table, JSON or CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from analysis.base.errors import InputError
from workflows.results.search import resolve_fields
from workflows.results.serialize import to_csv, to_json
from workflows.terminal.output import Output
from workflows.terminal.result_table import WIDE, default_fields, results_table
from workflows.terminal.table_style import NULL, STYLES, new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

    from workflows.doctor.checks import Check
    from workflows.specification.campaign import Campaign
    from workflows.state.campaign_status import Failure

    Document = Mapping[str, Any]

#: FireWorks states in the order of a step's life; the first five always have a column.
COMMON_STATES = ("WAITING", "READY", "RUNNING", "COMPLETED", "FIZZLED")
STATES = (*COMMON_STATES, "RESERVED", "PAUSED", "DEFUSED", "ARCHIVED")


def render(
    documents: Sequence[Document],
    *,
    fields: Sequence[str] | None = None,
    output: Output | str = Output.TABLE,
    console: Console,
) -> None:
    """Write results to a console as a table, strict JSON (NaN becomes null) or CSV.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents, as :func:`workflows.results.search.find` returns them.
    fields : sequence of str, optional
        What to show, nested parts as ``products.Li2O``. Without it the table shows the most
        important fields; JSON and CSV have all, `structure` only if a document has it.
    output : Output or str
        "table", "json" or "csv".
    console : rich.console.Console
        Where to write. A table in a pipe is as wide as it needs to be.

    Raises
    ------
    InputError
        For an unknown output or field.
    """
    names = None if fields is None else resolve_fields(fields)
    match _output(output):
        case Output.TABLE if not documents:
            console.print("No results.")
        case Output.TABLE:
            width = console.width if console.is_terminal else WIDE
            print_table(results_table(documents, names or default_fields(width)), console)
        case Output.JSON:
            console.file.write(to_json(documents, names))
        case Output.CSV:
            console.file.write(to_csv(documents, names))


def state_table(counts: Mapping[str, Mapping[str, int]]) -> Table:
    """Make a table of how many steps of each kind are in each FireWorks state.

    Parameters
    ----------
    counts : mapping of str to mapping of str to int
        For each name of a step, the number in each state; absent is none.
    """
    totals = {state: sum(row.get(state, 0) for row in counts.values()) for state in STATES}
    states = [state for state in STATES if state in COMMON_STATES or totals[state]]
    table = new_table()
    table.add_column("Step", no_wrap=True)
    for heading in (*(state.lower() for state in states), "all"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, row in counts.items():
        table.add_row(Text(name), *_state_cells(row, states))
    table.add_section()
    table.add_row(Text("all"), *_state_cells(totals, states))
    return table


def failures_table(failures: Sequence[Failure]) -> Table:
    """Make a table of what failed and why; the number is that of the Firework."""
    table = new_table()
    for heading in ("Compound", "Step"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Number", justify="right", no_wrap=True)
    table.add_column("Class", no_wrap=True)
    table.add_column("Why", overflow="fold")
    for failure in failures:
        number, kind = str(failure.fw_id), failure.failure_class
        cells = (failure.compound, failure.step, number, kind, failure.error)
        table.add_row(*(Text(cell or NULL) for cell in cells))
    return table


def checks_table(checks: Sequence[Check]) -> Table:
    """Make a table of the checks of this machine and their findings."""
    table = new_table()
    table.add_column("Check", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("Finding", overflow="fold")
    for check in checks:
        table.add_row(Text(check.name), _verdict(check), Text(check.finding))
    return table


def compounds_table(campaign: Campaign) -> Table:
    """Make a table of the compounds of a campaign, the undoped host first."""
    from analysis.structures.compensation import (  # pymatgen: seconds
        compound_composition,
        formula_per_unit,
    )

    table = new_table()
    for heading in ("Compound", "Formula"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Aligned through", overflow="fold")
    host = campaign.host_crystal
    for planned in campaign.compounds:
        label = planned.compound.label(host.name)
        formula = formula_per_unit(compound_composition(host, planned.compound))
        table.add_row(Text(label), Text(formula), Text(", ".join(planned.crystals) or NULL))
    return table


def _verdict(check: Check) -> Text:
    if not check.passed:
        return Text("FAILED", "red")
    return Text("look", "yellow") if check.doubtful else Text("ok", "green")


def _output(output: str) -> Output:
    if output not in list(Output):
        msg = f"results are written as {', '.join(Output)}, not {output!r}"
        raise InputError(msg)
    return Output(output)


def _state_cells(row: Mapping[str, int], states: Sequence[str]) -> list[Text]:
    cells = [
        Text(str(row.get(state, 0)), style=STYLES.get(state, "") if row.get(state) else "dim")
        for state in states
    ]
    return [*cells, Text(str(sum(row.values())))]
