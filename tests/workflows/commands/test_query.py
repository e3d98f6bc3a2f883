"""What the commands on results ask of the database, and what they import."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

from pydantic import SecretStr
from rich.console import Console

from workflows.commands.query import state_command
from workflows.learning.campaign_stages import save_campaign
from workflows.results.question import Question
from workflows.state.campaign_status import State
from workflows.storage.campaign_location import Place
from workflows.storage.connection import Address
from workflows.terminal.output import Output

if TYPE_CHECKING:
    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

HEAVY = ("torch", "atomate2", "jobflow", "fireworks", "maggma", "pymatgen", "pandas", "scipy")


def test_a_query_imports_nothing_that_takes_long() -> None:
    # In a process of its own: this one has imported all of it.
    code = f"""
import sys
import workflows.cli.main
import workflows.commands.query
from workflows.results.filters import compile_filters
compile_filters(["reaction_energy<0", "label=resists", "stored>=7d"])
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_limit_holds_for_compounds_in_a_state_too(
    database: Database, mongo_uri: str, small_plan: Plan
) -> None:
    save_campaign(database, small_plan.campaign)
    place = Place(address=Address(SecretStr(mongo_uri), database.name))

    def shown(limit: int | None) -> int:
        written = io.StringIO()
        console = Console(file=written, width=200)
        asked = Question(limit=limit)
        state_command(place, asked, [State.WAITING], output=Output.JSON, console=console)
        return len(json.loads(written.getvalue()))

    assert (shown(None), shown(2)) == (5, 2)
