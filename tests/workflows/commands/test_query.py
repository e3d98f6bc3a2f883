"""What the commands on results ask of the database, and what they import."""

from __future__ import annotations

import subprocess
import sys

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
