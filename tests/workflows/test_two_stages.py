"""A small real campaign in two stages: CHGNet relaxes, the energies of SevenNet-0 count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from standins.tiny import SPEC

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("chgnet")
pytest.importorskip("sevenn")

LIMIT = 0.0175  # eV per atom: between what the engines differ by on one compound and the other


@pytest.fixture(scope="module")
def staged(scratch: Path, machine_settings: Any, write: Any, run_and_read: Any) -> Any:
    engine = {"name": "chgnet", "then": {"name": "sevennet", "disagreement": LIMIT}}
    spec = SPEC | {"name": "staged", "engine": engine}
    return run_and_read(write(scratch, spec), scratch / "staged", machine_settings)


def relaxations(staged: Any) -> list[dict[str, Any]]:
    """Outputs of all relaxations whose energies count."""
    jobs = staged.contents.jobs.values()
    return [j["output"] for j in jobs if j["metadata"].get("step") in ("relax", "reference")]


def test_every_compound_lands(staged: Any) -> None:
    assert staged.run.returncode == 0, staged.run.stdout + staged.run.stderr
    formulas = sorted(each["formula"] for each in staged.contents.results)
    assert formulas == ["Li1.5Zr0.5Nb0.5O3", "Li1.5Zr0.5Ta0.5O3", "Li2ZrO3"]
    assert all(each["reaction_energy"] is not None for each in staged.contents.results)


def test_every_energy_is_the_second_engines(staged: Any) -> None:
    found = relaxations(staged)
    assert len(found) > 3
    assert {each["engine"] for each in found} == {"sevennet"}
    assert {each["prerelaxation"]["engine"] for each in found} == {"chgnet"}
    assert {each["scheme"]["engine"] for each in found} == {"SevenNet 7net-0"}


def offset(relaxation: dict[str, Any]) -> float:
    before = relaxation["prerelaxation"]["energy"]
    return float(relaxation["initial_energy"] - before) / float(relaxation["n_atoms"])


def test_the_second_engine_relaxed_where_they_disagree_and_nowhere_else(staged: Any) -> None:
    jobs = staged.contents.jobs.values()
    (host,) = (j["output"] for j in jobs if j["name"] == "Li2ZrO3 host: relax 1 of 1")
    compounds = [
        job["output"]
        for job in jobs
        if job["metadata"].get("step") == "relax" and job["output"] is not host
    ]
    apart = {each["formula"]: abs(offset(each) - offset(host)) for each in compounds}
    assert len(apart) == 2
    assert min(apart.values()) < LIMIT < max(apart.values()), apart
    for each in compounds:
        again = apart[each["formula"]] > LIMIT
        assert each["relaxed_by"] == (None if again else "chgnet")
        assert bool(each["notes"]) is again
    others = [each for each in relaxations(staged) if each not in compounds]
    assert {each["relaxed_by"] for each in others} == {"chgnet"}


def test_a_result_says_which_engine_gave_which_number(staged: Any) -> None:
    lowest = {
        job["output"]["relaxation"]["formula"]: job["output"]["relaxation"]
        for job in staged.contents.jobs.values()
        if job["name"].endswith(": lowest")
    }
    assert len(lowest) == 3
    for result in staged.contents.results:
        (relaxation,) = (
            r
            for r in lowest.values()
            if r["n_atoms"] == result["n_atoms"] and set(_elements(r)) == set(_elements(result))
        )
        assert result["engine"]["name"] == "sevennet"
        assert result["engine"]["version"] == "7net-0"
        assert result["engine"]["relaxed_by"] == relaxation["relaxed_by"]


def _elements(document: dict[str, Any]) -> list[str]:
    return [site["species"][0]["element"] for site in document["structure"]["sites"]]
