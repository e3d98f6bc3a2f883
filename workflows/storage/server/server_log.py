"""The last messages in a mongod's log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TAIL_BYTES = 65536
_SESSION_BEGINS = '"MongoDB starting"'
_NO_SPACE = ("No space left on device", "no space left on device")
_SHOWN = 3


def last_session(log: Path) -> str:
    """Return the end of the log, from the server's last start on."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        text = file.read().decode(errors="replace")
    return text.rpartition(_SESSION_BEGINS)[2]


def tells_of_full_disk(session: str) -> bool:
    """Return True if the server met a full disk."""
    return any(phrase in session for phrase in _NO_SPACE)


def complaints(session: str) -> str:
    """Return the first errors of a session, which cause the others, or else its last lines."""
    lines = [line for line in session.splitlines() if line.strip()]
    severe = [line for line in lines if _severity(line) in ("E", "F")]
    return " | ".join(_readable(line) for line in severe[:_SHOWN] or lines[-_SHOWN:])


def _severity(line: str) -> str:
    """One letter, as mongod writes it; a foreign line is an error of the loader."""
    try:
        return str(json.loads(line).get("s", "I"))
    except (ValueError, AttributeError):
        return "I" if line.startswith(("{", ",")) else "E"


def _readable(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return line.strip()
    details = entry.get("attr", {})
    said = details.get("message") or details.get("error") or details.get("msg") or ""
    if isinstance(said, dict):  # the storage engine's own messages
        said = said.get("msg", said)
    return f"{entry.get('msg', line)} {said}".strip()
