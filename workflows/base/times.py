"""Dates as people write them in a filter (2026-11-18, 2026-11-18T06:30, 7d), and durations."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from analysis.base.errors import InputError

_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_AGO = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<unit>[hdw])")

_SIXTY = 60  # seconds of a minute, minutes of an hour


def read_date(text: str, *, name: str, now: datetime | None = None) -> tuple[datetime, datetime]:
    """Read a date as the span of time that it denotes.

    Parameters
    ----------
    text
        ISO 8601, in UTC unless it names another zone: a day is its 24 hours. Or how long ago:
        ``36h``, ``7d``, ``2w``, which is a moment.
    name
        Of the field, for the message.
    now
        What "ago" counts from; now by default.

    Returns
    -------
    First moment of the span and the first one after it, in UTC without a zone, as MongoDB
    returns times; for a moment the two are the same.

    Raises
    ------
    InputError
        The text is not a date, or is outside of the calendar.
    """
    try:
        if match := _AGO.fullmatch(text):
            moment = _utc(now or datetime.now(UTC)) - _length(match)
            return moment, moment
        if len(text) == len("2026-11-18"):
            day = date.fromisoformat(text)
            start = datetime(day.year, day.month, day.day)  # noqa: DTZ001  as MongoDB gives it
            return start, start + timedelta(days=1)
        moment = _utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        msg = (
            f"{name} takes a date such as 2026-11-18 or 2026-11-18T06:30 (UTC), or how long ago: "
            f"36h, 7d, 2w; not {text!r}"
        )
        raise InputError(msg) from error
    return moment, moment


def iso(moment: datetime) -> str:
    """Write a moment of the database, which is in UTC, as ISO 8601: 2026-11-18T06:30:05.123Z."""
    return _utc(moment).isoformat(timespec="milliseconds") + "Z"


def _length(match: re.Match[str]) -> timedelta:
    return float(match["number"]) * _UNITS[match["unit"]]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def duration(seconds: float) -> str:
    """Write a time for people: 45 s, 3 min 20 s, 2 h 05 min."""
    whole = round(seconds)
    if whole < _SIXTY:
        return f"{whole} s"
    minutes, rest = divmod(whole, _SIXTY)
    if minutes < _SIXTY:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, _SIXTY)
    return f"{hours} h {minutes:02d} min"
