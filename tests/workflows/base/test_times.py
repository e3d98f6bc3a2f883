"""Times as people read them."""

from __future__ import annotations

import pytest

from workflows.base.times import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(44.6, "45 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_a_duration_is_rounded_to_what_people_read(seconds: float, text: str) -> None:
    assert duration(seconds) == text
