"""Faults made by hand, each of which a test must catch: ``python tests/mutations.py [WORD ...]``.

`mutations.toml` lists them: a file, a text that occurs in it once, what stands there instead, and
the tests that must fail. Each fault is put into a copy of the tree, one at a time; words choose
those whose file contains one of them. The exit status counts the faults that no test catches.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_suffix(".toml")
#: Exit status of pytest if tests failed, and if all passed.
FAILED, PASSED = 1, 0
SECONDS = 900


class Fault(NamedTuple):
    """A change that makes the program wrong.

    Attributes
    ----------
    what
        Kind of mistake, in a few words.
    file
        Changed file, from the root of the tree.
    old, new
        Text that stands there once, and what replaces it.
    tests
        Files or names of tests, of which at least one must fail.
    """

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def faults() -> list[Fault]:
    """Read the list."""
    read = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return [Fault(**each | {"tests": tuple(each["tests"])}) for each in read["fault"]]


def copy_tree(target: Path) -> None:
    """Copy every file that Git knows, and those that it will know."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, path, follow_symlinks=False)


def run_tests(
    tree: Path, tests: Iterable[str], seconds: float = SECONDS
) -> subprocess.CompletedProcess[str]:
    """Run tests in a tree; return pytest's exit status and what it printed."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command,
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


def is_caught(fault: Fault, tree: Path) -> bool:
    """Put a fault into a tree, run its tests, and take it out again."""
    path = tree / fault.file
    text = path.read_text(encoding="utf-8")
    if text.count(fault.old) != 1:
        message = (
            f"{fault.file} holds {text.count(fault.old)} times {fault.old!r}: bring it to date"
        )
        raise SystemExit(message)
    path.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    try:
        status = run_tests(tree, fault.tests).returncode
    finally:
        path.write_text(text, encoding="utf-8")
    if status not in (FAILED, PASSED):
        message = f"pytest ends with {status} for {fault.tests}: it found no test, or broke"
        raise SystemExit(message)
    return status == FAILED


def main(words: list[str]) -> int:
    """Print a line for each fault; return how many escaped."""
    chosen = [f for f in faults() if not words or any(word in f.file for word in words)]
    escaped = 0
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        tree = Path(folder)
        copy_tree(tree)
        everything = sorted({test for fault in chosen for test in fault.tests})
        ran = run_tests(tree, everything, 4 * SECONDS)
        if ran.returncode != PASSED:
            sys.exit(f"{ran.stdout}\nthe tests fail without any fault: repair them first")
        for fault in chosen:
            began = time.monotonic()
            caught = is_caught(fault, tree)
            escaped += not caught
            word, seconds = "caught" if caught else "NOT caught", time.monotonic() - began
            print(f"{word:10}  {seconds:4.0f} s  {fault.file}: {fault.what}", flush=True)
    print(f"{len(chosen) - escaped} of {len(chosen)} faults caught")
    return escaped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
