"""Messages to a person who is not watching: a command that is given the text."""

from __future__ import annotations

import logging
import subprocess
from dataclasses import dataclass
from typing import Final

log = logging.getLogger("interphase.dispatch")

_SECONDS: Final = 60


@dataclass(frozen=True)
class Notices:
    """Tells what happened in the log, and to the user's command.

    Parameters
    ----------
    command
        A line for the shell, such as ``mail -s interphase me@uni.edu``. It gets the message on its
        standard input; the first line is what happened.
    """

    command: str | None = None

    def tell(self, event: str, text: str = "") -> None:
        """Tell what happened. A command that fails is logged, and holds nothing up."""
        log.warning("%s%s", event, f": {text}" if text else "")
        if not self.command:
            return
        try:
            done = subprocess.run(  # noqa: S603  the user's own command
                ["sh", "-c", self.command],  # noqa: S607  as cron does
                input=f"{event}\n{text}\n",
                capture_output=True,
                text=True,
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.error("the notice was not sent: %s", error)  # noqa: TRY400  no traceback needed
            return
        if done.returncode:
            log.error("the notice was not sent: %s", done.stderr.strip() or done.returncode)
