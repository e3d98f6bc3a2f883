"""Measure what stopping a relaxation at 0.1 eV/Å costs, against 0.03 eV/Å, with CHGNet.

``python -m benchmarks.force_threshold --source DIR --target FILE`` relaxes ternary oxides and doped
garnets (96 atoms) to both thresholds, the second from where the first ended, and writes the
energies. ``analysis/data/force_threshold.json`` was made by it. Some ten minutes on one core.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

from pymatgen.core import Structure

from analysis.energies.shipped_tables import structure_of
from analysis.structures.dopants import Compound, Dopant
from analysis.structures.doping import dope
from analysis.structures.host import builtin_host
from analysis.structures.ordering import arrange_host
from makers.engines.chgnet.chgnet_relax import ChgnetRelaxMaker
from studies.tables import calibration_crystals
from studies.tables import reference_tables as build

LOOSE, TIGHT = 0.1, 0.03
HOST = "LLZO"
STEPS = 3000
SEED = 0
TERNARIES = ("LiAlO2", "Li3NbO4", "LaAlO3", "Li2WO4", "La2Sn2O7", "CaZrO3", "LiTaO3")
DOPANTS = (
    Dopant(element="Al", valence=3, site="Li", concentration=0.25),
    Dopant(element="Ta", valence=5, site="Zr", concentration=0.25),
    Dopant(element="W", valence=6, site="Zr", concentration=0.25),
    Dopant(element="Sr", valence=2, site="La", concentration=0.25),
    Dopant(element="Ga", valence=3, site="Li", concentration=0.25),
)


def drop(structure: Structure) -> tuple[dict[str, Any], Structure]:
    """Relax to both thresholds: the energies in eV per cell, and the crystal at the looser one."""
    energies: dict[str, float] = {}
    steps: dict[str, int] = {}
    ends: list[Any] = []
    for threshold in (LOOSE, TIGHT):
        maker = ChgnetRelaxMaker(force_threshold=threshold, steps=STEPS)
        done = maker.make.original(maker, ends[-1].structure if ends else structure)
        energies[f"{threshold:g}"] = round(done.energy, 5)
        steps[f"{threshold:g}"] = done.n_steps
        ends.append(done)
    return {"energy": energies, "steps": steps}, ends[0].structure


def cases(source: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each crystal and its relaxed energies."""
    polymorphs = calibration_crystals.ternaries(source / build.STRUCTURE_FILE, TERNARIES)
    for formula in TERNARIES:
        structure = structure_of(min(polymorphs[formula], key=lambda r: len(r["sites"])))
        yield formula, drop(structure)[0] | {"atoms": len(structure), "formula_units": None}
    host = builtin_host(HOST)
    size = {"formula_units": host.formula_units}
    arranged = arrange_host(host, number=1, seed=SEED)[0].structure
    document, relaxed = drop(arranged)
    yield host.name, document | {"atoms": len(arranged)} | size
    for dopant in DOPANTS:
        compound = Compound(dopants=(dopant,))
        doped = dope(host, relaxed, compound, choices=1, seed=SEED)[0].structure
        yield compound.label(host.name), drop(doped)[0] | {"atoms": len(doped)} | size


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write after each crystal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--target", type=Path, required=True, help="the file to write")
    options = parser.parse_args(arguments)
    source, target = options.source.resolve(), options.target.resolve()
    crystals: dict[str, Any] = {}
    document = {"host": HOST, "loose": f"{LOOSE:g}", "tight": f"{TIGHT:g}", "crystals": crystals}
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for name, measured in cases(source):
            crystals[name] = measured
            target.write_text(json.dumps(document, indent=1) + "\n")
            print(name, measured, flush=True)


if __name__ == "__main__":
    main()
