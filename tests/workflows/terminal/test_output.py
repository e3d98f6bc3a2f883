"""The words that options offer."""

from __future__ import annotations

from workflows.state.campaign_status import State
from workflows.terminal.output import StateName


def test_the_states_of_the_option_are_those_of_a_compound() -> None:
    assert [name.value for name in StateName] == [state.value for state in State]
