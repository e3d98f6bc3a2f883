"""Pairs of dopants for a host, from the reference phases of a specification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases, elements_of
from analysis.reactions.pairing import pairing
from analysis.reactions.pairs import System, Watch
from analysis.results.candidates import default_criteria
from analysis.results.dopant_pairs import PairSearch, search_pairs
from analysis.structures.dopants import candidates
from workflows.specification.spec import PAIR_AMOUNTS

if TYPE_CHECKING:
    from analysis.structures.host import Host
    from workflows.specification.sources import PhaseSource
    from workflows.specification.spec import CampaignSpec


def find_pairs(
    spec: CampaignSpec, host: Host, source: PhaseSource, *, number: int, watch: Watch = iter
) -> PairSearch:
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
    watch
        Goes over the pairs that take time, to show progress.

    Raises
    ------
    InputError
        No dopant is left, the host's cell cannot hold an amount, or an element has no reference
        phases.
    """
    explore = spec.explore
    options = candidates(
        (explore.sites if explore else None) or tuple(host.cations),
        concentrations=explore.pair_amounts if explore else PAIR_AMOUNTS,
        elements=explore.elements if explore else None,
        host_ions=host.ions,
    )
    elements = sorted({dopant.element for dopant in options})
    pairs = pairing(host, options)
    if not len(pairs.first):
        msg = "explore: no pair is left: it needs two elements on two sites; name others or more"
        raise InputError(msg)
    base = {e.symbol for e in host.formula_unit} | elements_of(spec.electrode)
    system = System(
        host,
        ReferencePhases.joined([source.phases(base | {each}) for each in elements]),
        electrode=spec.electrode,
        max_elements=spec.screening.max_elements,
    )
    return search_pairs(
        system,
        pairs,
        source.phases,
        criteria=spec.screening,
        wanted=spec.shortlist or default_criteria(host.formula_unit.reduced_formula),
        number=number,
        watch=watch,
    )
