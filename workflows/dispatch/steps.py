"""How a rocket runs a job of a campaign."""

from typing import Any

from fireworks import FWAction, Workflow, explicit_serialize
from jobflow import SETTINGS, JobStore
from jobflow.managers.fireworks import JobFiretask

from makers.naming import RELAXATION_STEPS
from workflows.base.settings import load_settings
from workflows.dispatch.run_record import describe_run
from workflows.recovery.database_retry import PatientStore, left_output, patiently
from workflows.recovery.full_disk import printable_errors
from workflows.recovery.launch_record import record_launch


@explicit_serialize
class StepTask(JobFiretask):
    """Run a job so that its output survives failures.

    It records where it runs, so that a lost run is found. A relaxation whose output is in the
    job store, or was left in the folder by a launch that could not store it, is not run again.
    Other steps are: their parents' outputs may have changed, and they take seconds.
    """

    @printable_errors()
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
            for firework in workflow.fws:  # of a campaign whose priority was changed
                firework.spec["_priority"] = fw_spec.get("_priority", 0)
        return action

    def _has_landed(self, store: PatientStore) -> bool:
        job = self["job"]
        key = {"uuid": job.uuid, "index": job.index}
        if patiently(lambda: store.count(key), seconds=store.seconds):
            return True
        if left := left_output(job.uuid):
            store.update(left, key=list(key))
        return left is not None


def as_steps(workflow: Workflow, *, store: JobStore | None = None) -> Workflow:
    """Let `StepTask` run the jobs of a workflow that jobflow made.

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
