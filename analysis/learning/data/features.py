"""What a model learns from: the ion, its site, and how badly the one fits the other.

Everything is known before a compound is computed. The coordination number in the relaxed cell is
not among it: radii are compared at coordination number 6.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.descriptors.descriptor import Descriptor
from analysis.descriptors.ionic_radii import ionic_radius

if TYPE_CHECKING:
    from analysis.learning.data.training_data import TrainingData
    from analysis.learning.settings import HostChemistry

#: Radii of different ions are compared at this coordination number, or the nearest in the table.
COMPARED_AT = 6
#: Descriptors that the ion has everywhere.
OF_THE_ION = (
    Descriptor.VALENCE,
    Descriptor.ATOMIC_RADIUS,
    Descriptor.ATOMIC_MASS,
    Descriptor.ELECTRONEGATIVITY,
    Descriptor.IONISATION_ENERGY,
    Descriptor.OXIDE_ENTHALPY,
    Descriptor.SP_ELECTRONS,
    Descriptor.D_ELECTRONS,
    Descriptor.F_ELECTRONS,
    Descriptor.BOND_ENERGY,
)
RADIUS, MISFIT, EXCESS_CHARGE, SITE = "radius", "misfit", "excess_charge", "on "


def features(ions: pd.DataFrame, host: HostChemistry) -> pd.DataFrame:
    """Return the features of ions on sites, NaN where missing.

    Parameters
    ----------
    ions
        `dopant`, `valence`, `site` and the descriptors of the ion, one row for each compound.
    host
        The undoped host.
    """
    names = [str(Field.DOPANT), str(Field.VALENCE), str(Field.SITE)]
    asked = list(ions[names].itertuples(index=False, name=None))
    table = ions[[str(each) for each in OF_THE_ION]].astype(float)
    replaced = [host.sites[site] for _, _, site in asked]
    table[RADIUS] = [_radius(element, valence) for element, valence, _ in asked]
    radii = [_radius(ion.element, ion.valence) for ion in replaced]
    table[MISFIT] = table[RADIUS] - radii
    table[EXCESS_CHARGE] = [
        valence - ion.valence for (_, valence, _), ion in zip(asked, replaced, strict=True)
    ]
    for name in host.sites:
        table[SITE + name] = [float(site == name) for _, _, site in asked]
    return table


def features_of(data: TrainingData, host: HostChemistry) -> pd.DataFrame:
    """Return the features of the compounds of a training."""
    return features(pd.concat([data.rows, data.descriptors.drop(columns="valence")], axis=1), host)


def _radius(element: str, valence: float) -> float:
    try:
        return ionic_radius(element, round(valence), COMPARED_AT).value
    except InputError:
        return math.nan
