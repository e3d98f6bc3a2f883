"""Pairs of dopants for a host, from the reference phases of a specification."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from analysis.energies.phases import ReferencePhases, elements_of
from analysis.reactions.pairing import pairing
from analysis.reactions.pairs import System
from analysis.results.candidates import default_criteria
from analysis.results.dopant_pairs import PairSearch, search_pairs
from analysis.structures.dopants import candidates
from workflows.specification.spec import PAIR_AMOUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.structures.host import Host
    from workflows.specification.sources import PhaseSource
    from workflows.specification.spec import CampaignSpec


def find_pairs(spec: CampaignSpec, host: Host, source: PhaseSource, *, number: int) -> PairSearch:
    """Find the best pairs of dopants on two sites; nothing is relaxed.

    Parameters
    ----------
    spec
        Its `explore` names sites, elements and amounts; without it all count.
    host
        The undoped electrolyte.
    source
        Of reference phases.
    number
        Pairs, at most.

    Raises
    ------
    InputError
        The host's cell cannot hold an amount, or an element has no reference phases.
    """
    explore = spec.explore
    options = candidates(
        (explore.sites if explore else None) or tuple(host.ions),
        concentrations=explore.pair_amounts if explore else PAIR_AMOUNTS,
        elements=explore.elements if explore else None,
        host_ions=host.ions,
    )
    base = {e.symbol for e in host.formula_unit} | elements_of(spec.electrode)
    system = System(
        host,
        _with_each(source, base, {dopant.element for dopant in options}),
        electrode=spec.electrode,
        max_elements=spec.screening.max_elements,
    )
    return search_pairs(
        system,
        pairing(host, options),
        source.phases,
        criteria=spec.screening,
        wanted=spec.shortlist or default_criteria(host.formula_unit.reduced_formula),
        number=number,
    )


def _with_each(source: PhaseSource, base: set[str], dopants: Iterable[str]) -> ReferencePhases:
    """Collect the phases of the host's elements with one dopant each."""
    found = [source.phases(base | {element}) for element in sorted(dopants)]
    phases = {phase.formula: phase for phase in chain(*(each.phases for each in found))}
    first = found[0]
    return ReferencePhases(source=first.source, scheme=first.scheme, phases=tuple(phases.values()))
