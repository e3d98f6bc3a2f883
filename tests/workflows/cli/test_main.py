from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_mistake_ends_with_a_message_and_a_status_that_scripts_see(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workflows.cli.main", "plan", str(tmp_path / "none.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "none.yaml" in done.stderr
    assert "Traceback" not in done.stderr
