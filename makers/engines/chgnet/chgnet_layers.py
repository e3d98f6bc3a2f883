"""CHGNet's convolutions with fewer multiplications.

The stock layers gather the features of atoms, bonds and angles into one long row per bond or
angle, and multiply that by a matrix. The product is linear: here the features are multiplied first,
each by its columns of the matrix, and the products gathered and added. There are far fewer atoms
and bonds than angles.
"""

from collections.abc import Sequence

import torch
from chgnet.model.functions import MLP, GatedMLP
from chgnet.model.layers import AngleUpdate, AtomConv, BondConv
from chgnet.model.model import CHGNet
from torch import Tensor, nn

_Part = tuple[Tensor, Tensor | None]
"""Features, and the rows of them that are gathered; None for all of them in their order."""


def split_layers(model: CHGNet) -> None:
    """Replace a model's layers by those of this module; its weights stay the same."""
    model.atom_conv_layers = nn.ModuleList(map(SplitAtomConv, model.atom_conv_layers))
    model.bond_conv_layers = nn.ModuleList(map(SplitBondConv, model.bond_conv_layers))
    model.angle_layers = nn.ModuleList(map(SplitAngleUpdate, model.angle_layers))


class SplitMLP(nn.Module):
    """An MLP whose first layer acts on the parts of its input."""

    def __init__(self, stock: MLP, widths: Sequence[int]) -> None:
        super().__init__()
        layers = list(stock.layers)
        number = next(k for k, layer in enumerate(layers) if isinstance(layer, nn.Linear))
        self.bias = layers[number].bias
        self.weights = [w.contiguous() for w in layers[number].weight.split(list(widths), dim=1)]
        self.rest = nn.Sequential(*layers[number + 1 :])

    def forward(self, parts: Sequence[_Part]) -> Tensor:
        """Return the MLP's value on the joined rows of the parts."""
        total = None
        for (features, rows), weight in zip(parts, self.weights, strict=True):
            bias = self.bias if total is None else None
            product = nn.functional.linear(features, weight, bias)
            gathered = product if rows is None else product.index_select(0, rows)
            total = gathered if total is None else total.add_(gathered)
        return self.rest(total)


class SplitGatedMLP(nn.Module):
    """A GatedMLP whose first layers act on the parts of its input."""

    def __init__(self, stock: GatedMLP, widths: Sequence[int]) -> None:
        super().__init__()
        self.core, self.gate = (SplitMLP(m, widths) for m in (stock.mlp_core, stock.mlp_gate))
        self.core_norm, self.gate_norm = (n or nn.Identity() for n in (stock.bn1, stock.bn2))
        self.activation = stock.activation

    def forward(self, parts: Sequence[_Part]) -> Tensor:
        """Return the GatedMLP's value on the joined rows of the parts."""
        core = self.activation(self.core_norm(self.core(parts)))
        return core * torch.sigmoid(self.gate_norm(self.gate(parts)))


class SplitAtomConv(nn.Module):
    """An AtomConv."""

    def __init__(self, stock: AtomConv) -> None:
        super().__init__()
        self.messages = SplitGatedMLP(stock.twoBody_atom, _widths(stock.twoBody_atom, 3))
        self.stock = stock

    def forward(
        self,
        atom_feas: Tensor,
        bond_feas: Tensor,
        bond_weights: Tensor,
        atom_graph: Tensor,
        directed2undirected: Tensor,
    ) -> Tensor:
        """Return the new features of the atoms."""
        center, neighbor = atom_graph.T.contiguous()
        messages = self.messages(
            [(atom_feas, center), (bond_feas, directed2undirected), (atom_feas, neighbor)]
        )
        messages = messages * bond_weights.index_select(0, directed2undirected)
        return _updated(self.stock, atom_feas, messages, center, self.stock.atom_norm)


class SplitBondConv(nn.Module):
    """A BondConv."""

    def __init__(self, stock: BondConv) -> None:
        super().__init__()
        self.messages = SplitGatedMLP(stock.twoBody_bond, _widths(stock.twoBody_bond, 4))
        self.stock = stock

    def forward(
        self,
        atom_feas: Tensor,
        bond_feas: Tensor,
        bond_weights: Tensor,
        angle_feas: Tensor,
        bond_graph: Tensor,
    ) -> Tensor:
        """Return the new features of the bonds."""
        messages = self.messages(_of_angles(atom_feas, bond_feas, angle_feas, bond_graph))
        one, other = bond_graph[:, 1], bond_graph[:, 2]
        for end in (one, other):
            messages = messages * bond_weights.index_select(0, end)
        return _updated(self.stock, bond_feas, messages, one, self.stock.bond_norm)


class SplitAngleUpdate(nn.Module):
    """An AngleUpdate."""

    def __init__(self, stock: AngleUpdate) -> None:
        super().__init__()
        self.messages = SplitGatedMLP(stock.twoBody_bond, _widths(stock.twoBody_bond, 4))
        self.stock = stock

    def forward(
        self, atom_feas: Tensor, bond_feas: Tensor, angle_feas: Tensor, bond_graph: Tensor
    ) -> Tensor:
        """Return the new features of the angles."""
        new = self.messages(_of_angles(atom_feas, bond_feas, angle_feas, bond_graph))
        new = new + angle_feas if self.stock.resnet else new
        return new if self.stock.angle_norm is None else self.stock.angle_norm(new)


def _of_angles(
    atom_feas: Tensor, bond_feas: Tensor, angle_feas: Tensor, bond_graph: Tensor
) -> list[_Part]:
    """Return what every angle joins: its two bonds, itself, and the atom at its centre."""
    center, one, other = bond_graph.T.contiguous()
    return [(bond_feas, one), (bond_feas, other), (angle_feas, None), (atom_feas, center)]


def _widths(stock: GatedMLP, number: int) -> list[int]:
    """Return the columns of each part: CHGNet has equally many features for each kind."""
    first = next(layer for layer in stock.mlp_core.layers if isinstance(layer, nn.Linear))
    return [first.in_features // number] * number


def _updated(
    stock: AtomConv | BondConv,
    features: Tensor,
    messages: Tensor,
    owners: Tensor,
    norm: nn.Module | None,
) -> Tensor:
    """Add up the messages of each owner, and return the owners' new features."""
    new = torch.zeros_like(features).index_add(0, owners, messages)
    new = stock.mlp_out(new) if stock.use_mlp_out else new
    new = new + features if stock.resnet else new
    return new if norm is None else norm(new)
