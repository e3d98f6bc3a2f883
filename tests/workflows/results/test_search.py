"""Filters, sorting and data frames, against a real database."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from pymongo.collection import Collection
from pymongo.database import Database

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.results.search import compile_filters, find, get_value, resolve_fields, to_dataframe

HOST: dict[str, Any] = {
    "job_uuid": "host",
    "dopants": [],
    "dopant": None,
    "site": None,
    "label": "resists",
    "formula": "Li7La3Zr2O12",
    "reaction_energy": -0.05,
    "products": {},
    "engine": {"name": "CHGNet 0.3.0", "scheme": {"functional": "PBE"}},
    "notes": [],
    "structure": {"lattice": {"a": 11.2}},
}
ALUMINIUM: dict[str, Any] = {
    "job_uuid": "al",
    "dopants": [{"element": "Al", "valence": 3, "site": "Li", "concentration": 0.25}],
    "dopant": "Al",
    "valence": 3,
    "site": "Li",
    "concentration": 0.25,
    "label": "resists",
    "formula": "Li6.25Al0.25La3Zr2O12",
    "reaction_energy": -0.2,
    "products": {"Li2O": 0.49999999998, "Zr4Al3": 0.08},
    "deciding_phases": ["Zr4Al3"],
    "product_band_gaps": {"Li2O": 4.9, "Zr4Al3": 0.0},
    "passivating": False,
    "reaction_path": [{"lithium": 0.0, "voltage": 0.1}, {"lithium": 2.0, "voltage": None}],
    "notes": ["Interstitial Li was resampled (1.2 Å)."],
}
TUNGSTEN: dict[str, Any] = {
    "job_uuid": "w",
    "dopants": [{"element": "W", "valence": 6, "site": "Zr", "concentration": 0.25}],
    "dopant": "W",
    "valence": 6,
    "site": "Zr",
    "concentration": 0.25,
    "label": "reduced",
    "formula": "Li6.5La3Zr1.75W0.25O12",
    "reaction_energy": -1.6,
    "products": {"Li2O": 1.5, "W": 0.25, "LiAlO2": 0.1},
    "deciding_phases": ["W"],
    "product_band_gaps": {"Li2O": 4.9, "W": None},
    "passivating": None,
}
CODOPED: dict[str, Any] = {
    "job_uuid": "ca+ta",
    "dopants": [
        {"element": "Ca", "valence": 2, "site": "La", "concentration": 0.25},
        {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.5},
    ],
    "dopant": None,
    "site": None,
    "label": None,
    "formula": "Li6.75La2.75Ca0.25Zr1.5Ta0.5O12",
    "reaction_energy": None,
    "products": {"CaO": 0.25, "Li0.5CoO2": 0.75},
    "passivating": True,
}

Found = Callable[..., list[str]]


@pytest.fixture
def collection(mongo_database: Database[dict[str, Any]]) -> Collection[dict[str, Any]]:
    results = mongo_database["results"]
    results.insert_many([dict(d) for d in (HOST, ALUMINIUM, TUNGSTEN, CODOPED)])
    return results


@pytest.fixture
def found(collection: Collection[dict[str, Any]]) -> Found:
    def names(*filters: str, **options: Any) -> list[str]:
        return [document["job_uuid"] for document in find(collection, filters, **options)]

    return names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("label=resists", ["host", "al"]),
        (" label = Resists ", ["host", "al"]),
        ("label=null", ["ca+ta"]),
        ("label!=resists", ["w", "ca+ta"]),
        ("label!=null", ["host", "al", "w"]),
        ("dopant=Al,W", ["al", "w"]),
        ("dopant!=Al,W", ["host", "ca+ta"]),
        ("dopant=Al,null", ["host", "al", "ca+ta"]),
        ("site=Zr", ["w"]),
        ("passivating=true", ["ca+ta"]),
        ("passivating=false", ["al"]),
        ("passivating=null", ["host", "w"]),
        ("notes~INTERSTITIAL li", ["al"]),
        ("notes~(1.2", ["al"]),
        ("notes~1x2", []),
        ("notes=null", ["host", "w", "ca+ta"]),
        ("job_uuid=ca+ta", ["ca+ta"]),
    ],
)
def test_filter_on_words_and_flags(found: Found, text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reaction_energy>-0.1", ["host"]),
        ("reaction_energy>=-0.2", ["host", "al"]),
        ("reaction_energy<-0.2", ["w"]),
        ("reaction_energy <= -2e-1", ["al", "w"]),
        ("reaction_energy=null", ["ca+ta"]),
        ("concentration=0.25", ["al", "w"]),
        ("valence=3,6", ["al", "w"]),
        ("valence!=3", ["host", "w", "ca+ta"]),
    ],
)
def test_filter_on_numbers_where_null_never_compares(
    found: Found, text: str, expected: list[str]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("products=Li2O", ["al", "w"]),
        ("products!=Li2O", ["host", "ca+ta"]),
        ("products=AlZr,W", ["w"]),
        ("products=Al3Zr4", ["al"]),
        ("products=null", ["host"]),
        ("products~Al", ["al", "w"]),
        ("products~LiAl", ["w"]),
        ("products~AlLi", ["w"]),
        ("products~C", []),
        ("products~Ca", ["ca+ta"]),
        ("products.Li2O>1", ["w"]),
        ("products.Li2O=0.5", ["al"]),
        ("products.OLi2=0.5", ["al"]),
        ("products.Li2O=null", ["host", "ca+ta"]),
        ("deciding_phases=W", ["w"]),
        ("deciding_phases=Al3Zr4", ["al"]),
        ("deciding_phases~Zr", ["al"]),
        ("product_band_gaps.W=null", ["host", "al", "w", "ca+ta"]),
        ("product_band_gaps.Zr4Al3<2", ["al"]),
        ("formula~W", ["w"]),
        ("formula~LaCa", ["ca+ta"]),
        ("formula=Li7La3Zr2O12", ["host"]),
    ],
)
def test_filter_on_phases(found: Found, text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("products=Li0.5CoO2", ["ca+ta"]),
        ("products!=Li0.5CoO2", ["host", "al", "w"]),
        ("products.Li0.5CoO2>0.7", ["ca+ta"]),
        ("products.Li0.5CoO2<0.7", []),
        ("products.Li0.5CoO2=0.75", ["ca+ta"]),
        ("products.Li0.5CoO2=null", ["host", "al", "w"]),
        ("product_band_gaps.Li0.5CoO2=null", ["host", "al", "w", "ca+ta"]),
    ],
)
def test_formula_with_decimals_is_one_key(found: Found, text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dopants=null", ["host"]),
        ("dopants.element=Ta", ["ca+ta"]),
        ("dopants.element!=Ta", ["host", "al", "w"]),
        ("dopants.valence>5", ["w"]),
        ("dopants.concentration=0.5", ["ca+ta"]),
        ("reaction_path.voltage>0", ["al"]),
        ("reaction_path.voltage=null", ["al"]),
        ("engine.scheme.functional=PBE", ["host"]),
        ("engine.name~chgnet", ["host"]),
        ("engine!=null", ["host"]),
        ("structure.lattice.a>11", ["host"]),
    ],
)
def test_filter_on_parts_of_nested_fields(found: Found, text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_number_of_a_dopant_is_that_of_one_dopant(found: Found) -> None:
    # 0.25 and 0.5 lie around 0.3, but neither is 0.3.
    assert found("dopants.concentration=0.3") == []


def test_all_filters_must_hold(found: Found) -> None:
    assert found("label=resists", "reaction_energy<-0.1") == ["al"]
    assert found("reaction_energy>-1", "reaction_energy<-0.1") == ["al"]


def test_compiled_filters_are_plain_query_documents() -> None:
    assert compile_filters([]) == {}
    assert compile_filters("reaction_energy>-0.1") == {"reaction_energy": {"$gt": -0.1}}
    assert compile_filters(["site=Zr", "dopant!=Al"]) == {
        "$and": [{"site": {"$eq": "Zr"}}, {"$nor": [{"dopant": {"$eq": "Al"}}]}]
    }


def test_comma_within_quotes_belongs_to_the_value() -> None:
    assert compile_filters('equation="a, b",c') == {
        "$or": [{"equation": {"$eq": "a, b"}}, {"equation": {"$eq": "c"}}]
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reaction_enrgy>1", r"'reaction_enrgy'; did you mean reaction_energy\?.*job_uuid"),
        ("dopants.elment=Al", r"did you mean element\?"),
        ("label", "is no filter.*label=resists"),
        ("=resists", "is no filter"),
        ("reaction_energy=>1", "one of the operators = != < <= > >= ~"),
        ("label==resists", "is no filter"),
        ("label=", "lacks a value"),
        ("dopant=Al,,Ga", "lacks a value"),
        ('notes~"open', "cannot be read"),
        ("label=resist", "one of resists, undecided, reduced"),
        ("reaction_energy>low", "takes a number, not 'low'"),
        ("reaction_energy>null", "takes a number, not 'null'"),
        ("reaction_energy<nan", "finite"),
        ("reaction_energy>1,2", "takes one number"),
        ("label>1", "is not a number"),
        ("reaction_energy~1", "is no text"),
        ("passivating=maybe", "true, false or null"),
        ("dopant=al", r"did you mean Al\?"),
        ("dopant=Al3+", "element symbol"),
        ("products>1", r"products\.Li2O>1"),
        ("products=al", "not a chemical formula"),
        ("products=Xx2O", "does not exist"),
        ("products~Al2O3", "use = for a phase"),
        ("dopants=Al", r"dopants\.element"),
        ("dopants~Al", r"dopants\.element"),
        ("engine=chgnet", r"engine\.name"),
        ("structure>1", r"structure\.lattice"),
        ("engine.nmae=chgnet", r"did you mean name\?"),
        ("label.colour=red", "label has no parts"),
        ("dopants.element.x=1", "has no parts"),
    ],
)
def test_malformed_filter_is_refused_with_the_mend(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compile_filters([text])


def test_sort_puts_documents_without_a_value_last_in_both_directions(found: Found) -> None:
    assert found(sort="reaction_energy") == ["w", "al", "host", "ca+ta"]
    assert found(sort="-reaction_energy") == ["host", "al", "w", "ca+ta"]
    assert found(sort="reaction_energy", descending=True) == ["host", "al", "w", "ca+ta"]


def test_sort_treats_nan_as_a_missing_value(
    collection: Collection[dict[str, Any]], found: Found
) -> None:
    collection.update_one({"job_uuid": "al"}, {"$set": {"reaction_energy": math.nan}})
    assert found(sort="reaction_energy")[:2] == ["w", "host"]
    assert found(sort="-reaction_energy")[:2] == ["host", "w"]


def test_sort_by_the_amount_of_a_phase(found: Found) -> None:
    assert found(sort="-products.Li2O") == ["w", "al", "host", "ca+ta"]
    assert found(sort="products.Li0.5CoO2", limit=1) == ["ca+ta"]


def test_sort_by_a_part_of_a_document(found: Found) -> None:
    assert found(sort="structure.lattice.a", limit=1) == ["host"]


def test_limit_counts_after_sorting(found: Found) -> None:
    assert found(sort="reaction_energy", limit=2) == ["w", "al"]


def test_without_fields_everything_but_the_structure_comes(
    collection: Collection[dict[str, Any]],
) -> None:
    (document,) = find(collection, "dopants=null")
    assert document == {key: value for key, value in HOST.items() if key != "structure"}


def test_fields_choose_what_comes(collection: Collection[dict[str, Any]]) -> None:
    fields = ["formula", "products.Li0.5CoO2,structure"]
    documents = find(collection, "dopants.element=Ta", fields=fields)
    assert documents == [{"formula": CODOPED["formula"], "products": CODOPED["products"]}]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sort": "products"}, "more than one value"),
        ({"sort": "dopants.valence"}, "more than one value"),
        ({"sort": "-reaction_enrgy"}, "did you mean reaction_energy"),
        ({"fields": ["colour"]}, "no field is called 'colour'"),
        ({"limit": 0}, "limit"),
    ],
)
def test_malformed_option_is_refused(
    collection: Collection[dict[str, Any]], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        find(collection, **options)


def test_fields_joined_by_commas_are_split_in_order() -> None:
    assert resolve_fields(["label, formula", "products.Li2O"]) == [
        "label",
        "formula",
        "products.Li2O",
    ]
    with pytest.raises(InputError, match="no field is named"):
        resolve_fields([" "])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label", "resists"),
        ("migration_barrier", None),
        ("products.Zr4Al3", 0.08),
        ("products.Al3Zr4", 0.08),
        ("products.La2O3", None),
        ("dopants.element", ["Al"]),
        ("reaction_path.voltage", [0.1, None]),
        ("engine.name", None),
        ("engine.scheme.functional", None),
    ],
)
def test_value_of_a_field_or_of_a_part(name: str, value: object) -> None:
    assert get_value(ALUMINIUM, name) == value


def test_data_frame_has_the_fields_as_columns_in_order(
    collection: Collection[dict[str, Any]],
) -> None:
    frame = to_dataframe(find(collection))
    assert list(frame.columns) == [field for field in Field if field != "structure"]
    assert frame["reaction_energy"].tolist()[:3] == [-0.05, -0.2, -1.6]
    assert math.isnan(frame["reaction_energy"][3])
    assert frame["products"][2] == TUNGSTEN["products"]


def test_data_frame_takes_chosen_columns_and_the_structure_where_it_is() -> None:
    frame = to_dataframe([ALUMINIUM], fields=["dopant", "products.Li2O"])
    pd.testing.assert_frame_equal(
        frame, pd.DataFrame({"dopant": ["Al"], "products.Li2O": [0.49999999998]})
    )
    assert "structure" in to_dataframe([HOST]).columns


def test_empty_result_is_an_empty_frame_with_columns() -> None:
    assert to_dataframe([]).shape == (0, len(Field) - 1)
