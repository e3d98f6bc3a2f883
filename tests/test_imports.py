"""Imports only go down: workflows on makers, makers on analysis."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE_ROOM = frozenset(
    {"jobflow", "fireworks", "atomate2", "custodian", "maggma", "pymongo", "emmet"}
)
FORBIDDEN = {
    "analysis": ENGINE_ROOM | {"makers", "workflows"},
    "makers": frozenset({"workflows"}),
}
FILES = [path for floor in FORBIDDEN for path in sorted((ROOT / floor).rglob("*.py"))]


def imported(source: str) -> set[str]:
    """Return the packages that a source imports, at its top or within a function."""
    packages = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            packages.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            packages |= {
                str(argument.value).split(".")[0]
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant)
            }
    return packages


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_nothing_from_the_floors_above(path: Path) -> None:
    floor = path.relative_to(ROOT).parts[0]
    assert not imported(path.read_text()) & FORBIDDEN[floor]


@pytest.mark.parametrize(
    "source",
    [
        "import workflows.specification.planning",
        "import numpy, workflows as w",
        "from workflows import plan",
        "def late():\n    from workflows.specification.planning import make_plan",
        "if TYPE_CHECKING:\n    from workflows.specification.planning import Plan",
        "importlib.import_module('workflows.specification.planning')",
    ],
)
def test_an_import_is_found_however_it_is_written(source: str) -> None:
    assert "workflows" in imported(source)


def test_a_word_that_is_no_import_is_not_found() -> None:
    assert imported("'''import workflows'''\nworkflows = 1  # from workflows import plan") == set()


def test_relative_imports_are_not_used() -> None:
    # They would hide from the tests above which floor they lead to.
    for path in FILES:
        nodes = ast.walk(ast.parse(path.read_text()))
        assert not any(isinstance(node, ast.ImportFrom) and node.level for node in nodes), path
