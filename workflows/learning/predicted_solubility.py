"""The free energy of dissolution that follows from a predicted reaction energy.

Nothing has to be learnt for it: the tables give all of it but the compound's energy, which the
predicted reaction energy determines, so E + dE in eV per formula unit makes it -dE / x per dopant.
The probability holds the engine's error and that of the prediction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.base.fields import Field
from analysis.reactions.interface import react
from analysis.results.judgements import Energies, Evidence, solubility_fields
from analysis.structures.compensation import compound_composition
from analysis.structures.dopants import Compound, Dopant
from workflows.storage.campaigns import load_campaign
from workflows.storage.stored_phases import phases_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.energies.phases import ReferencePhases
    from workflows.specification.campaign import Campaign
    from workflows.storage.database import Database

    Record = dict[str, Any]
    Document = Mapping[str, Any]

_OF_HOST = (Field.FORMATION_ENERGY_PER_ATOM, Field.DECOMPOSITION_ENERGY, Field.ENGINE)
SOLUBILITY, LOW, HIGH = "solubility", "solubility_low", "solubility_high"
NOTHING: Mapping[str, Any] = dict.fromkeys(
    (SOLUBILITY, LOW, HIGH, str(Field.DISSOLVES_PROBABILITY))
)


class Undoped(NamedTuple):
    """A campaign, its undoped host's result (None if it has not landed), and where both are."""

    campaign: Campaign
    result: Document | None
    database: Database

    @property
    def balanced(self) -> bool:
        """True if the mobile ion balances the charge: without that there is no solubility."""
        planned = (each.compound for each in self.campaign.compounds)
        return any(each.dopants and each.compensation == "lithium" for each in planned)


def read_undoped(database: Database, name: str) -> Undoped:
    """Read what `predicted_solubility` has to know of a campaign."""
    asked = {"campaign": name, Field.DOPANTS: []}
    found = database.results.find_one(asked, {**dict.fromkeys(_OF_HOST, 1), "_id": 0})
    return Undoped(load_campaign(database, name), found, database)


def predicted_solubility(undoped: Undoped, record: Document) -> Record:
    """Carry a prediction through the tables, with the mobile ion balancing the charge.

    Parameters
    ----------
    undoped
        The campaign and its host.
    record
        A prediction, as `analysis.learning.training.training.prediction_record` writes it.

    Returns
    -------
    dict
        `solubility` in eV per dopant with its interval, `solubility_low` to `solubility_high`, and
        `dissolves_probability`; all null where the free energy of a computed compound would be.
    """
    if undoped.result is None or not undoped.balanced:
        return dict(NOTHING)
    compound = Compound(dopants=(Dopant(**{name: record[name] for name in Dopant.model_fields}),))
    phases = phases_of(undoped.database, undoped.campaign, compound)
    if phases is None:
        return dict(NOTHING)
    fields = _fields(undoped.campaign, undoped.result, compound, record, phases)
    center = fields["solubility"]
    if center is None:
        return dict(NOTHING)
    low, high = (
        center - (record[bound] - record["reaction_energy"]) / record["concentration"]
        for bound in ("high", "low")
    )
    chance = str(Field.DISSOLVES_PROBABILITY)
    return {SOLUBILITY: center, LOW: low, HIGH: high, chance: fields[chance]}


def _fields(
    campaign: Campaign,
    of_host: Document,
    compound: Compound,
    record: Document,
    phases: ReferencePhases,
) -> Record:
    host, spec = campaign.host_crystal, campaign.spec
    composition = compound_composition(host, compound)
    reaction = react(
        composition,
        0.0,
        phases,
        electrode=spec.electrode,
        max_elements=spec.screening.max_elements,
        exclude=[host.formula_unit.reduced_formula],
    )
    energy = reaction.reaction_energy - record["reaction_energy"]
    evidence = Evidence(
        energies=Energies(
            composition, energy / composition.num_atoms, reaction.decomposition_energy - energy
        ),
        host_energies=Energies(
            host.formula_unit.element_composition,
            of_host[Field.FORMATION_ENERGY_PER_ATOM],
            of_host[Field.DECOMPOSITION_ENERGY],
        ),
        arrangements=(),
        engine=of_host[Field.ENGINE]["name"],
        version=of_host[Field.ENGINE]["version"],
        charge_balanced=True,
        guess=record["uncertainty"],
    )
    fields, _ = solubility_fields(host, compound, evidence, phases, spec.screening)
    return fields
