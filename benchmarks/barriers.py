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


def measure(*, quick: bool) -> list[Figure]:
    """Time both sides on the same compounds."""
    crystals = compounds(QUICK_NUMBER if quick else NUMBER)
    runs = side_by_side(
        lambda: in_fresh_process(barriers, crystals, threads=1),
        lambda: in_fresh_process(stock, crystals, threads=1),
        1 if quick else 3,
    )
    difference = 1000 * np.abs(runs[0][0].result - runs[1][0].result).max()
    return [
        compared(
            *runs,
            what=f"barriers of {len(crystals)} compounds of 95 to 97 atoms, one core",
            against="bvlain: a grid of 0.2 Å, 100 ions, percolation_barriers",
            agreement=f"at most {difference:.0f} meV; its map is not refined",
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


def stock(crystals: list[Structure]) -> NDArray[np.float64]:
    """Return those of `bvlain`, eV, [N, 3], on this process's first core."""
    from bvlain import Lain

    # Its search for neighbours takes all cores, which the workers of a campaign share.
    with contextlib.suppress(AttributeError):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    found = []
    for crystal in crystals:
        lain = Lain(verbose=False)
        lain.read_structure(crystal, oxi_check=False)
        with np.errstate(all="ignore"):  # a grid point on an ion has an infinite energy
            lain.bvse_distribution(mobile_ion=MOBILE)
        found.append(list(lain.percolation_barriers().values()))
    return np.array(found)
