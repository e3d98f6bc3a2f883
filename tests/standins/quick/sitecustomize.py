"""For jobs of seconds: custodian looks ten times a second, where it waits 10 s for VASP's hours.

Python runs this file in every process that has this folder on its PYTHONPATH.
"""

import sys
from typing import Any

if any("worker" in argument or "rlaunch" in argument for argument in sys.orig_argv):
    from custodian import Custodian

    _start = Custodian.__init__

    def _quick(self: Custodian, *arguments: Any, **options: Any) -> None:
        _start(self, *arguments, **{"polling_time_step": 0.1, "monitor_freq": 5} | options)

    Custodian.__init__ = _quick
