"""interphase init: files to start from."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.base.errors import InputError
from workflows.base.shipped_files import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core import Structure
    from rich.console import Console

TOPICS: Final = ("demo", "llzo", "cluster", "host")
_SECRET = 0o600
#: Templates with a password in them, once they are filled in.
_CLOSED: Final = ("my_launchpad.yaml", "jobflow.yaml")
_MOBILE: Final = ("Li", "Na", "K", "Mg")


def init_command(topic: str, crystal: Path | None, folder: Path, *, console: Console) -> None:
    """Write the files of a topic, and say what to do with them."""
    if topic not in TOPICS:
        msg = f"unknown topic {topic!r}: choose one of {', '.join(TOPICS)}"
        raise InputError(msg)
    if (topic == "host") != (crystal is not None):
        msg = "name the crystal's file: interphase init host my.cif"
        if crystal is not None:
            msg = f"{topic} takes no crystal: interphase init {topic}, or init host {crystal}"
        raise InputError(msg)
    if crystal is not None:
        files, go_on = _host(crystal, folder)
    elif topic == "cluster":
        files, go_on = _cluster(folder)
    else:
        text = shipped(f"campaigns/{topic}.yaml").read_text(encoding="utf-8")
        files = {folder / f"{topic}.yaml": text}
        path = folder / f"{topic}.yaml"
        go_on = f"interphase plan {path}, then interphase run {path} --dir runs/{topic}"
    _write(files)
    for path in files:
        console.print(f"wrote {path}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"next: {go_on}", highlight=False, markup=False, soft_wrap=True)


def _cluster(folder: Path) -> tuple[dict[Path, str], str]:
    templates = {path.name: path for path in sorted(shipped("cluster").iterdir())}
    templates["my_launchpad.yaml"] = shipped("launchpad.yaml")
    files = {
        folder / "cluster" / name: path.read_text(encoding="utf-8")
        for name, path in templates.items()
    }
    launchpad = folder / "cluster" / "my_launchpad.yaml"
    return files, f"fill in the lines marked <-, then interphase doctor --launchpad {launchpad}"


def _host(crystal: Path, folder: Path) -> tuple[dict[Path, str], str]:
    """Read the host, so that the specification fits it."""
    from analysis.energies.shipped_tables import HOST_ELEMENTS
    from analysis.structures.crystal_files import read_crystal_file
    from workflows.specification.planning import read_host
    from workflows.specification.spec import HostSpec

    if not crystal.is_file():
        msg = f"there is no file {crystal}: name a CIF, POSCAR or pymatgen's JSON"
        raise InputError(msg)
    name = re.sub(r"[^A-Za-z0-9_-]", "-", crystal.stem).lstrip("-_") or "host"
    structure = read_crystal_file(crystal).structure
    charges = _guessed_charges(structure, crystal)
    mobile = _mobile_of(structure)
    host = read_host(HostSpec(crystal=str(crystal), mobile=mobile, oxidation_states=charges))
    elements = [element.symbol for element in host.formula_unit]
    cations = list(host.cations)
    content = {
        "name": name,
        "title": _scalar(name),
        "formula": host.formula_unit.reduced_formula,
        "crystal": _scalar(os.path.relpath(crystal, folder)),
        "mobile": mobile,
        "charges": _charges_line(charges) if charges else "",
        "electrode": mobile,
        "formula_units": host.formula_units,
        "step": f"{1 / host.formula_units:.4g}",
        "sites": ", ".join(e for e in cations if e != mobile) or mobile,
        "source": "table" if set(elements) <= set(HOST_ELEMENTS) else "materials_project",
    }
    path = folder / f"{name}.yaml"
    text = shipped("host.yaml").read_text(encoding="utf-8").format_map(content)
    return {path: text}, f"check the lines marked <-, then interphase plan {path}"


def _scalar(text: str) -> str:
    """Write text as YAML reads it, in quotes if need be: No.cif gives the name 'No'."""
    import yaml

    listed = yaml.safe_dump([text], default_flow_style=True, allow_unicode=True, width=10**6)
    return listed.strip()[1:-1]


def _guessed_charges(structure: Structure, crystal: Path) -> dict[str, float] | None:
    """Guess the oxidation states if the file has none, such as one of the Materials Project.

    Raises
    ------
    InputError
        Nothing balances.
    """
    composition = structure.composition
    if all(getattr(ion, "oxi_state", None) for ion in composition):
        return None
    try:
        guesses = composition.element_composition.oxi_state_guesses(max_sites=-1)
    except ValueError:  # partial occupancies
        guesses = ()
    if not guesses:
        msg = (
            f"{crystal} has no oxidation states, and none can be guessed: write them into the file "
            "(_atom_type_oxidation_number), or start from interphase init demo and give "
            "host.oxidation_states"
        )
        raise InputError(msg)
    return {symbol: round(charge, 4) for symbol, charge in sorted(guesses[0].items())}


def _charges_line(charges: Mapping[str, float]) -> str:
    listed = ", ".join(f"{symbol}: {charge:g}" for symbol, charge in charges.items())
    return f"\n  oxidation_states: {{{listed}}}  # <- guessed"


def _mobile_of(structure: Structure) -> str:
    there = {element.symbol for element in structure.composition.elements}
    return next((each for each in _MOBILE if each in there), "Li")


def _write(files: Mapping[Path, str]) -> None:
    """Write all of the files, or none."""
    for path in files:
        if path.exists():
            msg = f"{path} is there already: move it away, or choose another folder with --dir"
            raise InputError(msg)
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if path.name in _CLOSED:
                path.chmod(_SECRET)
    except OSError as error:
        msg = f"cannot write to {error.filename} ({error.strerror}): choose another --dir"
        raise InputError(msg) from error
