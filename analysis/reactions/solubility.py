"""Solubility of dopants in the host at the temperature at which it is made.

The answer is the free energy of dissolution, in eV per dopant atom. **Negative: the dopants
dissolve.** It is the change when one more dopant goes from the competing phases into the host,

    dG = (E[compound] - E[rivals] - E[host] + E[rivals of the host] - T S) / x

with x dopants per formula unit and S the partial entropy of mixing. Rivals are the competing phases
of lowest energy at the same composition, with oxygen gas at the synthesis conditions. That the host
itself may lie above its rivals (LLZO does, at 0 K) is common to both and cancels.

- **Entropy.** Ideal mixing (`analysis.structures.mixing_entropy`) of dopants and host ions on the
  sites that they share, and of lithium, vacancies and dopants on lithium's. It is the partial
  entropy, since a solid solution expels dopant as soon as the last one added costs free energy;
  the integral entropy, about k more per dopant, asks only if the compound beats complete
  segregation.
- **Lithium vacancies** count: lithium is disordered in the host at the temperature of synthesis,
  and the phases that would take up the dopant instead are ordered. But lithium ions repel each
  other, and the ideal form is a rough one: `MOBILE_ENTROPY` is its uncertainty.
- **Oxygen** (`analysis.energies.oxygen_gas`): dopants of high valence may lose it to the
  air.
- **Left out**: vibrations, vapours other than O2 (lithium, TeO2, Re2O7 ...), oxidation of the
  dopant by the air, short-range order of dopant and vacancy.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from pydantic import BaseModel, Field, PositiveFloat
from pymatgen.core import Composition
from scipy.constants import e, k

from analysis.base.errors import InputError
from analysis.base.fields import Dissolution
from analysis.base.probabilities import ProbabilityLimits, probability_below_zero, word_for
from analysis.energies.engine_bias import EngineBias
from analysis.energies.oxygen_gas import AIR, ENTROPY_ERROR, oxygen_potential, with_oxygen_at
from analysis.energies.phases import ReferencePhases
from analysis.reactions.interface import hull_distance
from analysis.structures.dopants import Compound
from analysis.structures.mixing_entropy import MixingEntropy

BOLTZMANN: Final = float(k / e)  # eV/K

#: K. LLZO was first made by sintering at 1230 °C: R. Murugan, V. Thangadurai and W. Weppner,
#: Angew. Chem. Int. Ed. 46, 7778 (2007), doi 10.1002/anie.200701144.
LLZO_SYNTHESIS: Final = 1500.0

#: Standard uncertainty of the entropy, k per mobile ion that the dopants add or remove. The ideal
#: value for a vacancy in LLZO is k ln(7/2) = 1.25 k on all 9 positions. With 24d half full, as
#: refined (doi 10.1021/acs.inorgchem.5b01895), and the other 5.5 Li on 6 pairs of 96h it is 0 on
#: the former and 2.4 k on the latter: 1.2 k either way, limits of a rectangular distribution.
MOBILE_ENTROPY: Final = 0.7

#: eV per dopant atom. Making oxides from binary oxides, PBE is off by 0.024 eV/atom (standard
#: deviation; G. Hautier et al., Phys. Rev. B 85, 155208 (2012)); one dopant exchanges about five
#: atoms of them (`analysis/data/engines/vasp.json`).
FUNCTIONAL_ERROR: Final = 0.12


class SolubilityCriteria(BaseModel, frozen=True, extra="forbid"):
    """When dopants count as dissolved, as the specification sets it."""

    temperature: PositiveFloat = Field(
        LLZO_SYNTHESIS, description="At which the host is made, K: sets the weight of disorder"
    )
    oxygen: PositiveFloat = Field(AIR, description="Partial pressure of O2 there, bar")
    limits: ProbabilityLimits = Field(
        default_factory=ProbabilityLimits,
        description="dissolves and segregates, by the probability of a negative free energy",
    )


class Solubility(BaseModel, frozen=True, extra="forbid"):
    """Free energy of taking up the dopants, eV per dopant atom; negative: the host does."""

    free_energy: float = Field(description="Against all phases, corrected, at the temperature")
    uncertainty: float = Field(description="Its standard uncertainty")
    energy: float = Field(description="Against all phases at 0 K, as the engine has it")
    products_energy: float = Field(
        description="The same against the products of the reaction with the electrode alone"
    )
    oxygen_term: float = Field(description="What was added for oxygen gas at the temperature")
    correction: float = Field(description="What was added for the engine's bias")
    entropy_term: float = Field(description="-T times the partial entropy of mixing")
    temperature: float = Field(description="Of the synthesis, K")
    one_sided: float = Field(description="How much higher it may be because of an uncorrected bias")
    probability: float = Field(description="That the free energy is negative")
    word: Dissolution


class ExcessEnergies(NamedTuple):
    """Energy of a compound or host above its rivals, eV per formula unit of the host.

    Attributes
    ----------
    hull
        Above the hull of all phases at 0 K.
    hot
        The same with oxygen gas at the temperature of synthesis.
    hot_error
        Standard uncertainty of `hot` for the entropy of giving off oxygen.
    products
        Above the phases that may be products: minus the decomposition energy.
    """

    hull: float
    hot: float
    hot_error: float
    products: float


def excess_energies(
    composition: Composition,
    formation_energy_per_atom: float,
    decomposition_energy: float,
    *,
    phases: ReferencePhases,
    criteria: SolubilityCriteria,
) -> ExcessEnergies:
    """Measure a compound or host against its rivals.

    Parameters
    ----------
    composition
        Composition per formula unit of the host.
    formation_energy_per_atom
        On the scale of the phases, eV/atom.
    decomposition_energy
        Of the reaction with the electrode, without any of it, eV per formula unit.
    phases
        All reference phases of its elements.
    criteria
        Temperature and oxygen of the synthesis.

    Raises
    ------
    InputError
        An element has no elemental phase, or an energy is not a number.
    """
    potential = oxygen_potential(criteria.temperature, criteria.oxygen)
    cold, cooler, hot = (
        composition.num_atoms
        * hull_distance(
            composition, formation_energy_per_atom, with_oxygen_at(phases, share * potential)
        )
        for share in (0.0, 1 - ENTROPY_ERROR, 1.0)
    )
    return ExcessEnergies(cold, hot, hot - cooler, -decomposition_energy)


def dissolve(
    compound: Compound,
    excess: ExcessEnergies,
    host_excess: ExcessEnergies,
    *,
    mixing: MixingEntropy,
    bias: EngineBias,
    scatter: float,
    criteria: SolubilityCriteria,
) -> Solubility:
    """Compute the free energy of dissolving a compound's dopants, and what to call it.

    Parameters
    ----------
    compound
        Its dopants and their amounts.
    excess, host_excess
        Energies of compound and undoped host above their rivals, by one engine.
    mixing
        What `mixing_entropy` returned for this compound.
    bias
        The engine's one-sided error.
    scatter
        Standard uncertainty of arrangements and unfinished relaxation, eV per formula unit.
    criteria
        Temperature of the synthesis, and from which probability on the dopants dissolve or not.

    Raises
    ------
    InputError
        The compound has no dopant.
    """
    amount, thermal = amount_of(compound), BOLTZMANN * criteria.temperature
    energy = (excess.hull - host_excess.hull) / amount
    correction = _mean(compound, {d.site: bias.correction(d.site) for d in compound.dopants})
    one_sided = _mean(compound, {d.site: bias.one_sided(d.site) for d in compound.dopants})
    oxygen_term = (excess.hot - host_excess.hot) / amount - energy
    entropy_term = -thermal * mixing.partial / amount
    free_energy = energy + oxygen_term + correction + entropy_term
    uncertainty = math.hypot(
        engine_error(compound, bias),
        scatter / amount,
        excess.hot_error / amount,
        thermal * MOBILE_ENTROPY * mixing.mobile_change / amount,
    )
    upwards = math.hypot(uncertainty, one_sided)
    probability = probability_below_zero(free_energy, upwards if free_energy < 0 else uncertainty)
    return Solubility(
        free_energy=free_energy,
        uncertainty=uncertainty,
        energy=energy,
        products_energy=(excess.products - host_excess.products) / amount,
        oxygen_term=oxygen_term,
        correction=correction,
        entropy_term=entropy_term,
        temperature=criteria.temperature,
        one_sided=one_sided,
        probability=probability,
        word=word_for(probability, Dissolution, criteria.limits),
    )


def engine_error(compound: Compound, bias: EngineBias) -> float:
    """Return the standard uncertainty of engine and functional, eV per dopant atom.

    Two dopants of one element share its error: their amounts are added first.
    """
    errors: dict[str, float] = defaultdict(float)
    for dopant in compound.dopants:
        own = math.hypot(bias.error(dopant.element, dopant.site), FUNCTIONAL_ERROR)
        errors[dopant.element] += dopant.concentration * own
    return math.hypot(*errors.values()) / amount_of(compound)


def amount_of(compound: Compound) -> float:
    """Return the dopants per formula unit of the host.

    Raises
    ------
    InputError
        The compound has none.
    """
    amount = sum(dopant.concentration for dopant in compound.dopants)
    if amount <= 0:
        msg = "The undoped host has no solubility: ask for that of a doped compound"
        raise InputError(msg)
    return amount


def _mean(compound: Compound, by_site: Mapping[str, float]) -> float:
    """Return the mean over the dopants, weighted by their amounts."""
    weighted = sum(each.concentration * by_site[each.site] for each in compound.dopants)
    return weighted / amount_of(compound)
