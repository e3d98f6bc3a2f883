from __future__ import annotations

from typing import Any

import pytest
from pymatgen.core import Element

from analysis.results.site_preference import (
    Verdict,
    compare_with_experiment,
    experiments,
    site_preferences,
)
from analysis.structures.dopants import common_valences

LLZO = "Li7La3Zr2O12"


def document(site: str, defect: float | None, **changes: Any) -> dict[str, Any]:
    content = {
        "dopant": "Al",
        "valence": 3,
        "site": site,
        "concentration": 0.25,
        "compensation": "lithium",
        "defect_energy": defect,
        "reaction_energy_uncertainty": 0.03,
        **changes,
    }
    keys = ("dopant", "valence", "site", "concentration")
    element, valence, where, x = (content[key] for key in keys)
    dopant = {"element": element, "valence": valence, "site": where, "concentration": x}
    return {**content, "dopants": [dopant]}


def test_the_lowest_defect_energy_is_the_site() -> None:
    (found,) = site_preferences([document("Zr", 1.0), document("Li", -0.2), document("La", 2.0)])
    assert found.site == "Li"
    assert [site.site for site in found.sites] == ["Li", "Zr", "La"]
    assert found.margin == pytest.approx(1.2)


def test_the_uncertainty_is_that_of_both_sites_per_dopant() -> None:
    other = document("Zr", 1.0, reaction_energy_uncertainty=0.04)
    (found,) = site_preferences([document("Li", 0.0), other])
    assert found.uncertainty == pytest.approx(0.05 / 0.25)  # 3, 4, 5
    assert found.decided is True


def test_a_margin_within_its_uncertainty_decides_nothing() -> None:
    (found,) = site_preferences([document("Li", 0.0), document("Zr", 0.1)])  # u = 0.17
    assert found.decided is False


def test_an_unknown_uncertainty_leaves_it_open() -> None:
    unknown = document("Zr", 5.0, reaction_energy_uncertainty=None)
    (found,) = site_preferences([document("Li", 0.0), unknown])
    assert (found.uncertainty, found.decided) == (None, None)


def test_one_site_has_no_margin() -> None:
    (found,) = site_preferences([document("Li", 0.0), document("Zr", None)])
    assert (found.margin, found.decided) == (None, None)


def test_only_equals_are_compared() -> None:
    found = site_preferences(
        [
            document("Li", 0.0),
            document("Zr", 1.0, concentration=0.5),
            document("Zr", 1.0, compensation="none"),
            document("Zr", 1.0, valence=1),
        ]
    )
    assert len(found) == 4


def test_several_dopants_have_no_site() -> None:
    two = {**document("Li", 0.0), "dopants": [{}, {}], "dopant": None}
    assert site_preferences([two]) == []


@pytest.mark.parametrize(
    ("li", "zr", "verdict"),
    [(0.0, 1.0, Verdict.AGREES), (1.0, 0.0, Verdict.DISAGREES), (0.0, 0.1, Verdict.OPEN)],
)
def test_experiment_has_aluminium_on_lithium(li: float, zr: float, verdict: Verdict) -> None:
    preferences = site_preferences([document("Li", li), document("Zr", zr)])
    (found,) = compare_with_experiment(preferences, host=LLZO)
    assert (found.experiment.site, found.verdict) == ("Li", verdict)


def test_nothing_is_compared_without_the_site_of_experiment_or_on_another_host() -> None:
    elsewhere = site_preferences([document("La", 0.0), document("Zr", 1.0)])
    assert compare_with_experiment(elsewhere, host=LLZO) == []
    both = site_preferences([document("Li", 0.0), document("Zr", 1.0)])
    assert compare_with_experiment(both, host="Li2ZrO3") == []


def test_the_table_of_experiments_holds_sourced_ions_of_the_rule() -> None:
    known = experiments()
    assert len({(each.dopant, each.valence) for each in known}) == len(known)
    for each in known:
        assert each.valence in common_valences(each.dopant)
        assert Element.is_valid_symbol(each.dopant)
        assert each.site in {"Li", "La", "Zr"}
        assert each.evidence in {"spectroscopy", "diffraction", "composition"}
        assert any(character.isdigit() for character in each.source)
