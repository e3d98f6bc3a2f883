"""The bond-valence site energy of a mobile ion, as a map over a crystal's cell.

At each point it is a Morse energy with the ions of opposite charge and a screened Coulomb repulsion
from those of like charge: S. Adams, R. Prasada Rao, Phys. Status Solidi A 208 (2011) 1746, with the
parameters of H. Chen, L. L. Wong, S. Adams, Acta Cryst. B75 (2019) 18. `bvlain` computes it.
"""

import math
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Species, Structure
from scipy.ndimage import zoom

from analysis.base.reasons import Reason

SPACING = 0.2
"""Å between the points at which `bvlain` is evaluated."""

CUTOFF = 10.0
"""Å. Ions farther than this never count; the number of ions that count limits it further."""

RADIUS = 5.5
"""Å. As many framework ions count at a point as a sphere of this radius holds on average, 43 in
garnet. Barriers are within 6 meV of those with 100 ions (7.3 Å); with 30 (4.9 Å) they are 20 to 30
meV lower."""

REFINEMENT = 2
"""The map is interpolated onto a grid this many times finer. In LLZO and five doped LLZO that puts
barriers within 0.01 eV of those on a grid of 0.05 Å; the map of 0.2 Å as it is, within 0.05 eV."""

HIGHEST = 20.0
"""eV above the minimum. Higher values, near an ion's centre, are cut: no path goes there."""

LOG_OFFSET = 0.5
"""eV added before the logarithm, about a barrier: what is interpolated is smooth up to there."""


def missing_parameters(species: Iterable[Species], mobile: Species) -> tuple[str, ...]:
    """List the ions of a framework without bond-valence parameters for a mobile ion.

    Ions of opposite charge need Morse parameters with the mobile ion; all need a principal quantum
    number, for the Coulomb part.
    """
    from bvlain import Lain

    lain = Lain(verbose=False)
    numbers = _table(lain.quantum_file)
    morse = _table(lain.cation_file if mobile.oxi_state > 0 else lain.anion_file)
    partners = morse.get(mobile.Z, {}).get(mobile.oxi_state)
    if partners is None:
        return (f"{mobile} has {Reason.NO_BOND_VALENCE}",)
    missing = []
    for ion in sorted(species):
        if ion.Z not in numbers:
            missing.append(f"{ion} has {Reason.NO_BOND_VALENCE}")
        elif ion.oxi_state * mobile.oxi_state < 0 and ion.oxi_state not in partners.get(ion.Z, {}):
            missing.append(f"{ion} has {Reason.NO_BOND_VALENCE} with {mobile}")
    return tuple(missing)


def site_energies(structure: Structure, mobile: Species) -> NDArray[np.float64]:
    """Return the site energy of the mobile ion above its minimum, [nx, ny, nz], eV.

    The map is one period of a grid about 0.1 Å wide. The mobile ions of the structure are left out.

    Parameters
    ----------
    structure
        The crystal, ordered, with oxidation states.
    mobile
        The ion; `missing_parameters` finds nothing missing.
    """
    from bvlain import Lain

    lain = Lain(verbose=False)
    lain.read_structure(structure, oxi_check=False)
    with np.errstate(all="ignore"):  # a grid point on an ion has an infinite energy
        energies = lain.bvse_distribution(
            mobile_ion=_bvlain_name(mobile),
            r_cut=CUTOFF,
            resolution=SPACING,
            k=_neighbours(structure, mobile),
        )
    # The last points along each edge are the first of the next period.
    return _refined(np.asarray(energies)[:-1, :-1, :-1])


def _neighbours(structure: Structure, mobile: Species) -> int:
    framework: float = structure.num_sites - structure.composition[mobile]
    volume: float = structure.volume
    return math.ceil(framework / volume * 4 / 3 * math.pi * RADIUS**3)


def _refined(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolate a periodic map with cubic splines, and measure it from its minimum.

    The logarithm is interpolated: the repulsion near an ion grows exponentially and would make
    a spline of the energy itself oscillate.
    """
    above = np.clip(energies - energies.min(), None, HIGHEST)
    logarithm = np.log(above + LOG_OFFSET)
    fine = np.exp(zoom(logarithm, REFINEMENT, order=3, mode="grid-wrap", grid_mode=True))
    return np.asarray(fine - fine.min())


def _bvlain_name(ion: Species) -> str:
    return f"{ion.symbol}{abs(ion.oxi_state):.0f}{'+' if ion.oxi_state > 0 else '-'}"


def _table(path: str) -> Any:
    with Path(path).open("rb") as file:
        return pickle.load(file)  # noqa: S301, a file of the installed package
