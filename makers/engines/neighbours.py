"""Atoms that a model with a cutoff cannot see."""

from pymatgen.core import Structure

from analysis.base.errors import InputError


class IsolatedAtomError(InputError):
    """An atom has no neighbour within the cutoff of a model."""


def isolated_atoms(structure: Structure, cutoff: float) -> list[str]:
    """List, in alphabetical order, the elements of atoms without a neighbour within `cutoff` Å."""
    center, *_ = structure.get_neighbor_list(cutoff)
    lonely = set(range(len(structure))).difference(center.tolist())
    return sorted({structure[index].specie.symbol for index in lonely})


def require_neighbours(structure: Structure, cutoff: float, model: str) -> None:
    """Refuse a crystal in which the model would take an atom for a free one.

    Raises
    ------
    IsolatedAtomError
        An atom has no neighbour within the cutoff; metals of large atoms such as Cs.
    """
    if lonely := isolated_atoms(structure, cutoff):
        msg = (
            f"{structure.composition.reduced_formula}: {', '.join(lonely)} has no neighbour "
            f"within the {cutoff:g} Å that {model} sees, and would count as a free atom. Compute "
            "this crystal with another engine."
        )
        raise IsolatedAtomError(msg)
