"""Compounds that land in a campaign's database without being computed, by a rule of their own."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from jobflow import Job
from monty.json import MontyDecoder, jsanitize
from pymatgen.core import Lattice, Structure

from analysis.results.result import CompoundResult, EngineUsed, PhasesUsed
from makers.engines.chgnet.chgnet_settings import CHGNET
from workflows.specification.campaign import Node, NodeKind

if TYPE_CHECKING:
    from workflows.storage.database import Database

#: Ions with six-coordinate radii, in an octahedron of oxygen on the site of Zr.
IONS = [
    ("Al", 3), ("Sc", 3), ("Cr", 3), ("Fe", 3), ("Ga", 3), ("Y", 3), ("In", 3), ("La", 3),
    ("V", 5), ("Nb", 5), ("Sb", 5), ("Ta", 5), ("Mo", 6), ("W", 6), ("Ti", 4), ("Sn", 4),
]  # fmt: skip
OCTAHEDRON = [[0, 0, 0], *(np.eye(3) * 0.21), *(-np.eye(3) * 0.21)]
HOST_ENERGY = -0.5
_UNCERTAINTY = 0.02


def dopants(*ions: tuple[str, int], site: str = "Zr", x: float = 0.5) -> list[dict[str, Any]]:
    """Write ions as a specification has them."""
    return [
        {"element": element, "valence": valence, "site": site, "concentration": x}
        for element, valence in ions
    ]


def energy_of(element: str, valence: int, x: float) -> float:
    """Return a reaction energy that falls with the valence, and a little by element."""
    own = int(hashlib.sha256(element.encode()).hexdigest(), 16) % 1000 / 1000
    return HOST_ENERGY + x * (0.1 - 0.2 * (valence - 3) + 0.02 * own)


def result_of(node: Node) -> CompoundResult:
    """Make up the result of a compound."""
    assert node.compound
    single = node.compound.dopants[0] if node.compound.dopants else None
    energy, element = HOST_ENERGY, "Zr"
    if single:
        energy = energy_of(single.element, single.valence, single.concentration)
        element = single.element
    difference = energy - HOST_ENERGY
    clear = "no_worse" if difference >= -_UNCERTAINTY else "worse"
    return CompoundResult(
        dopants=node.compound.dopants,
        dopant=single and single.element,
        valence=single and single.valence,
        site=single and single.site,
        concentration=single and single.concentration,
        compensation=node.compound.compensation,
        formula=f"{element}0.5O3",
        n_atoms=7,
        formation_energy_per_atom=-3.0,
        energy_above_hull=0.01,
        hull_distance=0.01,
        defect_energy=0.5,
        passes_filter=True,
        reaction_energy=energy,
        reaction_energy_uncertainty=_UNCERTAINTY,
        reaction_energy_host=HOST_ENERGY,
        decomposition_energy=0.0,
        lithium_driving_force=energy,
        lithium_uptake=1.0,
        products={"Li2O": 1.0},
        equation="-",
        reaction_path=(),
        label=None,
        resists_probability=None,
        reduction_margin=None,
        reduction_potential=None,
        reductions=(),
        hinges_on=None,
        dissolution=None,
        dissolves_probability=None,
        solubility=None,
        solubility_uncertainty=None,
        relation="undecided" if -2 * _UNCERTAINTY <= difference < -_UNCERTAINTY else clear,
        nearly_inert=False,
        strictly_stable=False,
        passivating=None,
        strictly_passivating=None,
        insulating_fraction=None,
        deciding_phases=None,
        product_band_gaps=None,
        migration_barrier=None,
        diffusivity=None,
        engine=EngineUsed(name="none", version="0", scheme=CHGNET),
        reference_phases=PhasesUsed(source="none", scheme=CHGNET, digest="0"),
        structure=Structure(Lattice.cubic(10), [element, *["O"] * 6], OCTAHEDRON),
        notes=("made up",),
    )


def put_result(database: Database, node: Node) -> None:
    """Put a node's output into the job store: made up for a compound, empty otherwise."""
    output = result_of(node) if node.kind is NodeKind.COMPOUND else {}
    plain = jsanitize(output, strict=True, enum_values=True, recursive_msonable=True)
    database.jobs.insert_one({"uuid": node.uuid, "index": 1, "output": plain})


def run_learning(database: Database, uuid: str) -> None:
    """Run the job of a training in this process, as a rocket would."""
    steps = database.fireworks.find_one({"spec.node": uuid, "spec.step": "learn"})
    stored = steps["spec"]["_tasks"][0]["job"]
    job: Job = MontyDecoder().process_decoded(stored)
    job.run(store=database.job_store)
