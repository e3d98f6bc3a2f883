"""What a change of the specification computes, and what a failure leaves standing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def changed(
    copied: Path, landed: Any, machine_settings: Any, make_spec: Any, write: Any, run_and_read: Any
) -> tuple[Any, Any]:
    """Exchange one dopant of the finished campaign for another, and then back."""
    dopants = [d for d in make_spec()["dopants"] if d["element"] != "Ta"]
    hafnium = {"element": "Hf", "valence": 4, "site": "Zr", "concentration": 0.5}
    spec = write(copied.parent, make_spec(dopants=[*dopants, hafnium]))
    after = run_and_read(spec, copied, machine_settings)
    back = run_and_read(landed.spec, copied, machine_settings)
    return after, back


def test_only_what_is_new_is_computed_and_what_is_gone_is_left_out(
    changed: tuple[Any, Any], landed: Any
) -> None:
    after, back = changed
    new = after.contents.launches[len(landed.contents.launches) :]
    assert new
    assert all(name.startswith(("LZO:Hf4+(Zr)0.5: ", "HfO2: ")) for name in new)
    assert {r["dopant"] for r in after.contents.results} == {None, "Nb", "Mg", "Hf"}
    # The job store has kept what was left out: it comes back without a calculation.
    assert "no job was launched" in back.run.stdout
    assert _content(back) == _content(landed)
    assert back.contents.launches == after.contents.launches


def test_a_second_campaign_in_the_folder_shares_what_they_have_in_common(
    copied: Path, landed: Any, machine_settings: Any, make_spec: Any, write: Any, run_and_read: Any
) -> None:
    aluminium = {"element": "Al", "valence": 3, "site": "Zr", "concentration": 0.5}
    spec = make_spec(name="uncompensated", dopants=[aluminium], compensation="none")
    after = run_and_read(write(copied.parent, spec), copied, machine_settings)
    new = after.contents.launches[len(landed.contents.launches) :]
    assert not any("host" in name or name.startswith(("Li2O", "ZrO2")) for name in new)
    # An uncompensated compound is no sum of oxides: what that leaves open is null, and says why.
    result = after.contents.result(campaign="uncompensated", dopant="Al")
    assert result["formula"] == "Li2Zr0.5Al0.5O3"
    assert result["defect_energy"] is None
    assert result["passes_filter"] is None
    assert any("defect_energy is null" in note for note in result["notes"])
    assert len([r for r in after.contents.results if r["campaign"] == "small"]) == 5


def test_a_compound_that_fails_leaves_the_others_and_can_be_tried_again(
    scratch: Path, machine_settings: Any, make_spec: Any, write: Any, run_and_read: Any
) -> None:
    # Both choices of LiNbO3 take 7 steps or more, and one choice of every other cell at most 5.
    niobium = make_spec()["dopants"][:1]
    engine = {"settings": {"force_threshold": 0.1, "steps": 6}}
    spec = write(scratch, make_spec(name="failing", dopants=niobium, engine=engine))
    first = run_and_read(spec, scratch / "failing", machine_settings)
    assert first.run.returncode == 1
    assert "failing: 2 of 3 compounds (host included), 1 failed" in first.run.stdout
    assert "did not relax with chgnet" in first.run.stdout
    assert "interface" not in first.run.stdout  # a consequence, which would hide the cause
    assert {r["concentration"] for r in first.contents.results} == {None, 0.5}
    again = run_and_read(spec, scratch / "failing", machine_settings)
    assert again.run.returncode == 1
    assert again.contents.launches == first.contents.launches
    retried = run_and_read(spec, scratch / "failing", machine_settings, "--retry")
    assert retried.run.returncode == 1
    new = retried.contents.launches[len(first.contents.launches) :]
    assert sorted({name.split(": ")[1] for name in new}) == [
        "advance",
        "interface",
        "lowest",
        "migration",
        "relax 1 of 2",
        "relax 2 of 2",
    ]


def _content(landed: Any) -> list[dict[str, Any]]:
    """Return the results without the time at which they were written."""
    return [result | {"stored": None} for result in landed.contents.results]
