"""Which process of pytest-xdist runs which tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadFileScheduling

from standins.campaign_files import scope_of

if TYPE_CHECKING:
    import pytest


class SharedCampaigns(LoadFileScheduling):
    """A file goes to one process; those that share a campaign go to the same.

    The marker `xdist_group` would say so too, but pytest-xdist 3.8 does not see it in pytest 9.2.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False  # the collected order has the longest first
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
