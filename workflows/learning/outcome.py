"""The outcome of a campaign's own learning, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workflows.storage.database import Database

_FIELDS = ("failed", "converged", "agreement", "forecasts", "learnt.compounds")
_WORDS = {"held_out": "held out", "explored": "explored"}


def learning_outcome(database: Database, campaign: str) -> list[str]:
    """Summarise the campaign's own last training, and how good its predictions were.

    Returns
    -------
    list of str
        Empty if the campaign has no training yet.
    """
    own = {"campaign": campaign, "jobs": {"$exists": True}}
    found = list(
        database.learning.find(own, dict.fromkeys(_FIELDS, 1)).sort([("stage", 1), ("trained", 1)])
    )
    return list(_lines(found)) if found else []


def _lines(trainings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    last = trainings[-1]
    if last["failed"]:
        yield f"nothing was learnt, predicted or chosen: {last['failed']}"
        return
    yield f"learnt from {last['learnt']['compounds']} compounds; interphase learn shows it"
    for reason, words in _WORDS.items():
        if told := [f for f in last["forecasts"] if f["reason"] == reason]:
            yield f"{len(told)} {words}: {_tested(told, last['agreement'].get(reason) or {})}"
    # Exploring ends before the last training, which compares what is held out.
    if ends := [each["converged"] for each in trainings if each["converged"]]:
        yield f"exploring has ended: {ends[-1]}"


def _tested(told: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> str:
    parts = []
    if compared := found.get("compared"):
        parts.append(
            f"{compared} predicted and then computed, mean absolute error {found['mae']:.2f} eV "
            f"per f.u. ({found['mean_mae']:.2f} for who answers with the mean)"
        )
    if known := sum(each["computed_already"] for each in told):
        parts.append(f"{known} had been computed before, which tests nothing")
    if left := len(told) - (compared or 0) - known:
        parts.append(f"{left} not computed")
    return "; ".join(parts)
