"""Reference phases as a campaign was planned with them: they are kept in the job store."""

from typing import Any

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases
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
