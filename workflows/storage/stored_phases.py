"""Reference phases as a campaign was planned with them: they are kept in the job store."""

from typing import Any

from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.structures.dopants import Compound
from workflows.specification.campaign import Campaign
from workflows.storage.database import Database


def read_phases(database: Database, uuid: str) -> ReferencePhases:
    """Read the phases of a planned compound by their uuid.

    Raises
    ------
    InputError
        They are not in the job store; a folder of results has none.
    """
    job = database.jobs.find_one({"uuid": uuid}, {"output": 1})
    if job is None:
        msg = f"the reference phases {uuid} are not in the job store"
        raise InputError(msg)
    fields: dict[str, Any] = {k: v for k, v in job["output"].items() if not k.startswith("@")}
    return ReferencePhases.model_validate(fields)


def phases_of(database: Database, campaign: Campaign, compound: Compound) -> ReferencePhases | None:
    """Return the reference phases of a compound, planned or not, from the campaign's own source.

    Of a file or the Materials Project, the campaign holds those of the elements it planned with;
    None for others, and where a folder of results holds none.
    """
    elements = _elements(campaign, compound)
    if campaign.spec.reference_phases.source == "table":
        return table_phases(sorted(elements))
    planned = (*campaign.compounds, *campaign.space)
    same = [each.phases for each in planned if _elements(campaign, each.compound) == elements]
    try:
        return read_phases(database, same[0]) if same else None
    except InputError:
        return None


def _elements(campaign: Campaign, compound: Compound) -> set[str]:
    unit, electrode = campaign.host_crystal.formula_unit, Composition(campaign.spec.electrode)
    brought = (dopant.element for dopant in compound.dopants)
    return {element.symbol for element in (*unit, *electrode)}.union(brought)
