"""Insulating share of an interphase: what can be worked out by hand."""

import pytest

from analysis.base.errors import InputError
from analysis.energies.phase_volumes import table_volumes
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.reactions.insulation import Conduction, Insulation, conduction_of, insulation

GAPS = {"Li2O": 5.0, "Zr4O": 0.0, "La2TeO2": 2.03, "LiAlO2": None, "Al": 3.0}
VOLUMES = {"Li2O": 8.0, "Zr4O": 20.0, "La2TeO2": 10.0, "Al": 16.0}


def judged(**products: float) -> Insulation:
    listed = tuple(
        Phase(formula=formula, formation_energy_per_atom=-1, band_gap=gap)
        for formula, gap in GAPS.items()
    )
    phases = ReferencePhases(source="a test", scheme=MATERIALS_PROJECT_2019, phases=listed)
    return insulation(products, phases, volumes=VOLUMES, threshold=2.0)


def test_shares_are_by_volume_of_all_products() -> None:
    # Volumes: 7 x 3 x 8 = 168 of Li2O and 0.5 x 5 x 20 = 50 of Zr4O.
    found = judged(Li2O=7, Zr4O=0.5)
    assert found.insulating_fraction == pytest.approx(168 / 218)
    assert found.open_fraction == 0
    assert found.conduction == {"Li2O": Conduction.INSULATES, "Zr4O": Conduction.CONDUCTS}


def test_a_gap_within_its_error_of_the_limit_is_open() -> None:
    # 5 x 10 = 50 of La2TeO2 and 2 x 3 x 8 = 48 of Li2O.
    found = judged(Li2O=2, La2TeO2=1)
    assert found.conduction["La2TeO2"] is Conduction.OPEN
    assert found.insulating_fraction == pytest.approx(48 / 98)
    assert found.open_fraction == pytest.approx(50 / 98)


def test_a_metal_conducts_despite_a_listed_gap() -> None:
    assert judged(Al=1).conduction == {"Al": Conduction.CONDUCTS}


def test_without_a_volume_the_shares_are_null_and_named() -> None:
    found = judged(Li2O=1, LiAlO2=1)
    assert found.insulating_fraction is None
    assert found.open_fraction is None
    assert "the volume of LiAlO2 is not known" in found.notes[0]
    assert found.conduction["LiAlO2"] is Conduction.OPEN  # and its gap is not listed


@pytest.mark.parametrize(
    ("gap", "kind"),
    [
        (2.375, Conduction.OPEN),
        (2.376, Conduction.INSULATES),
        (1.625, Conduction.OPEN),
        (1.624, Conduction.CONDUCTS),
    ],
)
def test_the_error_is_as_wide_on_both_sides(gap: float, kind: Conduction) -> None:
    assert conduction_of(gap, threshold=2.0, gap_error=0.375) is kind


def test_an_amount_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="amount of Li2O is 0"):
        judged(Li2O=0)


def test_the_interphase_of_undoped_llzo_holds_a_metal() -> None:
    # Atoms: 7.5 in La2O3, 21 in Li2O, 2.5 in Zr4O.
    volumes = table_volumes()
    found = insulation(
        {"La2O3": 1.5, "Li2O": 7.0, "Zr4O": 0.5},
        table_phases(["Li", "La", "Zr", "O"]),
        volumes=volumes,
        threshold=2.0,
    )
    metal = 2.5 * volumes["Zr4O"]
    rest = 7.5 * volumes["La2O3"] + 21 * volumes["Li2O"]
    assert found.conduction["Zr4O"] is Conduction.CONDUCTS
    assert found.insulating_fraction == pytest.approx(rest / (rest + metal))
    assert found.insulating_fraction == pytest.approx(0.87, abs=0.005)
