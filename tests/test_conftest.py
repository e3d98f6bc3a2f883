from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
IN_TEST = "import pytest\n\ndef test_it():\n    pytest.skip('no mongod')\n"
IN_MODULE = "import pytest\n\npytest.importorskip('no_such_package')\n"


@pytest.mark.parametrize("ci", ["true", ""])
def test_what_skips_fails_in_ci_alone(tmp_path: Path, ci: str) -> None:
    shutil.copy(TESTS / "conftest.py", tmp_path)
    (tmp_path / "test_of_a_test.py").write_text(IN_TEST)
    (tmp_path / "test_of_a_module.py").write_text(IN_MODULE)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--continue-on-collection-errors",
            "--rootdir",
            tmp_path,
            tmp_path,
        ],
        env={**os.environ, "CI": ci, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.count("nothing may skip in CI: ") >= (2 if ci else 0), run.stdout
    assert ("2 skipped" in run.stdout) == (not ci), run.stdout
    assert bool(run.returncode) == bool(ci), run.stdout
