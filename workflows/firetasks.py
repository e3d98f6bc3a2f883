"""What every workflow of a campaign ends with: adding what has become ready."""

from typing import Any

from fireworks import FiretaskBase, FWAction, explicit_serialize


@explicit_serialize
class AdvanceTask(FiretaskBase):
    """Store the result of one node and add the workflows that waited for it.

    It runs after failed parents too: a failed compound holds up nobody.
    """

    required_params = ("node",)

    def run_task(self, fw_spec: dict[str, Any]) -> FWAction:  # noqa: ARG002  FireWorks' signature
        """Advance the campaigns that have the node."""
        from workflows.advance import advance_from
        from workflows.database import Database

        # The rocket sets `launchpad`: the step's specification asks for it.
        database = Database.from_launchpad(self.launchpad)
        advance_from(database, self["node"])
        return FWAction()
