"""`interphase learn` and `predict` on compounds that have landed, in a real database."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from rich.console import Console
from standins.landing import IONS, dopants, energy_of, put_result
from typer.testing import CliRunner

from analysis.base.errors import InputError
from workflows.cli.main import app
from workflows.commands.learn import learn_command
from workflows.commands.predict import predict_all_command, predict_command
from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.report.learning_chapters import learning_chapters
from workflows.specification.campaign import NodeKind
from workflows.specification.planning import make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec
from workflows.storage.campaign_location import Place
from workflows.storage.campaigns import load_nodes
from workflows.storage.connection import Address
from workflows.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.storage.database import Database

    Spec = dict[str, Any]

FIGURES = {"decision_maps", "published_windows", "importance", "windows", "correlation", "parity"}


@pytest.fixture
def place(database: Database, mongo_uri: str) -> Place:
    return Place(address=Address(SecretStr(mongo_uri), database.name))


def fill(database: Database, spec: Spec, *, but: str = "nothing") -> None:
    """Let all compounds land but one."""
    plan = make_plan(CampaignSpec.model_validate(spec), TableSource())
    for node in save_campaign(database, plan.campaign):
        if but not in node.label:
            put_result(database, node)
    advance(database, spec["name"])


@pytest.fixture
def spec(make_spec: Callable[..., Spec]) -> Spec:
    """Learn from single descriptors alone, which takes seconds instead of a minute."""
    shared = {"compensation": "none", "learning": {"effort": "brief"}}
    return make_spec(name="learner", dopants=dopants(*IONS), **shared)


def learnt(place: Place, folder: Path) -> str:
    written = io.StringIO()
    learn_command(
        place,
        None,
        full=False,
        seed=None,
        jobs=1,
        output=folder,
        console=Console(file=written, width=200),
    )
    return written.getvalue()


def predicted(place: Place, *asked: Any) -> str:
    written = io.StringIO()
    x = asked[3] if len(asked) > 3 else None
    console = Console(file=written, width=200)
    predict_command(place, None, (*asked[:3], x), output=Output.TABLE, console=console)
    return written.getvalue()


def test_learn_and_predict_from_what_has_landed(
    database: Database, place: Place, spec: Spec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(database, spec, but=":W6+")
    first = learnt(place, tmp_path)
    assert "learner: 15 of 16 compounds have landed (1 queued)" in first
    assert "learnt from 15 of them" in first
    assert "seed 0, brief profile; stored" in first
    for heading in (
        "Leaderboard",
        "scored as they are made",
        "Main descriptors",
        "What to believe",
    ):
        assert heading in first
    assert {path.stem for path in tmp_path.glob("*.png")} >= FIGURES

    document = database.learning.find_one({})
    second = learnt(place, tmp_path)
    assert "the same as stored before" in second
    assert database.learning.count_documents({}) == 1
    assert database.learning.find_one({}) == document
    assert first.split("Leaderboard")[1] == second.split("Leaderboard")[1]

    tungsten = predicted(place, "W", 6, "Zr")
    assert "computed:         not yet" in tungsten
    niobium = predicted(place, "Nb", 5, "Zr")
    energy = energy_of("Nb", 5, 0.5)
    assert f"computed:         {energy:.3f} eV per f.u., worse, learnt from" in niobium
    assert "the reaction energy is scaled with x" in predicted(place, "Nb", 5, "Zr", 0.25)
    assert "outside" in predicted(place, "Th", 4, "Zr")
    for wrong, message in (
        (("Nb", 9, "Zr"), "Nb is never 9+"),
        (("Nb", 5, "La"), "unknown site 'La': the host's sites are Li, Zr"),
        (("Nb", 5, "Zr", -1.0), "--x: must be greater than 0"),
    ):
        with pytest.raises(InputError, match=message.replace("+", r"\+")):
            predicted(place, *wrong)

    predict_all_command(place, None, output=Output.CSV, console=Console())
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["site"] for row in rows} == {"Li", "Zr"}
    assert len({row["element"] for row in rows}) > 60
    computed = {row["element"] for row in rows if row["computed_energy"] and row["site"] == "Zr"}
    assert computed == {element for element, _ in IONS if element != "W"}
    written = io.StringIO()
    predict_all_command(place, None, output=Output.TABLE, console=Console(file=written, width=120))
    assert "On Zr, the highest reaction energy first" in written.getvalue()

    parts = learning_chapters(database, "learner")
    assert {figure.name for part in parts for figure in part.drawings} >= FIGURES
    tables = [table for part in parts for table in part.tables]
    left = {row[:2] for table in tables if "not computed" in table.title for row in table.rows}
    assert left
    assert not left & {
        (f"{element}{valence}+", "Zr") for element, valence in IONS if element != "W"
    }
    json.dumps([table.rows for table in tables], allow_nan=False)


def test_too_little_data_says_how_much_there_is(
    database: Database, place: Place, spec: Spec, tmp_path: Path
) -> None:
    fill(database, spec | {"dopants": dopants(*IONS[:4])})
    with pytest.raises(InputError, match=r"4 compounds of 4 elements are too few .* 4 no_worse\)"):
        learnt(place, tmp_path)
    with pytest.raises(InputError, match="nothing was learnt from learner yet; interphase learn"):
        predicted(place, "Mg", 2, "Li")
    assert len(load_nodes(database, {"kind": NodeKind.LEARNING})) == 0
    assert learning_chapters(database, "learner") == []


@pytest.mark.parametrize("command", ["learn", "predict"])
def test_help_teaches_what_to_believe_and_gives_examples(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"]).output
    assert f"interphase {command}" in shown
    assert "omputed" in shown


def test_predict_without_a_compound_says_what_to_give() -> None:
    found = CliRunner().invoke(app, ["predict", "Mg", "--dir", "nowhere"])
    assert found.exit_code == 1
    assert "ELEMENT VALENCE SITE" in str(found.exception)
