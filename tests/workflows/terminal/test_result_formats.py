"""Results in terminals and pipes: as a table, JSON and CSV."""

import csv
import io
import json
import math
from typing import Any

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from rich.console import Console
from standins.tables import rows

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.terminal.result_formats import render
from workflows.terminal.result_table import default_fields, results_table

ALUMINIUM: dict[str, Any] = {
    "dopants": [{"element": "Al", "valence": 3, "site": "Li", "concentration": 0.25}],
    "dopant": "Al",
    "valence": 3,
    "site": "Li",
    "concentration": 0.25,
    "formula": "Li6.25Al0.25La3Zr2O12",
    "reaction_energy": -0.2104,
    "lithium_uptake": 1.25,
    "label": "reduced",
    "reduction_margin": -0.973,
    "resists_probability": 0.005,
    "reductions": [{"element": "Al", "valence": 3, "label": "reduced"}],
    "dissolution": "undecided",
    "dissolves_probability": 0.432,
    "energy_above_hull": 0.021,
    "products": {"Li2O": 1.5, "Zr4Al3": 0.0833},
    "product_band_gaps": {"Li2O": 4.9, "Zr4Al3": 0.0, "LiAl": None},
    "passivating": False,
    "diffusivity": 1.234e-9,
    "migration_barrier": math.nan,
    "engine": {"name": "chgnet", "version": "0.4.2", "scheme": {}},
    "reference_phases": {"source": "Materials Project 2019", "digest": "a"},
    "structure": {"sites": [{}, {}]},
    "notes": ["[bold]not markup[/bold]", "second"],
}
HOST: dict[str, Any] = {
    "dopants": [],
    "dopant": None,
    "formula": "Li7La3Zr2O12",
    "reaction_energy": -12.05,
    "products": {},
}
CODOPED: dict[str, Any] = {
    "dopants": [
        {"element": "Ca", "valence": 2, "site": "La", "concentration": 0.25},
        {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.5},
    ],
    "formula": "Li6.75La2.75Ca0.25Zr1.5Ta0.5O12",
    "label": None,
}
DOCUMENTS = [HOST, ALUMINIUM, CODOPED]


def written(
    documents: list[dict[str, Any]], *, width: int | None = None, pipe: int = 200, **options: Any
) -> str:
    """Return what a pipe of so many columns receives, or with a width what a terminal does."""
    file = io.StringIO()
    terminal = {"force_terminal": True, "width": width} if width else {"width": pipe}
    render(documents, console=Console(file=file, **terminal), **options)
    return file.getvalue()


def test_default_table_shows_dopant_with_charge_and_the_leading_numbers() -> None:
    cells = rows(written([ALUMINIUM | {"reaction_energy_uncertainty": 0.0907}]))[-1]
    assert cells[:6] == ["Al3+", "Li", "0.250", "Li6.25Al0.25La3Zr2O12", "reduced", "-0.973"]
    assert cells[6:10] == ["0.005", "undecided", "0.432", "-0.210"]
    assert cells[10:] == ["0.09", "no", "-", "Li2O,", "Zr4Al3"]


def test_units_stand_in_the_header() -> None:
    header = next(row for row in rows(written([ALUMINIUM])) if row[0] == "Dopant")
    units = ["eV/dopant", "0", "to", "1", "Dissolution", "0", "to", "1", "eV/f.u.", "eV/f.u."]
    assert header[1:] == [
        "Site",
        "/f.u.",
        "Formula",
        "Label",
        *units,
        "Passivating",
        "eV",
        "Products",
    ]


def test_decimal_points_stand_in_one_column() -> None:
    lines = written(DOCUMENTS[:2], fields=["reaction_energy"]).splitlines()
    points = [line.index(".") for line in lines if line.strip().startswith("-") and "." in line]
    assert len(points) == 2
    assert points[0] == points[1]


def test_host_has_no_dopant_and_null_is_a_dash() -> None:
    cells = rows(written([HOST]))[-1]
    assert cells == ["none", "-", "-", "Li7La3Zr2O12", *"-----", "-12.050", "-", "-", "-", "-"]


