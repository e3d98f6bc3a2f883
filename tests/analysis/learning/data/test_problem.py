"""The target of classification, and what happens to the undecided and to poor descriptors."""

import dataclasses

import numpy as np
import pytest
from standins.synthetic import HOST, LLZO, NAMES, Truth, synthetic_data, synthetic_energies

from analysis.base.errors import InputError
from analysis.learning.data.problem import (
    classification_problem,
    energy_problem,
    physics,
    regression_problem,
)
from analysis.learning.data.training_data import TABLE_EFFECT, TrainingData
from analysis.learning.settings import Undecided

ELEMENTS = ["Al", "Ga", "Sc", "Y", "Ti", "Zr", "Hf", "V", "Nb", "Ta", "Cr", "Mo", "W", "Mg", "Ca"]
DATA = synthetic_data(ELEMENTS)
COUNTS = DATA.rows["relation"].value_counts()


def test_undecided_compounds_are_left_out_and_counted() -> None:
    problem = classification_problem(DATA)
    assert COUNTS["undecided"] > 0
    assert len(problem) == COUNTS["no_worse"] + COUNTS["worse"]
    assert problem.y.sum() == COUNTS["no_worse"]
    assert problem.notes == (f"{COUNTS['undecided']} of 45 compounds are undecided: left out",)


def test_undecided_compounds_can_count_as_worse() -> None:
    problem = classification_problem(DATA, undecided=Undecided.NOT_STABLE)
    assert len(problem) == 45
    assert problem.y.sum() == COUNTS["no_worse"]
    assert "counted as worse" in problem.notes[0]


def test_groups_are_the_elements_of_the_rows() -> None:
    problem = classification_problem(DATA)
    assert list(problem.groups) == list(DATA.rows["dopant"].iloc[problem.rows])
    assert np.array_equal(problem.x, DATA.descriptors.to_numpy()[problem.rows])


def with_missing(count: int) -> TrainingData:
    descriptors = DATA.descriptors.copy()
    descriptors.loc[: count - 1, "bond_energy"] = np.nan
    return dataclasses.replace(DATA, descriptors=descriptors)


def test_a_descriptor_that_many_compounds_lack_is_dropped_with_the_reason() -> None:
    problem = regression_problem(with_missing(10))
    assert problem.names == tuple(name for name in NAMES if name != "bond_energy")
    assert problem.dropped == {
        "bond_energy": "missing for 22% of the compounds, more than 20%",
    }
    with pytest.raises(InputError, match=r"no descriptor bond_energy here.*missing for 22%"):
        problem.columns(["bond_energy"])


def test_a_few_missing_values_stay_missing() -> None:
    problem = regression_problem(with_missing(3))
    assert np.isnan(problem.x).sum() == 3


def test_too_few_compounds_are_refused() -> None:
    small = synthetic_data(["Al", "Ga", "Sc"])
    with pytest.raises(InputError, match="9 compounds of 3 elements are too few to regress"):
        regression_problem(small)
    with pytest.raises(InputError, match="too few to classify"):
        classification_problem(small)


def test_the_tables_know_all_but_the_defect_energy() -> None:
    problem = energy_problem(DATA, LLZO)
    effect = DATA.rows[TABLE_EFFECT].to_numpy(dtype=float)
    assert problem.known == pytest.approx(HOST + 0.25 * effect)
    assert np.array_equal(problem.y, DATA.rows["reaction_energy"])
    assert problem.boundary == pytest.approx(HOST - 0.05)
    assert {"misfit", "excess_charge", "on Zr"} < set(problem.names)
    assert "coordination_number" not in problem.names


def test_medians_of_the_sites_come_from_training_rows_alone() -> None:
    problem = synthetic_energies(Truth.TABLES)
    train = np.arange(0, len(problem), 2)  # the site A alone
    spoiled = dataclasses.replace(problem, y=np.where(np.arange(72) % 2, 99.0, problem.y))
    assert problem.known is not None
    median = np.median((problem.y - problem.known)[train])
    assert physics(spoiled, train) == pytest.approx(problem.known + median)
