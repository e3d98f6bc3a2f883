"""What VASP reads: INCAR, POSCAR, KPOINTS, POTCAR. Own parsers: they start in no time."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Geometry:
    """A crystal: rows of the lattice in Å [3, 3], fractional coordinates [N, 3]."""

    lattice: FloatArray
    fractional: FloatArray
    symbols: tuple[str, ...]

    @property
    def blocks(self) -> list[tuple[str, int]]:
        """Neighbouring atoms of one element, as POSCAR lists them."""
        blocks: list[tuple[str, int]] = []
        for symbol in self.symbols:
            if blocks and blocks[-1][0] == symbol:
                blocks[-1] = (symbol, blocks[-1][1] + 1)
            else:
                blocks.append((symbol, 1))
        return blocks


@dataclass(frozen=True)
class Inputs:
    """The four input files."""

    incar: dict[str, Any]
    geometry: Geometry
    mesh: tuple[int, int, int]
    style: str
    titles: tuple[str, ...]
    valences: tuple[float, ...]

    @property
    def electrons(self) -> float:
        """Number of valence electrons."""
        blocks = self.geometry.blocks
        return sum(n * z for (_, n), z in zip(blocks, self.valences, strict=True))

    def tag(self, name: str, default: Any) -> Any:
        """Value of an INCAR tag, or VASP's default."""
        return self.incar.get(name, default)


def read_inputs(folder: Path) -> Inputs:
    """Read the input files; a message as VASP's own where one is missing or empty."""
    for name in ("INCAR", "POSCAR", "KPOINTS", "POTCAR"):
        if not (folder / name).is_file() or (folder / name).stat().st_size == 0:
            sys.exit(f" ERROR: there must be 1 or 3 items on line 2 of {name}")
    titles, valences = _potcar((folder / "POTCAR").read_text())
    kpoints = (folder / "KPOINTS").read_text().splitlines()
    geometry = read_poscar((folder / "POSCAR").read_text())
    if len(titles) != len(geometry.blocks):
        sys.exit(" ERROR: number of potentials on File POTCAR incompatible with POSCAR")
    n1, n2, n3 = (int(word) for word in kpoints[3].split())
    return Inputs(
        read_incar((folder / "INCAR").read_text()),
        geometry,
        (n1, n2, n3),
        kpoints[2].strip(),
        titles,
        valences,
    )


def read_incar(text: str) -> dict[str, Any]:
    """Read INCAR's tags: logicals, integers, numbers, strings and lists of them."""
    tags = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            tags[name.strip().upper()] = _value(value.strip())
    return tags


def read_poscar(text: str) -> Geometry:
    """Read a POSCAR with element symbols and direct coordinates."""
    lines = text.splitlines()
    lattice = float(lines[1]) * np.array([line.split()[:3] for line in lines[2:5]], dtype=float)
    counts = [int(word) for word in lines[6].split()]
    symbols = [s for s, n in zip(lines[5].split(), counts, strict=True) for _ in range(n)]
    rows = [line.split()[:3] for line in lines[8 : 8 + len(symbols)]]
    return Geometry(lattice, np.array(rows, dtype=float), tuple(symbols))


def _value(text: str) -> Any:
    words: list[Any] = []
    for word in text.split():
        repeat, star, value = word.partition("*")
        words += [_word(value)] * int(repeat) if star else [_word(word)]
    return words[0] if len(words) == 1 else words


def _word(word: str) -> Any:
    if word.strip(".").lower() in {"true", "t", "false", "f"}:
        return word.strip(".").lower().startswith("t")
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _potcar(text: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    titles = re.findall(r"TITEL\s*=\s*(.+?)\s*$", text, flags=re.MULTILINE)
    valences = re.findall(r"ZVAL\s*=\s*([\d.]+)", text)
    return tuple(titles), tuple(float(value) for value in valences)