def test_several_dopants_stand_below_each_other() -> None:
    first, second = rows(written([CODOPED], fields=["dopant,site,concentration"]))[-2:]
    assert first == ["Ca2+", "La", "0.250"]
    assert second == ["Ta5+", "Zr", "0.500"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("passivating", "no"),
        ("diffusivity", "1.23e-09"),
        ("migration_barrier", "-"),
        ("dopants", "Al3+ on Li, x=0.25"),
        ("products.Zr4Al3", "0.083"),
        ("product_band_gaps", "Li2O 4.900, Zr4Al3 0.000, LiAl -"),
        ("reductions", "Al3+ reduced"),
        ("notes", "[bold]not markup[/bold]; second"),
        ("valence", "3"),
        ("engine", "chgnet 0.4.2"),
        ("reference_phases", "Materials Project 2019"),
        ("structure", "2 sites"),
    ],
)
def test_cell_of_a_field(field: str, text: str) -> None:
    assert written([ALUMINIUM], fields=[field]).splitlines()[-1].strip() == text


def test_number_that_rounds_to_zero_has_no_sign() -> None:
    document = {"reaction_energy": -0.0001}
    assert rows(written([document], fields=["reaction_energy"]))[-1] == ["0.000"]


def test_pipe_gets_no_colour_keeps_to_its_width_and_cuts_nothing() -> None:
    long = dict(ALUMINIUM, notes=["word " * 60 + "end"])
    text = written([long], fields=["label", "notes"], pipe=80)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert text.split().count("word") == 60
    assert text.split()[-1] == "end"


def test_terminal_gets_colour_and_the_word() -> None:
    assert "\x1b[31mreduced" in written([ALUMINIUM], width=120)


@pytest.mark.parametrize("width", [80, 100, 120, 140, 175])
def test_default_table_fits_the_terminal(width: int) -> None:
    console = Console(width=width)
    table = results_table(DOCUMENTS, default_fields(width))
    with console.capture() as captured:
        console.print(table)
    text = captured.get()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    for word in ("reduced", "-12.050", "-0.973"):
        assert word in text
    assert ("Zr4Al3" in text) == (width >= 140)


def test_formula_is_left_out_of_a_narrow_terminal_only() -> None:
    assert Field.FORMULA not in default_fields(100)
    assert Field.FORMULA in default_fields(175)


def test_terminal_that_is_too_narrow_cuts_nothing() -> None:
    text = written([ALUMINIUM], width=30, fields=["formula", "reaction_energy", "label"])
    assert "Li6.25Al0.25La3Zr2O12" in text
    assert "-0.210" in text
    assert "reduced" in text


def test_table_of_nothing_says_so() -> None:
    assert written([]) == "No results.\n"


def test_json_is_strict_and_holds_every_field_but_an_absent_structure() -> None:
    document = {name: value for name, value in ALUMINIUM.items() if name != "structure"}
    text = written([document], output="json")
    (row,) = json.loads(text, parse_constant=pytest.fail)
    assert list(row) == [field for field in Field if field is not Field.STRUCTURE]
    assert row["migration_barrier"] is None
    assert row["reaction_energy"] == -0.2104
    assert row["products"] == ALUMINIUM["products"]
    assert row["equation"] is None


def test_json_takes_numpy_numbers_and_structures() -> None:
    lithium = Structure(Lattice.cubic(3.4), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    document = {"structure": lithium, "reaction_energy": np.float64(-0.5)}
    (row,) = json.loads(written([document], output="json", fields=["structure,reaction_energy"]))
    assert Structure.from_dict(row["structure"]) == lithium
    assert row["reaction_energy"] == -0.5


def test_json_of_nothing_is_an_empty_list() -> None:
    assert json.loads(written([], output="json")) == []


def test_csv_has_names_as_header_null_as_nothing_and_nested_values_as_json() -> None:
    fields = ["dopant", "products", "passivating", "migration_barrier", "reaction_energy"]
    text = written([ALUMINIUM, HOST], output="csv", fields=fields)
    header, first, second = csv.reader(io.StringIO(text))
    assert header == fields
    assert first[0] == "Al"
    assert json.loads(first[1]) == ALUMINIUM["products"]
    assert first[2:] == ["false", "", "-0.2104"]
    assert second == ["", "{}", "", "", "-12.05"]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"output": "xml"}, "table, json, csv"), ({"fields": ["colour"]}, "'colour'")],
)
def test_unknown_output_or_field_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        written(DOCUMENTS, **options)
