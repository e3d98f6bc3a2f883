"""The graph that is made from arrays is the stock converter's."""

from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

pytest.importorskip("chgnet.graph")

from chgnet.graph import CrystalGraph, CrystalGraphConverter

from makers.engines.chgnet.chgnet_graph import FastGraphConverter

CIF = Path(__file__).parents[3] / "data" / "li2zro3.cif"
SETTINGS = {"atom_graph_cutoff": 6.0, "bond_graph_cutoff": 3.0}


def disturbed() -> Structure:
    structure = Structure.from_file(CIF)
    structure.remove_oxidation_states()
    return structure.perturb(0.1, seed=0)


def copper() -> Structure:
    """In a cell of one atom every bond leads to an image of the atom itself."""
    half = 1.8
    return Structure(
        Lattice([[0, half, half], [half, 0, half], [half, half, 0]]), ["Cu"], [[0, 0, 0]]
    )


def bond_rows(graph: CrystalGraph) -> list[tuple[int, ...]]:
    """Return centre, neighbour and image of every directed bond."""
    rows = np.hstack([graph.atom_graph.numpy(), graph.neighbor_image.numpy()]).astype(int)
    return [tuple(row) for row in rows.tolist()]


def undirected_bonds(graph: CrystalGraph) -> set[frozenset[tuple[int, ...]]]:
    """Return the directed bonds that count as one."""
    members: dict[int, set[tuple[int, ...]]] = {}
    for row, number in zip(bond_rows(graph), graph.directed2undirected.tolist(), strict=True):
        members.setdefault(number, set()).add(row)
    return {frozenset(each) for each in members.values()}


def angles(graph: CrystalGraph) -> set[tuple[int, tuple[int, ...], tuple[int, ...]]]:
    """Return centre and the two directed bonds of every angle."""
    rows = bond_rows(graph)
    return {(center, rows[i], rows[j]) for center, _, i, _, j in graph.bond_graph.tolist()}


@pytest.mark.parametrize("crystal", [disturbed(), copper()], ids=["Li2ZrO3", "copper"])
def test_bonds_and_angles_are_the_stock_ones(crystal: Structure) -> None:
    ours = FastGraphConverter(**SETTINGS)(crystal)
    stock = CrystalGraphConverter(**SETTINGS)(crystal)
    assert sorted(bond_rows(ours)) == sorted(bond_rows(stock))
    assert undirected_bonds(ours) == undirected_bonds(stock)
    assert len(ours.bond_graph) == len(stock.bond_graph) > 0
    assert angles(ours) == angles(stock)


@pytest.mark.parametrize("crystal", [disturbed(), copper()], ids=["Li2ZrO3", "copper"])
def test_indices_lead_back(crystal: Structure) -> None:
    graph = FastGraphConverter(**SETTINGS)(crystal)
    there = graph.directed2undirected[graph.undirected2directed]
    assert there.tolist() == list(range(len(graph.undirected2directed)))
    for _, one_bond, one, other_bond, other in graph.bond_graph.tolist():
        assert graph.directed2undirected[one] == one_bond
        assert graph.directed2undirected[other] == other_bond
        assert one != other


def test_isolated_atoms_are_complained_of_as_ever() -> None:
    alone = Structure(Lattice.cubic(20), ["Li"], [[0, 0, 0]])
    with pytest.raises(ValueError, match="isolated"):
        FastGraphConverter(**SETTINGS, on_isolated_atoms="error")(alone)
