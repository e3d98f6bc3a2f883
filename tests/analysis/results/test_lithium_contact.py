"""The table of lithium contact experiments."""

import pytest

from analysis.results.lithium_contact import (
    Checked,
    Finding,
    contact_experiments,
    findings,
    reports_of,
)
from analysis.structures.dopants import known_valences


def test_every_report_has_a_source_with_a_year_and_a_known_ion() -> None:
    reports = contact_experiments()
    assert len(reports) == 8
    for each in reports:
        assert each.valence in known_valences(each.dopant)
        assert each.source.split("(")[-1][:4].isdigit()
        assert each.observation


def test_two_reports_have_tantalum_hold_and_niobium_react() -> None:
    assert findings(reports_of("Ta", 5, "Zr")) == {Finding.HOLDS}
    assert findings(reports_of("Nb", 5, "Zr")) == {Finding.REACTS}
    assert [each.checked for each in reports_of("Ta", 5, "Zr")] == [
        Checked.ABSTRACT,
        Checked.SECONDARY,
    ]


def test_a_comparison_with_another_dopant_is_no_finding() -> None:
    assert len(reports_of("Al", 3, "Li")) == 2
    assert findings(reports_of("Al", 3, "Li")) == {Finding.SELF_LIMITING}


@pytest.mark.parametrize("ion", [("W", 6, "Zr"), ("Ta", 5, "Li"), ("Nb", 4, "Zr")])
def test_an_ion_without_a_report_has_none(ion: tuple[str, int, str]) -> None:
    assert reports_of(*ion) == ()
    assert findings(()) == frozenset()


def test_an_unknown_composition_is_null() -> None:
    assert reports_of("Ga", 3, "Li")[0].composition is None
