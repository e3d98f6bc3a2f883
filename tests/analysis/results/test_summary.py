from __future__ import annotations

from typing import Any

import pytest

from analysis.results.summary import Flag, compound_label, count_labels, count_notes, summarise

HOST: dict[str, Any] = {
    "dopants": [],
    "formula": "Li7La3Zr2O12",
    "compensation": "lithium",
    "reaction_energy": -0.5,
    "label": None,
    "notes": ["defect_energy and passes_filter are null: the host has no dopant"],
}


def doped(site: str, label: str | None, **changes: Any) -> dict[str, Any]:
    dopant = {"element": "Al", "valence": 3, "site": site, "concentration": 0.25}
    return {
        "dopants": [dopant],
        "dopant": "Al",
        **{key: value for key, value in dopant.items() if key != "element"},
        "compensation": "lithium",
        "label": label,
        "defect_energy": 0.1,
        "reaction_energy": -1.0,
        "reaction_energy_uncertainty": 0.1,
        "passes_filter": True,
        "strictly_stable": False,
        "passivating": None,
        "strictly_passivating": False,
        "notes": [],
        **changes,
    }


def test_labels_are_counted_per_site_and_in_all() -> None:
    found = count_labels([doped("Li", "resists"), doped("Zr", "resists"), doped("Zr", None)])
    assert found["Li"] == {"resists": 1, "undecided": 0, "reduced": 0, "null": 0}
    assert found["Zr"] == {"resists": 1, "undecided": 0, "reduced": 0, "null": 1}
    assert found["all"] == {"resists": 2, "undecided": 0, "reduced": 0, "null": 1}


def test_dopants_on_several_sites_count_once() -> None:
    two = doped("Li", "reduced")
    two["dopants"] = [*two["dopants"], {**two["dopants"][0], "site": "Zr"}]
    found = count_labels([two])
    assert set(found) == {"several", "all"}
    assert found["all"]["reduced"] == 1


def test_a_flag_counts_nulls_apart() -> None:
    documents = [doped("Li", None, passivating=value) for value in (True, False, False, None)]
    assert Flag.of(documents, "passivating") == Flag(yes=1, no=2, null=1)  # type: ignore[arg-type]  # a string will do


def test_notes_are_counted_by_kind_once_per_compound() -> None:
    gaps = ["No band gap of A is listed: open", "No band gap of B is listed: open"]
    found = count_notes([doped("Li", None, notes=gaps), doped("Zr", None, notes=gaps[:1])])
    assert [(note.reason, note.compounds) for note in found] == [
        ("no_band_gap", ("Al3+ on Li, x=0.25", "Al3+ on Zr, x=0.25"))
    ]


def test_a_note_of_no_known_kind_is_not_lost() -> None:
    (found,) = count_notes([doped("Li", None, notes=["a comet passed"])])
    assert (found.reason, found.label) == ("other", "a comet passed")


def test_the_host_is_in_none_of_the_counts() -> None:
    found = summarise([HOST, doped("Li", "reduced")], campaign="c", planned=3, host="Li7La3Zr2O12")
    assert (found.landed, found.planned) == (1, 3)
    assert found.labels["all"] == {"resists": 0, "undecided": 0, "reduced": 1, "null": 0}
    assert found.passes_filter == Flag(yes=1, no=0, null=0)
    assert found.host_reaction_energy == pytest.approx(-0.5)
    assert found.notes[0].compounds == ("Li7La3Zr2O12",)


def test_what_was_left_out_is_grouped_by_reason() -> None:
    pairs = [("Po4+", "no engine"), ("At1+", "no engine"), ("X", "no phases")]
    found = summarise([], campaign="c", planned=0, host="Li2ZrO3", left_out=pairs)
    assert found.left_out == {"no engine": ("Po4+", "At1+"), "no phases": ("X",)}


def test_an_uncompensated_compound_says_so() -> None:
    assert compound_label(doped("Li", None, compensation="none")).endswith(", uncompensated")
