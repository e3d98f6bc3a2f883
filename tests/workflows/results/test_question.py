"""Which fields a question names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workflows.results.question import Question

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (None, None),
        (["notes", " site"], ["notes", "site"]),
        (["+notes"], ["dopant", "site", "concentration", "formula", "notes"]),
        (["+site"], ["dopant", "concentration", "formula", "site"]),
    ],
)
def test_a_field_with_a_plus_joins_the_usual_ones(
    fields: Sequence[str] | None, names: Sequence[str] | None
) -> None:
    found = Question(fields=fields).names
    usual = {"label", "reduction_margin", "resists_probability", "dissolution"}
    usual |= {"dissolves_probability", "reaction_energy", "reaction_energy_uncertainty", "products"}
    usual |= {"passivating", "migration_barrier"}
    assert found is None or [name for name in found if name not in usual] == names
