"""Jobs are named by what they compute.

A job's uuid is a digest of everything that determines its result, so that a job
added twice is one job, and a change recomputes only what depends on it. A job whose input
is not known yet takes its parent's uuid in place of the structure.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pymatgen.core import Structure

if TYPE_CHECKING:
    from jobflow import Flow, Job

    from analysis.structures.dopants import Compound
    from analysis.structures.host import Host

_Part = TypeVar("_Part", bound="Job | Flow")

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "interphase")

# Coordinates are compared to 1e-6 Å: far below any force threshold, far above the
# rounding of a CIF or a database.
_DECIMALS = 6

# Steps (see `named`) whose uuid alone determines their result, and which take hours.
RELAXATION_STEPS: Final = frozenset(("prerelax", "relax", "reference"))

# Part of a step's uuid: raise a step's number when a change of method changes its results. What
# depends on it has its uuid among its own parts, and is computed again as well.
METHOD_VERSIONS: Final[Mapping[str, int]] = {"relax": 2, "interface": 3}


def digest(kind: str, *parts: Any) -> str:
    """Return the uuid of a thing: its kind, and what determines it.

    The parts are JSON values, pydantic models, structures.
    """
    version = METHOD_VERSIONS.get(kind, 1)
    text = json.dumps([version, kind, *parts], sort_keys=True, default=_plain)
    return str(uuid.uuid5(_NAMESPACE, text))


def relax_uuid(engine: Mapping[str, Any], structure: Structure) -> str:
    """Name the relaxation of one structure."""
    return digest("relax", engine, structure)


def arrange_uuid(
    engine: Mapping[str, Any], host: "Host", arrangements: int, minimum_distance: float, seed: int
) -> str:
    """Name the step that arranges the host's partially occupied sites."""
    cell = {"formula_units": host.formula_units, "mobile": host.mobile}
    parts = (host.structure, cell, arrangements, minimum_distance, seed)
    return digest("arrange", _method(engine), *parts)


def dope_uuid(
    engine: Mapping[str, Any], host_uuid: str, compound: "Compound", choices: int, seed: int
) -> str:
    """Name the step that puts dopants on the relaxed host."""
    return digest("dope", _method(engine), host_uuid, compound, choices, seed)


def lowest_uuid(parent: str) -> str:
    """Name the step that keeps the lowest of its parent's candidates."""
    return digest("lowest", parent)


def migration_uuid(lowest: str, compound: "Compound") -> str:
    """Name the step that computes the motion of the mobile ion in a relaxed compound."""
    return digest("migration", lowest, compound)


def learning_uuid(settings: Any, stage: int, asked: Sequence[str], data: Sequence[str]) -> str:
    """Name a training: the compounds that it waits for, and those it has, if known."""
    return digest("learning", settings, stage, asked, data)


def interface_uuid(
    lowest: str, host_interface: str | None, crystals: Mapping[str, str], settings: Any
) -> str:
    """Name the step that computes a compound's energies and its reaction."""
    return digest("interface", lowest, host_interface, crystals, settings)


def named(part: _Part, uuid_: str, name: str, **metadata: Any) -> _Part:
    """Set the uuid of a job or a flow, its name, and searchable metadata.

    A flow's are those of its last job, whose output is the flow's. Jobs before it are
    pre-relaxations: "LLZO: prerelax 1 of 2" goes before "LLZO: relax 1 of 2".
    """
    *before, last = getattr(part, "jobs", (part,))
    for number, job in enumerate(before):
        prename = name.replace(": relax", ": prerelax")
        _name(job, digest("prerelax", uuid_, number), prename, metadata | {"step": "prerelax"})
    _name(last, uuid_, name, metadata)
    part.output = last.output  # a flow's still refers to the uuid that its job had before
    return part


def _method(engine: Mapping[str, Any]) -> Mapping[str, Any]:
    """Describe how structures that are not known yet will be relaxed."""
    return {**engine, "method": METHOD_VERSIONS["relax"]}


def _name(job: "Job", uuid_: str, name: str, metadata: Mapping[str, Any]) -> None:
    job.set_uuid(uuid_)
    job.name = name
    job.update_metadata(metadata, dynamic=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Structure):
        return {
            "lattice": value.lattice.matrix.round(_DECIMALS).tolist(),
            "species": [site.species_string for site in value],
            "coords": value.frac_coords.round(_DECIMALS).tolist(),
        }
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    msg = f"{type(value).__name__} has no digest"
    raise TypeError(msg)
