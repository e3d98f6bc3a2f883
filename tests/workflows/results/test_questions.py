"""The questions that users have, each in one line, on compounds whose answer is plain to see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from analysis.base.errors import InputError
from workflows.results.result_documents import store_results
from workflows.results.search import compile_filters, count, find

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.storage.database import Database

    Found = Callable[..., list[str]]


def compound(name: str, site: str, energy: float | None, **fields: Any) -> dict[str, Any]:
    """Return a job's output of one doped garnet, named by its dopant."""
    dopant = {"element": name, "valence": 4, "site": site, "concentration": 0.25}
    return {**dopant, "dopants": [dopant], "dopant": name, "reaction_energy": energy, **fields}


# Dopant, what its reaction gives, and what makes it an answer or not.
COMPOUNDS = [
    compound("Hf", "Zr", -0.46, label="resists", migration_barrier=0.39, passivating=True),
    compound("Ce", "Zr", -0.65, label="reduced", migration_barrier=0.30, passivating=True),
    compound("Ti", "Zr", -0.44, label="resists", migration_barrier=0.41, passivating=True),
    compound("Sn", "Zr", -0.47, label="resists", migration_barrier=None),
    compound("Sr", "La", -0.54, label="resists", migration_barrier=0.20, passivating=False),
    compound("Al", "Li", -0.95, label="reduced", products={"Li2O": 7.0, "Zr3Al": 0.25}),
    compound("W", "Zr", -2.44, label="reduced", products={"Zr4O": 0.4, "ZrW2": 0.1}),
    compound("Mg", "Li", -0.90, label="reduced", products={"Zr4O": 0.5, "Li5Mg": 0.2}),
    compound("Nb", "Zr", -1.25, label="reduced", products={"Zr": 0.5, "Nb": 0.2, "ZrN": 0.1}),
    compound("Ga", "Li", None, label=None, passivating=True),
]


@pytest.fixture
def found(database: Database, land: Callable[..., None]) -> Found:
    for output in COMPOUNDS:
        land(database, output["dopant"], **{k: v for k, v in output.items() if k != "element"})
    store_results(database, "small", [output["dopant"] for output in COMPOUNDS])

    def dopants(*filters: str, **options: Any) -> list[str]:
        return [d["dopant"] for d in find(database.results, filters, **options)]

    return dopants


def test_resisting_dopants_on_zr_with_a_barrier_below(found: Found) -> None:
    # Ce is unstable, Ti's barrier is above, Sn's is not known, Sr is on La.
    assert found("site=Zr", "label=resists", "migration_barrier<0.4") == ["Hf"]


def test_compounds_that_form_an_alloy_of_zirconium(found: Found) -> None:
    # Mg's alloy has no zirconium; Nb's zirconium is an element and a nitride.
    assert found("alloys~Zr") == ["Al", "W"]
    assert found("alloys=AlZr3") == ["Al"]
    assert found("alloys!=null") == ["Al", "W", "Mg"]


def test_the_best_by_reaction_energy_that_are_passivating(found: Found) -> None:
    assert found("passivating=true", sort="-reaction_energy", limit=2) == ["Ti", "Hf"]
    # what has no reaction energy comes last
    assert found("passivating=true", sort="-reaction_energy") == ["Ti", "Hf", "Ce", "Ga"]


def test_what_changed_since_last_week(database: Database, found: Found) -> None:
    now = datetime.now(UTC)
    for dopant, days in (("Hf", 6.9), ("W", 7.1), ("Nb", 20.0)):
        stored = {"$set": {"stored": now - timedelta(days=days)}}
        database.results.update_one({"dopant": dopant}, stored)
    unchanged = {"W", "Nb"}
    everything = [output["dopant"] for output in COMPOUNDS]
    assert found("stored>=7d") == [d for d in everything if d not in unchanged]
    assert found("stored<7d") == ["W", "Nb"]
    assert found("stored<2w") == ["Nb"]
    assert found("stored>=7d", "stored<36h") == ["Hf"]


def test_a_day_is_all_of_its_hours(database: Database, found: Found) -> None:
    for dopant, moment in (
        ("Hf", "2020-02-28T23:59:59.999"),
        ("Ce", "2020-02-29T00:00:00"),
        ("Ti", "2020-02-29T23:59:59.999"),
        ("Sn", "2020-03-01T00:00:00"),
    ):
        computed = {"$set": {"computed": datetime.fromisoformat(moment)}}
        database.results.update_one({"dopant": dopant}, computed)
    assert found("computed=2020-02-29") == ["Ce", "Ti"]
    assert found("computed>=2020-02-29") == ["Ce", "Ti", "Sn"]
    assert found("computed>2020-02-29") == ["Sn"]
    assert found("computed<2020-02-29") == ["Hf"]
    assert found("computed<=2020-02-29") == ["Hf", "Ce", "Ti"]
    assert found("computed>=2020-02-29T23:00") == ["Ti", "Sn"]
    # 00:30 an hour east of Greenwich is 23:30 of the day before.
    assert found("computed<2020-02-29T00:30+01:00") == []
    assert found("computed=null", "computed!=2020-02-29", "site=La") == ["Sr"]


def test_chemistry_of_compound_and_products(found: Found) -> None:
    assert found("products~Zr", "products!~O") == ["Nb"]
    assert found("products~Zr", "products!~LiMg,W") == ["Al", "Nb"]
    assert found("products!~Zr", "site=Li") == ["Ga"]


def test_results_are_counted(database: Database, found: Found) -> None:
    assert count(database.results, "site=Li") == len(found("site=Li")) == 3
    assert count(database.results) == len(COMPOUNDS)


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (["migration_barrier>0.5", "migration_barrier<0.4"], "'migration_barrier>0.5' and"),
        (["valence>=3", "valence<3"], "no valence can fulfil both"),
        (["products.Li2O>7", "site=Zr", "products.Li2O<=6"], "no products.Li2O can"),
        (["stored>=2026-11-18", "stored<2026-11-01"], "no stored can fulfil both"),
        (["stored>=yesterday"], "stored takes a date such as 2026-11-18.*7d"),
        (["stored>=2026-13-01"], "not '2026-13-01'"),
        (["stored>=99999999w"], "takes a date"),
        (["stored>1d,2d"], "takes one date"),
        (["stored~2026"], "no text"),
        (["migration_bariér<0.4"], "did you mean migration_barrier"),
        (["migration_barrier<low"], "takes a number, not 'low'"),
        (["provenance.setings=1"], "There are: fw_id, engine_settings"),
    ],
)
def test_a_question_without_a_meaning_is_refused_with_the_mend(
    filters: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        compile_filters(filters)


def test_filters_that_one_value_fulfils_are_no_mistake() -> None:
    assert compile_filters(["valence>=3", "valence<=3"])
    assert compile_filters(["stored>=2026-11-18", "stored<=2026-11-18"])
    # each is fulfilled by another kink of the path
    assert compile_filters(["reaction_path.voltage>1", "reaction_path.voltage<0.5"])
