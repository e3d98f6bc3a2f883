"""Co-doped compounds, a series of concentrations, and both compensations, through the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Composition

from workflows.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NIOBIUM = {"element": "Nb", "valence": 5, "site": "Zr", "concentration": 0.5}
MAGNESIUM = {"element": "Mg", "valence": 2, "site": "Li", "concentration": 0.5}
TITANIUM = {"element": "Ti", "valence": 4, "site": "Zr", "concentration": 0.5}
BOTH = "Li0.5Mg0.5Zr0.5Nb0.5O3"
BOTH_UNCOMPENSATED = "Li1.5Mg0.5Zr0.5Nb0.5O3"
ON_ONE_SITE = "Li1.5Ti0.5Nb0.5O3"


@pytest.fixture(scope="module")
def codoped(
    scratch: Path, machine_settings: Any, make_spec: Any, write: Any, run_and_read: Any
) -> Iterator[Any]:
    """Run co-doped compounds and a series in a cell of 12 atoms."""
    spec = make_spec(
        name="codoped",
        dopants=[NIOBIUM | {"concentration": [0.5, 1]}],
        codoped=[[NIOBIUM, MAGNESIUM], [TITANIUM, NIOBIUM]],
        compensation=["lithium", "none"],
        choices=1,
    )
    landed = run_and_read(write(scratch, spec), scratch / "codoped", machine_settings)
    with open_database(landed.folder, machine_settings):
        yield landed


def test_every_compound_lands_both_ways(codoped: Any) -> None:
    assert codoped.run.returncode == 0, codoped.run.stdout + codoped.run.stderr
    found = sorted((r["formula"], r["compensation"]) for r in codoped.contents.results)
    assert found == sorted(
        [
            ("Li2ZrO3", "lithium"),
            ("Li1.5Zr0.5Nb0.5O3", "lithium"),
            ("Li2Zr0.5Nb0.5O3", "none"),
            ("LiNbO3", "lithium"),
            ("Li2NbO3", "none"),
            (BOTH, "lithium"),
            (BOTH_UNCOMPENSATED, "none"),
            (ON_ONE_SITE, "lithium"),
            ("Li2Ti0.5Nb0.5O3", "none"),
        ]
    )


def test_a_co_doped_compound_has_its_dopants_and_no_scalars(codoped: Any) -> None:
    result = codoped.contents.result(formula=BOTH)
    assert result["dopants"] == [MAGNESIUM, NIOBIUM]  # by site
    assert [result[key] for key in ("dopant", "valence", "site", "concentration")] == [None] * 4


def test_its_reaction_is_balanced_and_its_phases_hold_both_dopants(codoped: Any) -> None:
    result = codoped.contents.result(formula=BOTH)
    left = Composition(BOTH) + Composition({"Li": result["lithium_uptake"]})
    right = sum((Composition(f) * n for f, n in result["products"].items()), Composition({}))
    assert left.almost_equals(right, atol=1e-6)
    deciding = "".join(result["deciding_phases"])
    assert "Mg" in deciding
    assert "Nb" in deciding
    assert result["label"] is not None


def test_an_uncompensated_compound_is_not_compared_and_says_why(codoped: Any) -> None:
    result = codoped.contents.result(formula=BOTH_UNCOMPENSATED)
    # 0.5 Nb5+ for Zr4+ and 0.5 Mg2+ for Li+.
    notes = " ".join(result["notes"])
    assert "the formal charges add up to +1 per formula unit" in notes
    assert result["relation"] is None
    assert result["defect_energy"] is None
    assert "the valences do not balance" in notes


def test_a_query_finds_a_compound_by_any_of_its_dopants(codoped: Any, interphase: Any) -> None:
    for filters, number in (
        (["dopants.element=Mg"], 2),
        (["dopants.element=Nb"], 8),
        (["dopants.element=Nb", "dopants.element=Ti", "compensation=lithium"], 1),
        (["dopant=Nb"], 4),
        (["dopant=null", "dopants!=null"], 4),
    ):
        arguments = ("--fields", "formula", "--format", "csv")
        query = interphase("query", "--dir", codoped.folder, *filters, *arguments)
        assert len(query.stdout.splitlines()) - 1 == number, (filters, query.stdout, query.stderr)


def test_the_table_shows_each_dopant_on_a_line_of_its_own(codoped: Any) -> None:
    lines = [line.split() for line in codoped.run.stdout.splitlines()]
    second = lines.index(["Nb5+", "Zr", "0.500"])
    assert lines[second - 1][:3] == ["Mg2+", "Li", "0.500"]


def test_the_state_names_co_doped_compounds(codoped: Any, interphase: Any) -> None:
    status = interphase("status", "--dir", codoped.folder)
    assert "9 of 9 compounds (host included)" in status.stdout


def test_a_series_is_drawn_against_concentration(codoped: Any) -> None:
    path = codoped.folder / "codoped-reaction_energy_against_concentration.png"
    assert path.read_bytes().startswith(b"\x89PNG")
    # The command may break a long path.
    assert path.name in "".join(codoped.run.stdout.split())
