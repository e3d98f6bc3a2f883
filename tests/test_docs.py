from __future__ import annotations

import re
import shlex
from pathlib import Path

from click import ClickException
from standins.named_paths import (
    files,
    module_exists,
    named_modules,
    named_paths,
    path_exists,
    prose_of,
    read_prose,
)
from standins.pages import PAGES, ROOT, commands, name_of
from typer.main import get_group

from workflows.cli.main import app

LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
PLACE = re.compile(r"\]\((?!https?:)([^)#]*)#([^)]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
MARKDOWN = [path for path in files() if path.suffix == ".md"]
WITH_PROSE = [
    path
    for path in files()
    if path.suffix in {".cff", ".css", ".ipynb", ".js", ".md", ".py", ".toml", ".yaml"}
    or path.name in {"Makefile", "run"}
]


def shown_commands() -> list[str]:
    found = {each.text for page in PAGES for each in commands(page)}
    return sorted(text for text in found if text.startswith("interphase "))


def test_commands_that_are_shown_exist_with_their_options() -> None:
    group, wrong = get_group(app), {}
    for command in shown_commands():
        _, name, *arguments = shlex.split(command, comments=True)
        try:
            group.commands[name].make_context(name, arguments)
        except (KeyError, ClickException) as error:
            wrong[command] = str(error)
    assert wrong == {}


def test_the_tutorial_shows_commands() -> None:
    assert any(command.startswith("interphase run ") for command in shown_commands())


def test_ci_installs_the_system_packages_that_the_readme_names() -> None:
    (named,) = (each.text for each in commands(ROOT / "README.md") if "apt install" in each.text)
    installed = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (packages,) = re.findall(r'packages="([^"]*)"', installed)
    assert set(named.split()[2:]) <= set(packages.split())


def test_links_lead_to_files() -> None:
    lost = [
        f"{name_of(page)}: {link}"
        for page in MARKDOWN
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert lost == []


def test_links_lead_to_headings() -> None:
    lost = [
        f"{name_of(page)}: {name}#{anchor}"
        for page in MARKDOWN
        for name, anchor in PLACE.findall(page.read_text(encoding="utf-8"))
        if anchor not in anchors(page.parent / name if name else page)
    ]
    assert lost == []


def test_files_that_prose_names_exist() -> None:
    lost = [
        f"{name_of(path)}: {name}"
        for path in WITH_PROSE
        for name in sorted(named_paths(read_prose(path)))
        if not path_exists(name, path)
    ]
    assert lost == []


def test_modules_that_prose_names_exist() -> None:
    lost = [
        f"{name_of(path)}: {name}"
        for path in WITH_PROSE
        for name in sorted(named_modules(read_prose(path)))
        if not module_exists(name)
    ]
    assert lost == []


def test_a_named_file_is_found_and_missed_when_it_is_gone() -> None:
    text = "`simplex.py`, `analysis/data`, (../docs/gone.md) and ~/cluster/mine.yaml"
    names = named_paths(text)
    assert names == {"simplex.py", "analysis/data", "docs/gone.md"}
    assert {name for name in names if not path_exists(name, Path(__file__))} == {"docs/gone.md"}


def test_a_named_module_is_found_and_missed_when_it_is_gone() -> None:
    names = named_modules(
        "`analysis.base.errors.InputError`, `workflows.cli.main:gone`, "
        "`workflows.results`, `workflows.gone` and benchmarks/results.json"
    )
    gone = {name for name in names if not module_exists(name)}
    assert gone == {"workflows.cli.main:gone", "workflows.gone"}
    assert names - gone == {"analysis.base.errors.InputError", "workflows.results"}


def test_prose_of_a_source_is_its_docstrings_and_comments() -> None:
    source = 'def f():\n    """Docstring."""\n    return "code"  # comment\n'
    assert prose_of(source).split() == ["#", "comment", "Docstring."]


def anchors(page: Path) -> set[str]:
    """Return the names by which GitHub's and other renderers' links know a page's headings."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_numbered_headings_count_up() -> None:
    for page in PAGES:
        headings = HEADING.findall(page.read_text(encoding="utf-8"))
        numbers = [int(found[1]) for each in headings if (found := re.match(r"(\d+)\. ", each))]
        assert numbers == list(range(1, len(numbers) + 1)), name_of(page)


def test_the_picture_of_the_tree_shows_every_room() -> None:
    shown = shown_rooms()
    assert list(shown) == ["interphase", "workflows", "makers", "analysis"]
    for floor, rooms in shown.items():
        folders = {path.parent.name for path in (ROOT / floor).glob("*/__init__.py")}
        assert sorted(rooms) == sorted(folders)


def shown_rooms() -> dict[str, list[str]]:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = re.findall(r"(?m)^    (\w+)/ |^      (\w+) ", page.split("## Data flow")[0])
    rooms: dict[str, list[str]] = {}
    for floor, room in picture:
        if floor:
            rooms[floor] = []
        else:
            rooms[list(rooms)[-1]].append(room)
    return rooms


def test_every_decision_follows_the_template_and_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    template = re.findall(r"(?m)^    ## (.*)$", index)
    records = sorted(folder.glob("0*.md"))
    assert [record.name for record in records] == re.findall(r"\]\((0[^)]*)\)", index)
    for number, record in enumerate(records, start=1):
        title, *headings = HEADING.findall(record.read_text(encoding="utf-8"))
        assert title.startswith(f"{number:04}. "), record.name
        assert headings == template, record.name
