"""`import interphase`: its names, its light import, and what it refuses."""

from __future__ import annotations

import subprocess
import sys

import pytest

import interphase

#: Changing this list is a change of the interface: say so in CHANGELOG.md.
NAMES = (
    *("InputError", "energy_above_hull", "failures", "figure", "plan", "predict", "react"),
    *("read_specification", "reference_phases", "results", "run", "save_figure", "structures"),
)


def test_the_public_names_are_these() -> None:
    assert tuple(interphase.__all__) == NAMES
    assert dir(interphase) == [*NAMES]


def test_every_name_is_found_and_has_an_example() -> None:
    found = {name: getattr(interphase, name) for name in NAMES}
    shown = "".join(each.__doc__ or "" for each in found.values())
    assert [name for name in NAMES if f"interphase.{name}(" not in shown] == ["InputError"]


def test_importing_it_imports_nothing_else() -> None:
    heavy = ("analysis", "makers", "workflows", "numpy", "pydantic", "pymatgen", "torch")
    code = f"import sys, interphase; print([m for m in sys.modules if m.startswith({heavy!r})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_name_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'reakt'; it has: .*react"):
        interphase.reakt  # noqa: B018  it raises


def test_one_energy_given_twice_must_agree() -> None:
    one = interphase.react("Li2O", formation_energy=-6.0)
    assert interphase.react("Li2O", formation_energy_per_atom=-2.0) == one
    assert interphase.react("Li2O", formation_energy=-6.0, formation_energy_per_atom=-2.0) == one
    with pytest.raises(interphase.InputError, match=r"contradict each other for Li2 O1, which has"):
        interphase.react("Li2O", formation_energy=-2.0, formation_energy_per_atom=-2.0)


def test_energies_are_per_formula_unit_as_it_is_written() -> None:
    one = interphase.react("Li2O", formation_energy=-6.0)
    lower = interphase.react("Li2O", formation_energy=-7.0)
    assert lower.reaction_energy == pytest.approx(one.reaction_energy + 1)
    two = interphase.react("Li4O2", formation_energy=-12.0)
    assert two.reaction_energy == pytest.approx(2 * one.reaction_energy)


def test_a_composition_without_an_entry_needs_an_energy() -> None:
    with pytest.raises(interphase.InputError, match="Li9O is not among the reference phases"):
        interphase.react("Li9O")


def test_a_file_of_results_is_read_whole() -> None:
    file = "results/llzo-chgnet/compounds.csv"
    table = interphase.results(file, fields=["formula", "reaction_energy"])
    assert table.columns.to_list() == ["formula", "reaction_energy"]
    assert table.attrs["units"] == {"reaction_energy": "eV per f.u."}
    with pytest.raises(interphase.InputError, match="read it whole"):
        interphase.results(file, "site=Zr")


def test_an_unknown_figure_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(interphase.InputError, match=r"unknown figure 'pie': .*periodic_table"):
        interphase.figure(interphase.results("results/llzo-chgnet/compounds.csv"), "pie")
