from __future__ import annotations

import pytest
from jobflow import Flow, job
from pydantic import ValidationError

from workflows.specification.categories import CategoryRules


@job
def work() -> None:
    """Do nothing."""


def categories(rules: CategoryRules, *, atoms: int) -> dict[str, str | None]:
    """Apply rules to one job of each step and give their categories."""
    jobs = []
    for step in ("dope", "prerelax 1 of 2", "relax 1 of 2", "interface"):
        made = work()
        made.name = f"LLZO:Al3+(Li)0.25: {step}"
        jobs.append(made)
    rules.apply(Flow(jobs), atoms=atoms, priority=7)
    assert {made.config.manager_config["_priority"] for made in jobs} == {7}
    return {
        made.name.rpartition(": ")[2].split()[0]: made.config.manager_config.get("_category")
        for made in jobs
    }


def test_without_rules_any_worker_takes_any_step() -> None:
    assert set(categories(CategoryRules(), atoms=96).values()) == {None}


def test_steps_go_where_their_rule_says() -> None:
    rules = CategoryRules(
        default="cpu", relax="vasp", prerelax="gpu", large="bigmem", large_atoms=150
    )
    small = {"dope": "cpu", "prerelax": "gpu", "relax": "vasp", "interface": "cpu"}
    assert categories(rules, atoms=149) == small
    assert categories(rules, atoms=150) == small | {"relax": "bigmem"}
    assert rules.names == ("bigmem", "cpu", "gpu", "vasp")


def test_a_rule_reaches_jobs_that_are_made_later() -> None:
    made = work()
    CategoryRules(relax="vasp").apply(Flow([made]), atoms=1, priority=1)
    later = work()
    later.name = "LLZO: relax 1 of 1"
    for update in made.config_updates:
        later.update_config(**update)
    assert later.config.manager_config == {"_priority": 1, "_category": "vasp"}


@pytest.mark.parametrize("rules", [{"large": "bigmem"}, {"large_atoms": 9}, {"relax": "a b"}])
def test_half_a_rule_is_refused(rules: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CategoryRules.model_validate(rules)
