"""The task that ends every workflow of a campaign: it adds what waited for the workflow.

`workflows.dispatch.workflow_builder` names it in what it builds, and does not import it.
"""

from typing import Any

from fireworks import FiretaskBase, FWAction, explicit_serialize

from makers.flows.candidates import ParentFailedError
from workflows.base.settings import load_settings
from workflows.dispatch.campaign_advance import advance_from
from workflows.recovery.bulk_files import drop_landed_output
from workflows.recovery.database_retry import patiently
from workflows.recovery.full_disk import printable_errors
from workflows.recovery.launch_record import record_launch
from workflows.storage.campaigns import landed
from workflows.storage.database import Database


@explicit_serialize
class AdvanceTask(FiretaskBase):
    """Store the result of one node and add the workflows that waited for it.

    It runs after failed parents too: a failed compound does not hold up others. It then fails
    itself at the end, since FireWorks takes a workflow's state from its last step and would
    count a failed compound as completed.
    """

    required_params = ("node",)

    @printable_errors()
    def run_task(self, fw_spec: dict[str, Any]) -> FWAction:  # noqa: ARG002  FireWorks' signature
        """Advance the campaigns that have the node.

        Raises
        ------
        ParentFailedError
            The node has no result: a step before this one failed.
        """
        patience = load_settings().database_patience
        # The rocket sets `launchpad` and `fw_id`: the step's specification asks for it.
        patiently(lambda: record_launch(self.launchpad, self.fw_id), seconds=patience)
        database = Database.from_launchpad(self.launchpad)
        patiently(lambda: advance_from(database, self["node"]), seconds=patience)
        patiently(lambda: drop_landed_output(database, self["node"]), seconds=patience)
        if not patiently(lambda: landed(database, [self["node"]]), seconds=patience):
            msg = "this workflow has no result: a step before this one failed, see its own error"
            raise ParentFailedError(msg)
        return FWAction()
