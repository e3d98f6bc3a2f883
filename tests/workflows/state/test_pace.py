from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workflows.state.pace import measure

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def hours_ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=h) for h in hours]


def test_the_rate_counts_what_landed_after_the_first() -> None:
    pace = measure(hours_ago(4, 3, 2, 1, 0.5), NOW, remaining=10)
    assert pace.per_hour == pytest.approx(1.0)  # four in four hours
    assert pace.left == timedelta(hours=10)


def test_a_pause_slows_the_rate() -> None:
    assert measure(hours_ago(10, 9), NOW, remaining=1).per_hour == pytest.approx(0.1)


def test_what_landed_more_than_a_day_ago_does_not_count() -> None:
    pace = measure(hours_ago(100, 99, 98, 2, 1), NOW, remaining=1)
    assert pace.per_hour == pytest.approx(0.5)


@pytest.mark.parametrize("times", [[], [1.0], [50.0, 49.0]])
def test_without_two_recent_ones_no_rate_is_made_up(times: list[float]) -> None:
    pace = measure(hours_ago(*times), NOW, remaining=3)
    assert pace.per_hour is None
    assert pace.left is None


def test_nothing_left_takes_no_time() -> None:
    assert measure([], NOW, remaining=0).left == timedelta(0)
