"""Errors of known reactions, by alignment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from pymatgen.core import Composition

from studies.validation.alignments import Alignment
from studies.validation.known_reactions import KnownReaction
from studies.validation.parity import Parity, parity

# Taking every phase from the engine is not an alignment: no energy of the table enters.
ALL_ENGINE = "all phases by the engine"
FEWEST_ALIKE = 4


def by_way(reactions: Iterable[KnownReaction]) -> dict[str, list[float]]:
    """Errors of each way, eV per atom of M."""
    found: dict[str, list[float]] = defaultdict(list)
    for reaction in reactions:
        for way, error in reaction.errors.items():
            found[way].append(error)
        if reaction.engine_error is not None:
            found[ALL_ENGINE].append(reaction.engine_error)
    return dict(found)


def summaries(reactions: Sequence[KnownReaction]) -> dict[str, Parity]:
    """Describe the errors of each way, eV per atom of M."""
    described = {way: parity(errors) for way, errors in by_way(reactions).items()}
    return {way: each for way, each in described.items() if each is not None}


def minus_host(
    reactions: Iterable[KnownReaction], host: Mapping[str, float]
) -> dict[str, list[float]]:
    """Errors of garnets' D, the difference to the undoped host, eV per atom of M.

    Parameters
    ----------
    reactions
        Those of garnets count.
    host
        Error of the host's reaction energy by each way, eV per formula unit of the host.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for reaction in reactions:
        if reaction.units is None:
            continue
        share = reaction.units / reaction.dopants
        for way, (error,) in by_way([reaction]).items():
            found[way].append(error - host[way] * share)
    return dict(found)


def stoichiometry(reaction: KnownReaction) -> str:
    """Write M in place of the dopant: "Li1 M1 O2" for LiAlO2 and LiFeO2."""
    amounts = Composition(reaction.formula).get_el_amt_dict()
    names = {"M" if e == reaction.element else e: n for e, n in amounts.items()}
    return " ".join(f"{name}{names[name]:g}" for name in sorted(names))


def against_alike(reactions: Iterable[KnownReaction]) -> dict[str, list[float]]:
    """Errors against the median of all oxides of the same stoichiometry, eV per atom of M.

    The common part of oxides that differ only in M cancels, as it does between a compound and
    the undoped host. Stoichiometries of fewer than four oxides are left out.
    """
    groups: dict[str, list[KnownReaction]] = defaultdict(list)
    for reaction in reactions:
        groups[stoichiometry(reaction)].append(reaction)
    found: dict[str, list[float]] = defaultdict(list)
    for group in groups.values():
        if len(group) < FEWEST_ALIKE:
            continue
        for way, errors in by_way(group).items():
            found[way] += [float(error - np.median(errors)) for error in errors]
    return dict(found)


def reduced_errors(
    reactions: Iterable[KnownReaction], sigma: Mapping[str, float], overall: float
) -> list[float]:
    """Errors of the alignment in use, each divided by the standard error of its element.

    Parameters
    ----------
    sigma
        Standard error of an element, eV per atom of M; `overall` for the others.
    """
    return [
        reaction.errors[Alignment.OXIDES] / sigma.get(reaction.element, overall)
        for reaction in reactions
    ]
