"""Files and modules that prose names: in Markdown pages, docstrings and comments."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache
from typing import TYPE_CHECKING

from standins.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("analysis", "benchmarks", "docs", "makers", "results", "studies", "tests", "workflows")
TOP = (*FOLDERS, "campaigns", "cluster", "interphase")
NOT_OURS = frozenset({".venv", ".git", "build", "runs", "__pycache__"})

_START = r"(?<![\w./:*~-])(?:\.\./)*"
_PATH = re.compile(rf"{_START}((?:{'|'.join(TOP)})(?:/[\w.*-]*\w)+)")
_FILE = re.compile(rf"{_START}((?:[\w-]+/)*[\w-]+\.(?:py|md|ipynb|css|js)\b)(?!\()")
_MODULE = re.compile(rf"{_START}((?:{'|'.join(FOLDERS)})(?:\.[A-Za-z_]\w*)+(?::\w+)?)")
_EXAMPLE = re.compile(r"<!--.*?-->|^```.*?^```", re.DOTALL | re.MULTILINE)
_DATA = (".csv", ".html", ".json", ".png", ".yaml")


def named_paths(text: str) -> set[str]:
    """Return the files and folders that a text names; NAME in capitals stands for any name."""
    found = {match[1] for pattern in (_PATH, _FILE) for match in pattern.finditer(text)}
    return {path for path in found if not any(part.isupper() for part in path.split("/"))}


def named_modules(text: str) -> set[str]:
    """Return the dotted names of modules, and of functions and classes in them."""
    names = {found[1] for found in _MODULE.finditer(text)} - named_paths(text)
    return {name for name in names if not name.endswith(_DATA)}


def path_exists(path: str, page: Path) -> bool:
    """Return True if a path exists in the tree, or in a folder above the page that names it.

    A file named without its folder exists if any file of the tree has that name.
    """
    if "/" not in path:
        return path in {each.name for each in files()}
    folders = [folder for folder in page.parents if folder.is_relative_to(ROOT)]
    return any(any(folder.glob(path)) for folder in folders)


def module_exists(name: str) -> bool:
    """Return True if a dotted name is a package, a module, or something that a module defines."""
    parts = name.replace(":", ".").split(".")
    for count in range(len(parts), 0, -1):
        stem = ROOT.joinpath(*parts[:count])
        for source in (stem.with_suffix(".py"), stem / "__init__.py"):
            if source.exists():
                return _defines(source, parts[count:])
    return ROOT.joinpath(*parts).is_dir()


@cache
def files() -> tuple[Path, ...]:
    """Return the files of the tree, without what a run or an installation leaves in it."""
    found = (path for path in sorted(ROOT.rglob("*")) if path.is_file())
    return tuple(path for path in found if not NOT_OURS & set(path.relative_to(ROOT).parts))


def read_prose(path: Path) -> str:
    """Return the prose of a file: no code of a Python source or of a fenced block of a page."""
    text = path.read_text(encoding="utf-8")
    return prose_of(text) if path.suffix == ".py" else _EXAMPLE.sub("", text)


def prose_of(source: str) -> str:
    """Return the docstrings and comments of a source, and nothing of its code."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, documented)]
    return "\n".join([*comments, *(ast.get_docstring(node) or "" for node in nodes)])


def _defines(source: Path, names: list[str]) -> bool:
    body = ast.parse(source.read_text(encoding="utf-8")).body
    for name in names:
        found = [node for node in body if name in _names(node)]
        if not found:
            return False
        body = getattr(found[0], "body", [])
    return True


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}
