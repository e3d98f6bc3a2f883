"""Migration barriers of relaxed compounds, against `bvlain` as it comes.

The compounds are of the reference result, spread over its table. Both sides start from a crystal
with oxidation states, and give the barriers in one, two and three directions.
"""

import contextlib
import os

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Species, Structure

import interphase
from analysis.energies.formation import valences_of
from analysis.motion.bond_valence import site_energies
from analysis.motion.migration import CEILING
from analysis.motion.percolation import percolation_energies
from analysis.structures.dopants import Dopant
from analysis.structures.host import builtin_host
from benchmarks.measure import Figure, compared, in_fresh_process, side_by_side

TITLE = "Migration barriers"
RESULT = "llzo"
NUMBER, QUICK_NUMBER = 6, 2
MOBILE = "Li1+"
LEAST_RATIO = 5.0
# Å, and how many ions count at a point: as `bvlain` comes, and on a fine grid.
AS_IT_COMES, FINE = (0.2, 100), (0.1, 100)


def measure(*, quick: bool) -> list[Figure]:
    """Time both sides on the same compounds; compare both with `bvlain` on a fine grid."""
    crystals = compounds(QUICK_NUMBER if quick else NUMBER)
    runs = side_by_side(
        lambda: in_fresh_process(barriers, crystals, threads=1),
        lambda: in_fresh_process(stock, crystals, AS_IT_COMES, threads=1),
        1 if quick else 3,
    )
    exact = in_fresh_process(stock, crystals, FINE, threads=1).result
    ours, theirs = (1000 * np.abs(side[0].result - exact).max() for side in runs)
    return [
        compared(
            *runs,
            what=f"barriers of {len(crystals)} compounds of 95 to 97 atoms, one core",
            against="bvlain: a grid of 0.2 Å, 100 ions, percolation_barriers",
            agreement=f"from bvlain's on a grid of 0.1 Å: ours at most {ours:.0f} meV, "
            f"its own as it comes {theirs:.0f} meV",
            least=LEAST_RATIO,
        )
    ]


def compounds(number: int) -> list[Structure]:
    """Return relaxed crystals with oxidation states, spread over the reference result."""
    host = builtin_host("LLZO")
    table = interphase.results(RESULT)
    cells = interphase.structures(RESULT)
    found = []
    for row in table.iloc[:: len(table) // number].head(number).to_dict("records"):
        dopants = [Dopant(**each) for each in row["dopants"]]
        crystal = cells[row["job_uuid"]].copy()
        crystal.add_oxidation_state_by_element(valences_of(host.counts, dopants))
        found.append(crystal)
    return found


def barriers(crystals: list[Structure]) -> NDArray[np.float64]:
    """Return ours, eV, [N, 3]."""
    lithium = Species("Li", 1)
    maps = (site_energies(crystal, lithium) for crystal in crystals)
    return np.array([percolation_energies(each, ceiling=CEILING) for each in maps])


def stock(crystals: list[Structure], accuracy: tuple[float, int]) -> NDArray[np.float64]:
    """Return those of `bvlain`, eV, [N, 3], on this process's first core."""
    from bvlain import Lain

    # Its search for neighbours takes all cores, which the workers of a campaign share.
    with contextlib.suppress(AttributeError):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    spacing, ions = accuracy
    found = []
    for crystal in crystals:
        lain = Lain(verbose=False)
        lain.read_structure(crystal, oxi_check=False)
        with np.errstate(all="ignore"):  # a grid point on an ion has an infinite energy
            lain.bvse_distribution(mobile_ion=MOBILE, resolution=spacing, k=ions)
        found.append(list(lain.percolation_barriers().values()))
    return np.array(found)
