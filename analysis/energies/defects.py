"""Defect energy: the cost of moving the dopants from their oxides into the host."""

from collections.abc import Container, Mapping

from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.energies.balance import Balance, balance
from analysis.energies.phases import ReferencePhases


def defect_balance(
    composition: Composition,
    host: Composition,
    *,
    valences: Mapping[str, float],
    phases: ReferencePhases,
    crystals: Container[str],
    electrode: str = "Li",
    accept_poor: bool = False,
) -> Balance:
    """Oxides exchanged when the host becomes the compound; the host itself is not listed.

    See `analysis.energies.balance.balance` for parameters and errors.
    """
    return balance(
        composition,
        host,
        valences=valences,
        phases=phases,
        crystals=crystals,
        electrode=electrode,
        accept_poor=accept_poor,
    )


def defect_energy(
    energy: float,
    host_energy: float,
    *,
    exchanged: Balance,
    crystal_energies: Mapping[str, float],
    concentration: float,
) -> tuple[float | None, tuple[str, ...]]:
    """Energy of putting the dopants into the host, eV per dopant, all from one engine.

    {E[compound] + E[oxides of the displaced ions] - E[host] - E[oxides of the dopants]} / x, with
    the lithium oxide given off or taken up, balanced exactly.

    Parameters
    ----------
    energy, host_energy
        Total energies of the compound and of the campaign's relaxed host, eV per formula unit.
    exchanged
        What `defect_balance` returned for this compound.
    crystal_energies
        Reduced formula to the engine's energy of the relaxed crystal, eV/atom.
    concentration
        All dopants per formula unit.

    Returns
    -------
    tuple
        The energy, None if the compound is not charge balanced, and notes that say why.

    Raises
    ------
    InputError
        A crystal has no energy, or there is no dopant.
    """
    if concentration <= 0:
        message = f"A defect energy needs a dopant, and {concentration=}."
        raise InputError(message)
    if not exchanged.charge_balanced:
        reason = f"defect_energy is null: the compound {Reason.NO_DEFECT_ENERGY}."
        return None, (reason,)
    total = energy - host_energy - exchanged.sum(crystal_energies)
    return total / concentration, exchanged.notes
