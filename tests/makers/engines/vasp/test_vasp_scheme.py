"""Settings that end on no known scheme are refused before VASP runs, not after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from standins.plans import TANTALUM, plan
from standins.potcars import potcar

from analysis.base.errors import InputError
from analysis.base.reasons import Reason, reason_of
from analysis.energies.schemes import SchemeMismatchError
from makers.engines.registry import doubtful_valences, require_scheme

if TYPE_CHECKING:
    from pathlib import Path

    from pymatgen.core import Structure

pytest_plugins = ("standins.fixtures",)

GARNET = ("Li", "La", "Zr", "O")


@pytest.mark.parametrize(
    ("incar", "elements", "message"),
    [
        ({"METAGGA": "R2SCAN"}, GARNET, "invalid run type r2SCAN"),
        ({"metagga": "scan"}, GARNET, "invalid run type SCAN"),
        ({"GGA": "PS"}, GARNET, "invalid run type PBEsol"),
        ({"LHFCALC": True}, GARNET, "invalid run type hybrid functional"),
        ({"LDAU": False}, (*GARNET, "W"), "Invalid U value of 0.0 on W, expected 6.2"),
        ({"LDAUU": "0 0 3 0"}, (*GARNET, "W"), "LDAUU.* makes no INCAR"),
    ],
)
def test_energies_that_could_not_be_corrected_are_refused(
    incar: dict[str, Any], elements: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        require_scheme("vasp", {"incar": incar}, elements)


@pytest.mark.parametrize(
    ("settings", "elements"),
    [
        ({}, (*GARNET, "W")),
        ({"incar": {"GGA": "PE"}}, GARNET),
        ({"incar": {"LDAU": False}}, (*GARNET, "Nb")),  # no element with a U
        ({"incar": {"ISPIN": 1, "NCORE": 4}}, (*GARNET, "Fe")),
        ({"incar": {"ENCUT": 600}, "potcar_functional": "PBE_54"}, (*GARNET, "W")),
    ],
)
def test_energies_that_can_be_corrected_are_not(
    settings: dict[str, Any], elements: tuple[str, ...]
) -> None:
    require_scheme("vasp", settings, elements)


def test_plan_refuses_what_every_relaxation_would_end_in() -> None:
    engine = {"name": "vasp", "settings": {"incar": {"METAGGA": "R2SCAN"}}}
    with pytest.raises(SchemeMismatchError, match="Run VASP with the Materials Project's settings"):
        plan(engine=engine, dopants=[TANTALUM])


@pytest.mark.parametrize(
    ("element", "valence", "expected"),
    [
        ("Tb", 4, "Tb_3 holds f electrons in its core: Tb4+ is computed as Tb3+"),
        ("Pr", 4, "Pr_3 holds f electrons in its core: Pr4+ is computed as Pr3+"),
        ("Sm", 2, "Sm_3 holds f electrons in its core: Sm2+ is computed as Sm3+"),
        ("Yb", 3, "Yb_2 holds f electrons in its core: Yb3+ is computed as Yb2+"),
        ("Yb", 2, None),
        ("Tb", 3, None),
        ("Ce", 4, None),  # its potential has the f electrons outside
        ("Ga", 3, None),
        ("Al", 2, None),
    ],
)
def test_a_potential_with_f_electrons_in_the_core_fixes_the_valence(
    element: str, valence: int, expected: str | None
) -> None:
    notes = [f"VASP's potential {expected}"] if expected else []
    assert doubtful_valences("vasp", {}, [(element, valence)]) == notes
    assert [reason_of(note) for note in notes] == [Reason.FIXED_VALENCE] * len(notes)


def test_a_force_field_fixes_no_valence() -> None:
    assert doubtful_valences("chgnet", {}, [("Tb", 4)]) == []


def test_plan_names_every_such_dopant() -> None:
    ions = [("Tb", 4, "Zr"), ("Sm", 2, "La"), ("Yb", 3, "La"), ("Gd", 3, "La")]
    dopants = [
        {"element": element, "valence": valence, "site": site, "concentration": 0.25}
        for element, valence, site in ions
    ]
    note = plan(engine={"name": "vasp"}, dopants=dopants).notes[0]
    assert [ion in note for ion in ("Tb4+", "Sm2+", "Yb3+ is", "Gd3+ is")] == [True] * 3 + [False]


@pytest.mark.filterwarnings("ignore")
def test_a_result_says_that_its_dopant_has_another_valence(
    vasp: Any, lithia: Structure, potentials: Path
) -> None:
    (potentials / "POT_GGA_PAW_PBE" / "POTCAR.Tb_3").write_text(potcar("Tb_3", 9))
    lithia.replace(0, "Tb4+")
    document = vasp.run(lithia)
    assert document.notes == [
        "VASP's potential Tb_3 holds f electrons in its core: Tb4+ is computed as Tb3+"
    ]
