"""Paths and hulls against pymatgen, over 130 compositions of 13 chemistries."""

import itertools

import numpy as np
import pytest
from pymatgen.analysis.interface_reactions import InterfacialReactivity
from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
from pymatgen.core import Composition

from analysis.energies.phases import ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.reactions.equation import imbalance
from analysis.reactions.interface import Reaction, energy_above_hull, react

HOST = "Li7La3Zr2O12"
HOST_ELEMENTS = ("Li", "La", "Zr", "O")
# Metals, a metalloid, non-metals, a lanthanoid, a pair, and no dopant at all.
CHEMISTRIES = [(), ("Al",), ("Ga",), ("Ta",), ("Sr",), ("W",), ("Te",), ("Ce",), ("Si",), ("P",)]
CHEMISTRIES += [("Fe",), ("Na",), ("Al", "Ta")]
PER_CHEMISTRY = 10


def _random_compositions(dopants: tuple[str, ...]) -> list[Composition]:
    """Half of them garnets with random amounts; half anything, elements missing now and then."""
    generator = np.random.default_rng(len(dopants) + sum(map(ord, "".join(dopants))))
    symbols = [*HOST_ELEMENTS, *dopants]
    garnet = np.array([7, 3, 2, 12] + [0.25] * len(dopants))
    found = []
    for count in range(PER_CHEMISTRY):
        if count % 2:
            amounts = garnet * generator.choice([0.875, 1, 1.125], size=len(symbols))
        else:
            amounts = 24 * generator.dirichlet(np.ones(len(symbols)))
            amounts[generator.integers(len(symbols) * 2) % len(symbols)] *= count % 4 > 0
        found.append(Composition(dict(zip(symbols, amounts, strict=True))))
    return found


def _entries(phases: ReferencePhases, max_elements: int) -> list[PDEntry]:
    return [
        PDEntry(phase.composition, phase.formation_energy_per_atom * phase.composition.num_atoms)
        for phase in phases.phases
        if len(phase.composition) <= max_elements and phase.formula != HOST
    ]


def _energy_at(reaction: Reaction, lithium: float) -> float:
    """Read dG at any n off the path, constant beyond its end."""
    kinks = [step.lithium for step in reaction.path]
    return float(np.interp(lithium, kinks, [step.energy for step in reaction.path]))


@pytest.mark.parametrize("dopants", CHEMISTRIES, ids="-".join)
@pytest.mark.parametrize("electrode", ["Li", "Na"])
def test_paths_agree_with_hull_energies_of_pymatgen(
    dopants: tuple[str, ...], electrode: str
) -> None:
    phases = table_phases({*HOST_ELEMENTS, *dopants, electrode})
    hull = PhaseDiagram(_entries(phases, 3))
    for composition in _random_compositions(dopants):
        reaction = react(composition, -70, phases, electrode=electrode, exclude=[HOST])
        kinks = [step.lithium for step in reaction.path]
        for n in (*kinks, 0.3, 1, 2.5, 5, 9.7, 30):
            mixture = composition + Composition(electrode) * n
            expected = hull.get_hull_energy(mixture) + 70
            assert _energy_at(reaction, n) == pytest.approx(expected, abs=1e-6)


# Of metals alone, on the hull at zero, which is what pymatgen falls back to.
@pytest.mark.filterwarnings("ignore:The reactant .* has no matching entry")
@pytest.mark.parametrize("dopants", CHEMISTRIES, ids="-".join)
def test_paths_agree_with_interfacial_reactivity_of_pymatgen(dopants: tuple[str, ...]) -> None:
    phases = table_phases([*HOST_ELEMENTS, *dopants])
    entries = _entries(phases, 3)
    competing = PhaseDiagram(entries)
    for composition in _random_compositions(dopants):
        # Above that hull, where it is no product of its own, and below the elements: pymatgen
        # takes the hull's energy for a compound of positive formation energy.
        energy = 0.9 * competing.get_hull_energy(composition)
        hull = PhaseDiagram([*entries, PDEntry(composition, energy)])
        theirs = {
            composition.num_atoms * (1 - ratio) / ratio: composition.num_atoms * per_atom / ratio
            for _, ratio, per_atom, *_ in InterfacialReactivity(
                composition, Composition("Li"), hull
            ).get_kinks()
            if ratio > 0
        }
        reaction = react(composition, energy, phases, exclude=[HOST])
        # Theirs include points without a bend, such as a composition just on a tie line.
        for n, expected in theirs.items():
            assert _energy_at(reaction, n) == pytest.approx(expected, abs=1e-6)
        for step in reaction.path:
            assert min(abs(n - step.lithium) for n in theirs) < 1e-6


@pytest.mark.parametrize("dopants", CHEMISTRIES, ids="-".join)
def test_paths_are_convex_fall_to_the_plateau_and_balance(dopants: tuple[str, ...]) -> None:
    phases = table_phases([*HOST_ELEMENTS, *dopants])
    for composition in _random_compositions(dopants):
        reaction = react(composition, -70, phases, exclude=[HOST])
        voltages = [step.voltage for step in reaction.path[1:] if step.voltage is not None]
        assert len(voltages) == len(reaction.path) - 1
        assert all(before > after > 0 for before, after in itertools.pairwise([*voltages, 1e-9]))
        for before, after in itertools.pairwise(reaction.path):
            slope = (after.energy - before.energy) / (after.lithium - before.lithium)
            assert after.voltage == pytest.approx(-slope, abs=1e-6)
        for step in reaction.path:
            reactants = {composition: 1, "Li": step.lithium}
            assert imbalance(reactants, step.products) < 1e-8
            assert len(step.products) <= len(composition)


@pytest.mark.parametrize("dopants", CHEMISTRIES, ids="-".join)
def test_energies_above_hull_agree_with_pymatgen(dopants: tuple[str, ...]) -> None:
    phases = table_phases([*HOST_ELEMENTS, *dopants])
    host = phases.phase(HOST)
    entries = [*_entries(phases, 9), PDEntry(host.composition, host.formation_energy_per_atom * 24)]
    hull = PhaseDiagram(entries)
    for composition in _random_compositions(dopants):
        expected = -1.5 - hull.get_hull_energy_per_atom(composition)
        assert energy_above_hull(composition, -1.5, phases) == pytest.approx(
            max(expected, 0), abs=1e-8
        )
