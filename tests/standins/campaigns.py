"""Result documents of a campaign that nobody ran, with numbers that vary as real ones do."""

from __future__ import annotations

import random
from itertools import islice
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from analysis.base.fields import Dissolution, Label, Relation
from analysis.base.probabilities import ProbabilityLimits, word_for
from analysis.structures.dopants import Dopant, candidates
from analysis.structures.host import builtin_host

if TYPE_CHECKING:
    from collections.abc import Iterator

Document = dict[str, Any]

SITES = ("Li", "La", "Zr")
HOST_ENERGY = -0.5
_UNCERTAINTY = 0.06
ANSWERS = (
    *("label", "resists_probability", "reduction_margin", "reduction_potential", "hinges_on"),
    *("dissolution", "dissolves_probability", "solubility", "solubility_uncertainty"),
)


def host_result(campaign: str = "synthetic") -> Document:
    """Return the undoped host's document."""
    return _document(campaign, [], HOST_ENERGY, random.Random(0), "host")


def results(count: int, campaign: str = "synthetic") -> list[Document]:
    """Return the undoped host and so many compounds."""
    numbers = random.Random(7)
    documents = [host_result(campaign)]
    for index, dopant in enumerate(islice(dopants(), count)):
        energy = HOST_ENERGY + 0.1 - numbers.expovariate(1.2)
        documents.append(_document(campaign, [dopant], energy, numbers, f"job-{index}"))
    return documents


def dopants() -> Iterator[Dopant]:
    """Go through the rule's dopants at one concentration, then at the next."""
    host = builtin_host()
    for amount in (0.25, 0.5, 0.75):
        yield from candidates(SITES, concentrations=[amount], host_ions=host.ions)


def _document(
    campaign: str, dopants: list[Dopant], energy: float, numbers: random.Random, uuid: str
) -> Document:
    single = dopants[0] if dopants else None
    element = single.element if single else "Zr"
    uptake = numbers.uniform(5, 9)
    difference = energy - HOST_ENERGY
    hull = numbers.gauss(0.01, 0.01)
    gaps = {"Li2O": 4.9, "La2O3": 3.4, f"Li{element}O2": numbers.choice([None, 0.0, 2.7])}
    return {
        "campaign": campaign,
        "dopants": [each.model_dump() for each in dopants],
        "dopant": single and single.element,
        "valence": single and single.valence,
        "site": single and single.site,
        "concentration": single and single.concentration,
        "compensation": "lithium",
        "formula": f"Li6.5{element}0.25La3Zr2O12",
        "n_atoms": 96,
        "formation_energy_per_atom": -3.2,
        "energy_above_hull": abs(hull),
        "hull_distance": abs(hull),
        "defect_energy": numbers.gauss(1, 1) if single else None,
        "passes_filter": True if single else None,
        "reaction_energy": energy,
        "reaction_energy_uncertainty": _UNCERTAINTY if single else 0.0,
        "reaction_energy_host": HOST_ENERGY,
        "decomposition_energy": energy / 3,
        "lithium_driving_force": 2 * energy / 3,
        "lithium_uptake": uptake,
        "products": {"Li2O": 7.1, "La2O3": 1.5, f"Li{element}O2": 0.25},
        "equation": f"Li6.5{element}0.25La3Zr2O12 + {uptake:.3g} Li -> 7.1 Li2O + 1.5 La2O3",
        "reaction_path": [
            {
                "lithium": uptake * step / 7,
                "energy": energy * (1 - (1 - step / 7) ** 2 * 0.7),
                "voltage": None if step == 0 else 0.5 / step,
                "products": {"Li2O": step, "La2O3": 1.5, f"{element}{step + 1}O": 0.25},
            }
            for step in range(8)
        ],
        **_lithium(single, difference),
        "relation": _relation(difference),
        "nearly_inert": energy > -0.5,
        "strictly_stable": energy > 0,
        "passivating": {None: None, 0.0: False, 2.7: True}[gaps[f"Li{element}O2"]],
        "strictly_passivating": False,
        "insulating_fraction": 0.85,
        "deciding_phases": [f"Li{element}O2"] if single else [],
        "product_band_gaps": gaps,
        "migration_barrier": numbers.gauss(0.55, 0.05),
        "diffusivity": 10 ** numbers.gauss(-12, 1),
        "engine": {"name": "chgnet", "version": "0.3.0", "scheme": {}},
        "reference_phases": {"source": "a table", "scheme": {}, "digest": "0" * 64},
        "structure": _structure(numbers),
        "notes": ["no real compound"],
        "job_uuid": uuid,
    }


def _relation(difference: float) -> str:
    if difference >= -_UNCERTAINTY:
        return Relation.NO_WORSE
    return Relation.WORSE if difference < -2 * _UNCERTAINTY else Relation.UNDECIDED


def _lithium(dopant: Dopant | None, difference: float) -> Document:
    """Make up both answers of a dopant from the difference to the host, eV per f.u."""
    if dopant is None:
        return {**dict.fromkeys(ANSWERS), "reductions": []}
    element, valence = dopant.element, dopant.valence
    margin = 4 * difference + 0.2
    chance = NormalDist(0, 0.3).cdf(margin)
    dissolves = NormalDist(0.1, 0.4).cdf(-difference)
    label = word_for(chance, Label, ProbabilityLimits())
    return {
        "label": label,
        "resists_probability": chance,
        "reduction_margin": margin,
        "reduction_potential": -margin / valence,
        "reductions": [
            {
                "element": element,
                "valence": valence,
                "margin": margin,
                "uncertainty": 0.3,
                "potential": -margin / valence,
                "probability": chance,
                "label": label,
            }
        ],
        "hinges_on": [],
        "dissolution": word_for(dissolves, Dissolution, ProbabilityLimits()),
        "dissolves_probability": dissolves,
        "solubility": 0.1 + difference,
        "solubility_uncertainty": 0.4,
    }


def _structure(numbers: random.Random) -> Document:
    elements = ["Li"] * 28 + ["La"] * 12 + ["Zr"] * 8 + ["O"] * 48
    return {
        "lattice": {"matrix": [[0.0, 6.6, 6.6], [6.6, 0.0, 6.6], [6.6, 6.6, 0.0]]},
        "sites": [
            {"species": [{"element": element, "occu": 1}], "abc": [numbers.random() for _ in "abc"]}
            for element in elements
        ],
    }
