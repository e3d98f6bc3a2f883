"""The origin of a result: jobs, Fireworks, engine, phases, specification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from analysis.base.fields import Field
from workflows.storage.planned_lists import find_planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workflows.storage.database import Database

Document = dict[str, Any]

#: The fields of a result document from which its provenance starts.
START: Final = (
    *(Field.CAMPAIGN, Field.FORMULA, Field.DOPANTS, Field.COMPENSATION, Field.JOB_UUID),
    *(Field.ENGINE, Field.REFERENCE_PHASES, Field.PROVENANCE),
    *(Field.COMPUTED, Field.STORED, Field.SCHEMA_VERSION, Field.NOTES),
)
_RELAXATION: Final = (
    *("engine", "engine_version", "energy", "n_atoms", "n_steps", "max_force"),
    *("force_threshold", "converged", "directory", "task_document"),
    *("relaxed_by", "prerelaxation"),
)


def trace(database: Database, document: Mapping[str, Any]) -> Document:
    """Trace the origin of a result.

    Parameters
    ----------
    database
        The campaign's database.
    document
        A result with at least the fields in `START`.

    Returns
    -------
    The document's own fields in `START`; `specification`, the campaign's and when it was
    submitted; `steps`, the Fireworks and jobs that led to it, in the order in which they were
    added; `relaxation`, how the cell was relaxed; `phases_uuid`, the reference phases in the job
    store; and `parents`, the other workflows it needed, with their steps. What the database has
    lost is null or empty.
    """
    uuid = document[Field.JOB_UUID]
    parents = (document.get(Field.PROVENANCE) or {}).get("parents") or ()
    steps = _steps(database, [uuid, *(parent["job_uuid"] for parent in parents)])
    known = [{**parent, "steps": steps.get(parent["job_uuid"], [])} for parent in parents]
    return {
        **{field.value: document.get(field) for field in START},
        "specification": _specification(database, document.get(Field.CAMPAIGN)),
        "steps": steps.get(uuid, []),
        "relaxation": _relaxation(database, [steps.get(uuid, []), *(p["steps"] for p in known)]),
        "phases_uuid": _phases_uuid(database, document),
        "parents": known,
    }


def _specification(database: Database, campaign: str | None) -> Document | None:
    fields = {"submitted": 1, "campaign.spec": 1}
    found = database.campaigns.find_one({"name": campaign}, fields)
    return found and {"submitted": found["submitted"], **found["campaign"]["spec"]}


def _steps(database: Database, nodes: Iterable[str]) -> dict[str, list[Document]]:
    """Return the Fireworks of workflows, each with its job, state, and where it ran last."""
    fireworks = list(
        database.fireworks.find(
            {"spec.node": {"$in": list(nodes)}},
            {
                **dict.fromkeys(("fw_id", "name", "state", "launches"), 1),
                **dict.fromkeys(("spec.node", "spec.step", "spec._tasks.job.uuid"), 1),
            },
        ).sort("fw_id")
    )
    launches = _launches(database, [i for fw in fireworks for i in fw["launches"][-1:]])
    versions = _versions(database, [_job(fw) for fw in fireworks])
    steps: dict[str, list[Document]] = {}
    for firework in fireworks:
        step = {
            "step": firework["spec"].get("step"),
            "name": firework["name"],
            "fw_id": firework["fw_id"],
            "state": firework["state"],
            "job_uuid": _job(firework),
            "launch": launches.get((firework["launches"] or [None])[-1]),
            "versions": versions.get(_job(firework) or ""),
        }
        steps.setdefault(firework["spec"]["node"], []).append(step)
    return steps


def _job(firework: Mapping[str, Any]) -> str | None:
    task = firework["spec"]["_tasks"][0]
    uuid: str | None = (task.get("job") or {}).get("uuid")
    return uuid


def _launches(database: Database, ids: list[int]) -> dict[Any, Document]:
    fields = {"_id": 0, "launch_id": 1, "launch_dir": 1, "host": 1, "time_start": 1, "time_end": 1}
    found = database.launches.find({"launch_id": {"$in": ids}}, fields)
    return {launch.pop("launch_id"): launch for launch in found}


def _versions(database: Database, uuids: list[str | None]) -> dict[str, Any]:
    query = {"uuid": {"$in": [uuid for uuid in uuids if uuid]}}
    found = database.jobs.find(query, {"uuid": 1, "metadata.versions": 1})
    return {job["uuid"]: (job.get("metadata") or {}).get("versions") for job in found}


def _relaxation(database: Database, workflows: Iterable[list[Document]]) -> Document | None:
    """Find how the cell was relaxed: by its own workflow, or by the host's for the undoped host."""
    for steps in workflows:
        lowest = [step["job_uuid"] for step in steps if step["step"] == "lowest"]
        fields = {f"output.relaxation.{name}": 1 for name in _RELAXATION}
        found = database.jobs.find_one({"uuid": {"$in": lowest}}, fields)
        if found:
            relaxation = (found.get("output") or {}).get("relaxation") or {}
            return {"job_uuid": lowest[-1], **relaxation}
    return None


def _phases_uuid(database: Database, document: Mapping[str, Any]) -> str | None:
    """Find the reference phases that the campaign planned for this compound, in the job store."""
    compound = {name.value: document.get(name) for name in (Field.DOPANTS, Field.COMPENSATION)}
    planned = find_planned(database, str(document.get(Field.CAMPAIGN)), compound)
    return str(planned["phases"]) if planned else None
