"""How jobs run on a rocket, and what every workflow of a campaign ends with."""

from typing import Any

from fireworks import FiretaskBase, FWAction, Workflow, explicit_serialize
from jobflow import SETTINGS, JobStore
from jobflow.managers.fireworks import JobFiretask

from makers.naming import RELAXATION_STEPS
from workflows.base.settings import load_settings
from workflows.dispatch.run_record import describe_run
from workflows.recovery.database_retry import PatientStore, left_output, patiently
from workflows.recovery.launch_record import record_launch


@explicit_serialize
class StepTask(JobFiretask):
    """Run a job, and lose nothing of it.

    It writes down where it runs, so that a lost run is found. A relaxation whose output is in the
    job store, or was left in the folder by a launch that could not store it, is not run again:
    other steps take what their parents gave, which may have changed, and take seconds.
    """

    def run_task(self, fw_spec: dict[str, Any]) -> FWAction:
        """Run the job, unless it has been run."""
        patience = load_settings().database_patience
        patiently(lambda: record_launch(self.launchpad, self.fw_id), seconds=patience)
        original = self.get("store")
        store = PatientStore.over(original or SETTINGS.JOB_STORE, seconds=patience)
        store.connect()
        if self["job"].metadata.get("step") in RELAXATION_STEPS and self._has_landed(store):
            return FWAction()
        self["job"].metadata.update(describe_run())
        task = JobFiretask(job=self["job"], store=store)
        task.fw_id = self.fw_id
        action = task.run_task(fw_spec)
        for workflow in (*action.detours, *action.additions):
            as_steps(workflow, store=original)
        return action

    def _has_landed(self, store: PatientStore) -> bool:
        job = self["job"]
        key = {"uuid": job.uuid, "index": job.index}
        if patiently(lambda: store.count(key), seconds=store.seconds):
            return True
        if left := left_output(job.uuid):
            store.update(left, key=list(key))
        return left is not None


@explicit_serialize
class AdvanceTask(FiretaskBase):
    """Store the result of one node and add the workflows that waited for it.

    It runs after failed parents too: a failed compound holds up nobody. Then it fails itself,
    in the end: FireWorks takes a workflow's state from its last step, and would count a failed
    compound as completed.
    """

    required_params = ("node",)

    def run_task(self, fw_spec: dict[str, Any]) -> FWAction:  # noqa: ARG002  FireWorks' signature
        """Advance the campaigns that have the node.

        Raises
        ------
        ParentFailedError
            The node has no result: a step before this one failed.
        """
        from makers.flows.candidates import ParentFailedError
        from workflows.dispatch.advance import advance_from, landed
        from workflows.recovery.bulk_files import drop_landed_output
        from workflows.storage.database import Database

        patience = load_settings().database_patience
        # The rocket sets `launchpad` and `fw_id`: the step's specification asks for it.
        patiently(lambda: record_launch(self.launchpad, self.fw_id), seconds=patience)
        database = Database.from_launchpad(self.launchpad)
        patiently(lambda: advance_from(database, self["node"]), seconds=patience)
        drop_landed_output(database, self["node"])
        if not landed(database, [self["node"]]):
            msg = "this workflow has no result: a step before this one failed, see its own error"
            raise ParentFailedError(msg)
        return FWAction()


def as_steps(workflow: Workflow, *, store: JobStore | None = None) -> Workflow:
    """Have the jobs of a workflow, as jobflow makes it, run by `StepTask`.

    Parameters
    ----------
    workflow
        It is changed.
    store
        The job store that the steps name; by default the one of the machine they run on.
    """
    for firework in workflow.fws:
        firework.tasks = [StepTask(job=task["job"], store=store) for task in firework.tasks]
    return workflow
