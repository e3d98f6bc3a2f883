"""A thousand deformed crystals and specifications: each ends in a result or in one line.

Seeds are fixed; the line of a failure says which seed made its file.
"""

from __future__ import annotations

import random
import re
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from standins.plans import DATA

from analysis.base.errors import InputError
from analysis.structures.host import host_from_cif
from workflows.specification.planning import make_plan
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec

CRYSTALS = (
    DATA / "li2zro3.cif",
    DATA / "hosts" / "alignment_through_elements" / "li3ocl.cif",
    DATA / "hosts" / "small_cell_loses_mobile_ion" / "host.cif",
    DATA / "hosts" / "symmetry_not_read" / "host.cif",
)
WORDS = """\
? . nan inf -1 0 1e999 1e-9 1e400 99999999 Xx Q7+ Zr4+ ' " data_ loop_ _ # ; x,y 3.2(1) 0.333 0.5
\u00e9 { [ - : &a *a {a:1} 0x1G 1_0 'N !!int No on null .inf ~ 2024-13-45 1:30 true | > % @ Li -2
"""
JUNK = (
    *WORDS.split(),
    *("", "\t", "P 21/n", "[1, 2]", "{a: 1}", "<<: *a", "!!timestamp x", "- - ", ": "),
)
SPEC = """\
name: deformed
host:
  crystal: {crystal}
  name: host
  cell: [1, 1, 1]
  mobile: Li
  arrangements: 1
  minimum_distance: 2.0
  oxidation_states: {{Li: 1, Zr: 4, O: -2}}
electrode: Li
dopants:
  - &first {{element: Nb, valence: 5, site: Zr, concentration: 0.5}}
  - {{<<: *first, element: Ta}}
codoped:
  - - {{element: Mg, valence: 2, site: Li, concentration: 0.5}}
    - {{element: Hf, valence: 4, site: Zr, concentration: 0.5}}
rule:
  sites: [Zr]
  elements: [Ti]
  concentration: 0.5
compensation: [lithium, none]
choices: 1
migration: true
screening:
  max_elements: 3
  band_gap: 2.0
reference_phases:
  source: table
engine:
  name: chgnet
  settings: {{force_threshold: 0.1, steps: 500}}
seed: 1
"""


def deform(text: str, rng: random.Random) -> str:
    """Change a text in one or two places."""
    lines = text.splitlines()
    for _ in range(rng.choice((1, 1, 2))):
        if lines:
            rng.choice(DEFORMATIONS)(lines, rng)
    return "\n".join(lines) + "\n"


def _drop(lines: list[str], rng: random.Random) -> None:
    del lines[rng.randrange(len(lines))]


def _double(lines: list[str], rng: random.Random) -> None:
    at = rng.randrange(len(lines))
    lines.insert(at, lines[at])


def _swap(lines: list[str], rng: random.Random) -> None:
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]


def _replace(lines: list[str], rng: random.Random) -> None:
    """Put junk in the place of a word, mostly of a value."""
    at = rng.randrange(len(lines))
    words = re.split(r"(\s+|[{}\[\],]+)", lines[at])
    values = [i for i, word in enumerate(words) if i > 1 and word.strip(" {}[],")]
    if values:
        words[rng.choice(values)] = rng.choice(JUNK)
        lines[at] = "".join(words)


def _letter(lines: list[str], rng: random.Random) -> None:
    at = rng.randrange(len(lines))
    if lines[at]:
        place = rng.randrange(len(lines[at]))
        letter = rng.choice("0123456789.-+'{}[]:,#_ aZ")
        lines[at] = lines[at][:place] + letter + lines[at][place + 1 :]


def _cut(lines: list[str], rng: random.Random) -> None:
    del lines[rng.randrange(len(lines)) :]


DEFORMATIONS: tuple[Callable[[list[str], random.Random], None], ...] = (
    *(_replace,) * 6,
    *(_letter,) * 4,
    _drop,
    _double,
    _swap,
    _cut,
)


def outcome(read: Callable[[], object]) -> str:
    """Read a deformed file: "read", or "refused" in words for people; any other error is raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read()
        except InputError:
            return "refused"
    return "read"


@pytest.mark.parametrize("crystal", CRYSTALS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_deformed_crystals_are_read_or_refused(crystal: Path, tmp_path: Path) -> None:
    text = crystal.read_text()
    outcomes: Counter[str] = Counter()
    for seed in range(125):
        path = tmp_path / f"{seed}.cif"
        path.write_text(deform(text, random.Random(seed)))
        states = {"Li": 1, "Zr": 4, "O": -2} if crystal.stem == "li2zro3" else None

        def read() -> object:
            return host_from_cif(path, cell=(1, 1, 3), oxidation_states=states)  # noqa: B023, called at once

        outcomes[outcome(read)] += 1
    assert min(outcomes["read"], outcomes["refused"]) > 10


def test_deformed_specifications_are_read_or_refused(tmp_path: Path) -> None:
    text = SPEC.format(crystal=DATA / "li2zro3.cif")
    outcomes: Counter[str] = Counter()
    for seed in range(500):
        path = tmp_path / f"{seed}.yaml"
        path.write_text(deform(text, random.Random(seed)))

        def plan() -> object:
            spec = CampaignSpec.from_file(path)  # noqa: B023, called at once
            return make_plan(spec, phase_source(spec.reference_phases, None))

        outcomes[outcome(plan)] += 1
    assert min(outcomes["read"], outcomes["refused"]) > 50
