from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_group

from workflows.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^(?: {4}|- `|\*\*Example\*\*: `)(interphase [^`#\n]+)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def shown_commands() -> list[str]:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    return sorted({found.strip() for found in COMMAND.findall(text)})


@pytest.mark.parametrize("command", shown_commands())
def test_a_command_that_is_shown_exists_with_its_options(command: str) -> None:
    _, name, *arguments = shlex.split(command.split(" > ", maxsplit=1)[0])
    get_group(app).commands[name].make_context(name, arguments)


def test_the_tutorial_shows_commands() -> None:
    assert any(command.startswith("interphase run ") for command in shown_commands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("floor", ["analysis", "makers"])
def test_the_map_of_the_tree_shows_every_module_and_no_other(floor: str) -> None:
    table = map_of(floor)
    assert named_in(table) == modules_of(ROOT / floor)


def test_the_map_of_the_workflows_shows_every_module_in_its_package() -> None:
    rows = map_of("workflows").splitlines()
    for package in packages_of(ROOT / "workflows"):
        (row,) = (row for row in rows if row.startswith(f"| `{package.name}/` |"))
        assert named_in(row) == modules_of(package), package.name
    (top,) = (row for row in rows if row.startswith("| | "))
    assert named_in(top) == modules_of(ROOT / "workflows")


def map_of(floor: str) -> str:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return page.split(f"| `{floor}/` |")[2].split("\n\n")[0]


def packages_of(folder: Path) -> list[Path]:
    return [path.parent for path in sorted(folder.glob("*/__init__.py"))]


def modules_of(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py")} - {"__init__"}


def named_in(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))
