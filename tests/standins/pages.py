"""What the Markdown pages ask a reader to type: commands, Python, and specifications."""

from __future__ import annotations

import re
from doctest import DocTestParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "results").glob("*/README.md")),
)

#: A line of an indented block that begins with one of these is a command; another block shows
#: what a command prints, a formula, or a file.
PROGRAMS = (
    *("interphase", "make", "python", "pip", "apt", ".", "cd", "cp", "mkdir", "chmod", "export"),
    *("qlaunch", "rlaunch", "lpad", "ssh", "jupyter", "git"),
)

_BLOCK = re.compile(r"(?:^ {4}.*\n|^\n(?= {4}))+", re.MULTILINE)
_LINE = re.compile(rf"^ {{4}}((?:{'|'.join(map(re.escape, PROGRAMS))}) .*)$", re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`((?:interphase|make|python|rlaunch|qlaunch) [^`]+)`")


class Command(NamedTuple):
    """A command and where it stands."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def commands(page: Path) -> list[Command]:
    """Return a page's commands in order: lines of blocks, and whole commands in sentences.

    In a sentence "interphase recover" is a name; with --dir it is something to type.
    """
    text = page.read_text(encoding="utf-8")
    spans = [found for found in _SPAN.finditer(text) if _is_whole(found)]
    found = sorted([*_LINE.finditer(text), *spans], key=lambda match: match.start())
    return [
        Command(name_of(page), text.count("\n", 0, each.start()) + 1, " ".join(each[1].split()))
        for each in found
    ]


def named(page: Path) -> list[str]:
    """Return what sentences call a command of `interphase`, whole or in part."""
    spans = _SPAN.findall(page.read_text(encoding="utf-8"))
    return [" ".join(span.split()) for span in spans if span.startswith("interphase ")]


def examples(page: Path) -> list[str]:
    """Return a page's lines of Python in its order."""
    parser = DocTestParser()
    return [each.source for each in parser.get_examples(page.read_text(encoding="utf-8"))]


def specifications(page: Path, keys: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the blocks that are a specification or part of one: all their keys are its keys."""
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        try:
            content = yaml.safe_load(block)
        except yaml.YAMLError:
            continue
        if isinstance(content, dict) and set(content) <= keys:
            yield content


def _is_whole(found: re.Match[str]) -> bool:
    listed = found.string[: found.start()].endswith(("- ", "**Example**: "))
    return listed or " --dir " in found[1] or not found[1].startswith("interphase ")
