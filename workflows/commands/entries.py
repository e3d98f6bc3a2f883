"""interphase entries: a file of reference phases, from what a user has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from pymatgen.core import Structure
    from pymatgen.entries.computed_entries import ComputedEntry
    from rich.console import Console

    from workflows.specification.sources import PhaseSource


def entries_command(
    target: Path,
    files: Sequence[Path],
    *,
    elements: str | None,
    source: str,
    engine: str | None,
    settings: Mapping[str, Any],
    console: Console,
) -> None:
    """Write a file of entries, and say what a campaign will read from it.

    Parameters
    ----------
    target
        The file, .json or .json.gz.
    files
        JSON files of entries; with an engine also crystals.
    elements
        Symbols whose phases are taken from the source; None for none.
    source
        ``table`` or ``materials_project``.
    engine, settings
        What computes the crystals, and its settings; None: there are none.
    console
        Where the answer goes.
    """
    from analysis.energies.entry_writing import write_entries

    if not files and not elements:
        msg = (
            "entries of what? Give --elements (such as Li,P,S,Mg), files of pymatgen entries, or "
            "crystals with --engine"
        )
        raise InputError(msg)
    if target in files:
        msg = f"{target} is both read and written: name another file"
        raise InputError(msg)
    tables, crystals = _sorted_files(files, engine)
    found = [*_of_elements(elements, source), *_of_tables(tables)]
    if engine and crystals:
        found += _computed(crystals, engine, settings, console)
    phases = write_entries(target, found)
    count, with_crystal = len(phases.phases), sum(hasattr(each, "structure") for each in found)
    symbols = sorted({e.symbol for each in found for e in each.composition})
    console.print(
        f"{target}: {count} phases of {', '.join(symbols)}; {with_crystal} with a crystal\n"
        f"scheme: {phases.scheme.name}\n"
        f"In a specification:  reference_phases: {{source: file, path: {target.name}}}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def symbols_of(text: str) -> list[str]:
    """Read symbols that commas, blanks or hyphens part.

    Raises
    ------
    InputError
        One is no element.
    """
    from pymatgen.core import Element

    symbols = [each for each in re.split(r"[\s,;-]+", text) if each]
    if unknown := [each for each in symbols if not Element.is_valid_symbol(each)]:
        msg = f"no such element: {', '.join(unknown)}; give symbols, like Na,Zr,Si"
        raise InputError(msg)
    return list(dict.fromkeys(symbols))


def _sorted_files(files: Sequence[Path], engine: str | None) -> tuple[list[Path], list[Structure]]:
    """Tell files of entries from crystals.

    Raises
    ------
    InputError
        There are crystals and no engine, or an engine and no crystal.
    """
    from analysis.energies.entry_files import holds_entries
    from analysis.structures.crystal_files import read_reference_crystal

    tables = [path for path in files if holds_entries(path)]
    others = [path for path in files if path not in tables]
    if others and engine is None:
        msg = (
            f"{', '.join(path.name for path in others)}: a crystal has no energy. Compute it with "
            "--engine chgnet, or list it under reference_phases.crystals of the specification"
        )
        raise InputError(msg)
    if engine and not others:
        msg = "--engine computes crystals: give their files too, CIF, POSCAR or pymatgen's JSON"
        raise InputError(msg)
    return tables, [read_reference_crystal(path) for path in others]


def _of_elements(elements: str | None, source: str) -> Iterator[ComputedEntry]:
    """Yield the phases of a source that hold these elements alone."""
    from analysis.energies.entry_writing import phase_entries

    if not elements:
        return
    symbols = symbols_of(elements)
    opened = _opened(source)
    phases = opened.phases(symbols)
    crystals = opened.crystals(symbols)
    # Energies are aligned through elements and binaries alone; each crystal is a request.
    needed = {p.formula for p in phases.phases if len(p.composition) <= 2}  # noqa: PLR2004  binary
    kept = {formula: crystals[formula] for formula in sorted(needed) if formula in crystals}
    yield from phase_entries(phases, kept)


def _opened(source: str) -> PhaseSource:
    from workflows.specification.sources import phase_source
    from workflows.specification.spec import ReferenceSpec

    if source not in ("table", "materials_project"):
        msg = f"--source is table or materials_project, not {source!r}"
        raise InputError(msg)
    return phase_source(ReferenceSpec.model_validate({"source": source}), None)


def _of_tables(paths: Sequence[Path]) -> Iterator[ComputedEntry]:
    from analysis.energies.entry_files import read_entries

    for path in paths:
        yield from read_entries(path)[0]


def _computed(
    crystals: Sequence[Structure], engine: str, settings: Mapping[str, Any], console: Console
) -> list[ComputedEntry]:
    from makers.computed_entries import computed_entries, with_elements

    def say(formula: str) -> None:
        console.print(f"relaxing {formula}", highlight=False)

    return list(computed_entries(engine, settings, with_elements(crystals), step=say))
