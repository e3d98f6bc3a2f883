"""Figures of the structure: ``python tests/house_figures.py [CHECKOUT ...]`` prints them.

For each checkout (this one if none is named): modules, lines, median and largest function body,
circles among the folders of each floor and among modules, file and class names that occur twice.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import networkx as nx

FLOORS = ("interphase", "workflows", "makers", "analysis")
Graph = Mapping[str, set[str]]


@dataclass(frozen=True)
class House:
    """One checkout: its modules by dotted name, parsed."""

    modules: Mapping[str, ast.Module]
    lines: int

    @classmethod
    def at(cls, root: Path) -> House:
        """Parse every module of the floors below a folder."""
        texts = {
            ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): (
                path.read_text()
            )
            for floor in FLOORS
            for path in sorted((root / floor).rglob("*.py"))
        }
        return cls(
            {name: ast.parse(text) for name, text in texts.items()},
            sum(len(text.splitlines()) for text in texts.values()),
        )

    @property
    def imports(self) -> Graph:
        """Module to the modules it imports, at its top, lazily, or for types alone."""
        return {name: set(self._imported(tree)) for name, tree in self.modules.items()}

    def _imported(self, tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                full = [f"{node.module}.{alias.name}" for alias in node.names]
                yield from (each if each in self.modules else node.module for each in full)
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)

    @property
    def bodies(self) -> list[int]:
        """Lines of each function's body, without its docstring."""
        return [
            _body(node)
            for tree in self.modules.values()
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]

    def circles_of_modules(self) -> list[set[str]]:
        """Return the sets of modules that import each other in a loop."""
        return _circles({m: found & self.modules.keys() for m, found in self.imports.items()})

    def circles_of_folders(self) -> list[set[str]]:
        """Return the sets of rooms of one floor that import each other in a loop."""
        rooms: dict[str, set[str]] = defaultdict(set)
        for module, found in self.imports.items():
            room = _room(module)
            rooms[room] |= {_room(each) for each in found if each in self.modules} - {room}
        return _circles(rooms)

    def file_names_twice(self) -> list[str]:
        """Return the file names that occur twice on a floor."""
        packages = {name.rpartition(".")[0] for name in self.modules}
        return _twice(
            f"{name.split('.')[0]}/{name.rpartition('.')[2]}.py"
            for name in self.modules
            if name not in packages
        )

    def class_names_twice(self) -> list[str]:
        """Return the names that two public classes have."""
        return _twice(
            node.name
            for tree in self.modules.values()
            for node in tree.body
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        )


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _circles(graph: Graph) -> list[set[str]]:
    pairs = [(one, other) for one, others in graph.items() for other in others]
    found = nx.strongly_connected_components(nx.DiGraph(pairs))
    return [set(circle) for circle in found if len(circle) > 1]


def _twice(names: Iterator[str]) -> list[str]:
    counted: dict[str, int] = defaultdict(int)
    for name in names:
        counted[name] += 1
    return sorted(name for name, number in counted.items() if number > 1)


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1


def main() -> None:
    """Print the figures of each checkout that is named."""
    for root in map(Path, sys.argv[1:] or [Path(__file__).parents[1]]):
        house = House.at(root)
        print(f"{root.resolve().name}: {len(house.modules)} modules, {house.lines} lines")
        print(f"  bodies: median {median(house.bodies):.0f}, largest {max(house.bodies)} lines")
        for what, found in (
            ("circles of folders", [sorted(each) for each in house.circles_of_folders()]),
            ("circles of modules", [sorted(each) for each in house.circles_of_modules()]),
            ("file names twice on a floor", house.file_names_twice()),
            ("class names twice", house.class_names_twice()),
        ):
            print(f"  {what}: {found or 'none'}")


if __name__ == "__main__":
    main()
