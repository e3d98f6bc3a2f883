"""Cost of a campaign with VASP: a simple model, calibrated by the user's first runs.

    seconds per ionic step on one node = T * (N / 100)**2.5        N atoms in the cell

The exponent lies between the 2 of the fast Fourier transforms and the 3 of the
orthogonalisation in plane-wave codes. T, 300 s unless set, is not measured: it is of the
order of a spin-polarised oxide with 600 electrons and 520 eV on 32 cores. As soon as
`CALIBRATED_FROM` VASP relaxations have landed in the database, T is measured from them. The numbers
of ionic steps are those of a force field with ASE's own BFGS.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from makers.engines.registry import PRODUCTION_ENGINE
from workflows.base.settings import MachineSettings
from workflows.specification.campaign import Campaign, Node, NodeKind, cell_size
from workflows.storage.database import Database

# Ionic steps to 0.1 eV/Å with CHGNet and BFGS from 70 eV/Å²: means over relaxations of the demo
# (host 55 and 56; compounds 7 to 28; crystals 0 to 28). VASP's first guess is no better.
STEPS_HOST = 55
STEPS_COMPOUND = 19
STEPS_CRYSTAL = 4

EXPONENT = 2.5
REFERENCE_ATOMS = 100
# Fewer say little: a reference crystal of four atoms is mostly start-up.
CALIBRATED_FROM = 5


@dataclass(frozen=True)
class NodeHours:
    """Cost of a campaign.

    Attributes
    ----------
    hours
        Node-hours of all its relaxations.
    seconds
        The model's T, in seconds.
    measured
        Number of relaxations from which T was measured; 0: it is the setting.
    """

    hours: float
    seconds: float
    measured: int

    def __str__(self) -> str:
        origin = (
            f"measured in {self.measured} relaxations of this database"
            if self.measured
            else "an assumption (vasp_step_seconds) until your first relaxations have landed"
        )
        hours = f"{self.hours:,.0f}" if self.hours >= 1 else f"{self.hours:.1g}"
        return (
            f"about {hours} node-hours, at {self.seconds:.0f} s per ionic step of "
            f"{REFERENCE_ATOMS} atoms: {origin}"
        )


def node_hours(campaign: Campaign, settings: MachineSettings, database: Database) -> NodeHours:
    """Estimate the node-hours of a campaign with VASP, all of it, landed or not."""
    seconds, measured = step_seconds(settings, database)
    return NodeHours(sum(node_costs(campaign, seconds).values()), seconds, measured)


def step_seconds(settings: MachineSettings, database: Database) -> tuple[float, int]:
    """Return T, in seconds, and the number of relaxations it was measured from; 0: the setting."""
    return measure(_relaxations(database)) or (settings.vasp_step_seconds, 0)


def node_costs(campaign: Campaign, seconds: float) -> dict[str, float]:
    """Return the node-hours of each workflow of a campaign, by the uuid of its node.

    Parameters
    ----------
    campaign
        The campaign, with VASP or treated as such.
    seconds
        The model's T.
    """
    return {
        node.uuid: seconds * _steps(campaign, node) * weight(cell_size(campaign, node)) / 3600
        for node in campaign.nodes()
    }


def measure(relaxations: Iterable[Mapping[str, Any]]) -> tuple[float, int] | None:
    """Measure T, in seconds, from relaxations that landed.

    Parameters
    ----------
    relaxations
        Of each: `n_atoms`, `n_steps` and `seconds` on the node.

    Returns
    -------
    The median over the relaxations, which is robust against outliers, and their number;
    None if there are fewer than `CALIBRATED_FROM`.
    """
    each = [r["seconds"] / (r["n_steps"] * weight(r["n_atoms"])) for r in relaxations]
    return (median(each), len(each)) if len(each) >= CALIBRATED_FROM else None


def weight(atoms: int) -> float:
    """Return the cost of one ionic step, in units of one of `REFERENCE_ATOMS` atoms."""
    return float((atoms / REFERENCE_ATOMS) ** EXPONENT)


def _steps(campaign: Campaign, node: Node) -> int:
    """Count the ionic steps of a node; the undoped host's result needs no further ones."""
    if node.kind is NodeKind.CRYSTAL:
        return STEPS_CRYSTAL
    if node.kind is NodeKind.HOST:
        return STEPS_HOST * campaign.spec.host.arrangements
    doped = node.compound is not None and node.compound.dopants
    return STEPS_COMPOUND * campaign.spec.choices if doped else 0


def _relaxations(database: Database) -> list[dict[str, Any]]:
    """Read atoms, ionic steps and time of the VASP relaxations that have landed."""
    found = database.jobs.aggregate(
        [
            {"$match": {"output.engine": PRODUCTION_ENGINE, "output.n_steps": {"$gt": 0}}},
            {
                "$lookup": {
                    "from": database.launchpad.launches.name,
                    "localField": "metadata.fw_id",
                    "foreignField": "fw_id",
                    "pipeline": [
                        {"$match": {"state": "COMPLETED", "runtime_secs": {"$gt": 0}}},
                        {"$project": {"runtime_secs": 1}},
                    ],
                    "as": "launches",
                }
            },
            {"$match": {"launches": {"$size": 1}}},
            {
                "$project": {
                    "_id": 0,
                    "n_atoms": "$output.n_atoms",
                    "n_steps": "$output.n_steps",
                    "seconds": {"$first": "$launches.runtime_secs"},
                }
            },
        ]
    )
    return list(found)
