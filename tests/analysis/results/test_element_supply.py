"""The table of element supply."""

import pytest
from pymatgen.core import Element

from analysis.results.element_supply import supply_of
from analysis.structures.dopants import ANION_FORMERS, is_candidate


def test_every_candidate_of_the_rule_is_tabulated() -> None:
    candidates = [element.symbol for element in Element if is_candidate(element.symbol)]
    assert len(candidates) > 70
    for symbol in (*candidates, *ANION_FORMERS):
        assert supply_of(symbol).element == symbol


def test_elements_that_do_not_occur_have_no_abundance() -> None:
    assert supply_of("Pm").abundance is None
    assert supply_of("Tc").abundance is None


@pytest.mark.parametrize(
    ("common", "rare"), [("Al", "Ga"), ("Nb", "Ta"), ("Zr", "Hf"), ("Ce", "Lu")]
)
def test_known_orders_of_abundance(common: str, rare: str) -> None:
    more, less = supply_of(common).abundance, supply_of(rare).abundance
    assert more is not None
    assert less is not None
    assert more > less > 0


def test_hazards_by_kind() -> None:
    assert supply_of("Th").hazards(exposure_limit=0.02)[0] == "radioactive"
    assert supply_of("Cd").hazards(exposure_limit=0.02) == [
        "carcinogenic (group 1)",
        "toxic (limit at work 0.002 mg/m3)",
    ]
    assert supply_of("Tl").hazards(exposure_limit=0.02) == ["toxic (limit at work 0.02 mg/m3)"]
    assert supply_of("Tl").hazards(exposure_limit=0.01) == []
    assert supply_of("Cr").carcinogen == "3"  # not classifiable: no hazard
    assert supply_of("Ta").hazards(exposure_limit=0.02) == []
    assert not supply_of("Bi").radioactive
