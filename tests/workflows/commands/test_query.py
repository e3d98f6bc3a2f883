"""What the commands on results ask of the database, and what they import."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from workflows.results.question import Question
from workflows.state.campaign_status import State
from workflows.terminal.output import StateName

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAVY = ("torch", "atomate2", "jobflow", "fireworks", "maggma", "pymatgen", "pandas", "scipy")


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (None, None),
        (["notes", " site"], ["notes", "site"]),
        (["+notes"], ["dopant", "site", "concentration", "formula", "notes"]),
        (["+site"], ["dopant", "concentration", "formula", "site"]),
    ],
)
def test_a_field_with_a_plus_joins_the_usual_ones(
    fields: Sequence[str] | None, names: Sequence[str] | None
) -> None:
    found = Question(fields=fields).names
    usual = {"reaction_energy", "reaction_energy_uncertainty", "lithium_uptake", "label"}
    usual |= {"energy_above_hull", "products"}
    assert found is None or [name for name in found if name not in usual] == names


def test_the_states_of_the_option_are_those_of_a_compound() -> None:
    assert [name.value for name in StateName] == [state.value for state in State]


def test_a_query_imports_nothing_that_takes_long() -> None:
    # In a process of its own: this one has imported all of it.
    code = f"""
import sys
import workflows.cli.main
import workflows.commands.query
from workflows.results.filters import compile_filters
compile_filters(["reaction_energy<0", "label=stable", "stored>=7d"])
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
