"""What the first of two engines says of the solubility that the second one's energies give.

The energies, and so the uncertainty, are the second engine's. The first has computed the same
compounds, host and crystals: its own word costs nothing. Where it says the opposite with certainty,
one of the engines errs by more than its known error, often because the geometry is wrong: the word
is `undecided`, and its probability the mean of both. docs/engines.md counts how often.
"""

from typing import Final, NamedTuple

from pydantic import BaseModel, Field

from analysis.base.fields import Dissolution
from analysis.base.reasons import Reason
from analysis.energies.phases import ReferencePhases
from analysis.reactions.verdict import Criteria
from analysis.results.judgements import Evidence, Fields, Notes, solubility_fields
from analysis.structures.dopants import Compound
from analysis.structures.host import Host

_OPPOSITE: Final = {Dissolution.DISSOLVES, Dissolution.SEGREGATES}


class FirstEngine(BaseModel, frozen=True, extra="forbid"):
    """The engine that relaxed a crystal whose energy is another engine's."""

    name: str
    version: str
    above: float = Field(description="Its energy of the crystal minus the other's, eV per cell")


class Opinion(NamedTuple):
    """The first engine's view of a compound.

    Attributes
    ----------
    engine, version
        The first engine.
    above
        How much higher it puts the compound over host and exchanged oxides than the second engine
        does, eV per formula unit of the host.
    """

    engine: str
    version: str
    above: float

    def evidence(self, second: Evidence) -> Evidence:
        """Return the second engine's evidence with the first one's energy and errors."""
        energies = second.energies
        per_atom = self.above / energies.composition.num_atoms
        return second._replace(
            energies=energies._replace(
                formation_energy_per_atom=energies.formation_energy_per_atom + per_atom,
                decomposition_energy=energies.decomposition_energy - self.above,
            ),
            engine=self.engine,
            version=self.version,
            measured_error=None,
            measured_bias=None,
        )


def shared_solubility(
    host: Host,
    compound: Compound,
    evidence: Evidence,
    phases: ReferencePhases,
    criteria: Criteria,
    *,
    opinion: Opinion | None,
) -> tuple[Fields, Notes]:
    """Judge if the host takes up the dopants of a compound, as far as both engines agree.

    Parameters
    ----------
    host, compound, evidence, phases, criteria
        As for `solubility_fields`.
    opinion
        The first engine's view; None for one engine.
    """
    fields, notes = solubility_fields(host, compound, evidence, phases, criteria)
    if opinion is None:
        return fields, notes
    first, _ = solubility_fields(host, compound, opinion.evidence(evidence), phases, criteria)
    if {fields["dissolution"], first["dissolution"]} != _OPPOSITE:
        return fields, notes
    said = [
        f"{name} says {each['dissolution']} (P {each['dissolves_probability']:.2f})"
        for name, each in ((evidence.engine, fields), (opinion.engine, first))
    ]
    mean = (fields["dissolves_probability"] + first["dissolves_probability"]) / 2
    note = f"dissolution is undecided: {Reason.ENGINES_DISAGREE}: {', '.join(said)}"
    shared = {"dissolution": Dissolution.UNDECIDED, "dissolves_probability": mean}
    return fields | shared, (*notes, note)
