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


@pytest.mark.parametrize("content", [IN_TEST, IN_MODULE])
@pytest.mark.parametrize(
    ("ci", "failures"),
    [("true", 1), ("", 0)],
)
def test_what_skips_fails_in_ci_alone(tmp_path: Path, content: str, ci: str, failures: int) -> None:
    shutil.copy(TESTS / "conftest.py", tmp_path)
    (tmp_path / "test_example.py").write_text(content)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", tmp_path, tmp_path],
        env={**os.environ, "CI": ci, "PYTHONPATH": str(TESTS.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("nothing may skip in CI" in run.stdout) == bool(failures)
    assert ("1 skipped" in run.stdout) == (not failures), run.stdout
