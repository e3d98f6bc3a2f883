"""Relaxations with CHGNet, against atomate2's stock Maker, one compound after the other."""

import io
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from statistics import median
from typing import Any

from pymatgen.core import Structure

from analysis.structures.dopants import Compound, Dopant
from analysis.structures.doping import dope
from analysis.structures.host import Host, builtin_host
from analysis.structures.ordering import arrange_host
from benchmarks.measure import Figure, Run, compared, in_each, processes, timed

TITLE = "Relaxations with CHGNet"
LEAST_RATIO = 5.0
MOST_ABOVE = 1.0
"""meV per atom by which an energy may exceed the stock one."""
FORCE = 0.1
"""eV/Å, the largest force at the end of either side."""
STEPS = 3000
SEED = 0
WORKERS = 2
# Of different charge and size: valences 1 to 6, and radii from P5+ to Ba2+.
DOPANTS = (
    *(("Al", 3, "Li"), ("Ta", 5, "Zr"), ("Sr", 2, "La"), ("Ga", 3, "Li"), ("W", 6, "Zr")),
    *(("Nb", 5, "Zr"), ("Ca", 2, "La"), ("Ba", 2, "La"), ("Y", 3, "Zr"), ("Sc", 3, "Zr")),
    *(("Hf", 4, "Zr"), ("Ce", 4, "Zr"), ("Ti", 4, "Zr"), ("Sn", 4, "Zr"), ("Te", 6, "Zr")),
    *(("Mg", 2, "Li"), ("Zn", 2, "Li"), ("Fe", 3, "Li"), ("Gd", 3, "La"), ("Na", 1, "La")),
    *(("P", 5, "Zr"), ("Mo", 6, "Zr"), ("Be", 2, "Li"), ("Bi", 5, "Zr")),
)
QUICK_DOPANTS = DOPANTS[:3]
CONCENTRATION = 0.25


def measure(*, quick: bool) -> list[Figure]:
    """Relax the same compounds both ways; both start with their model loaded."""
    chosen = QUICK_DOPANTS if quick else DOPANTS
    starts = doped_cells(len(chosen), relaxed=True)
    ours = by_workers(relax, starts, workers=WORKERS)
    crystallographic = doped_cells(len(chosen), relaxed=False)
    stock = by_workers(stock_relax, crystallographic, workers=1, threads=None)
    sizes = [len(start) for start in starts]
    return [
        compared(
            [ours],
            [stock],
            what=f"{len(chosen)} compounds of {min(sizes)} to {max(sizes)} atoms from the relaxed "
            f"host, {WORKERS} workers with one thread each",
            against="ForceFieldRelaxMaker (FIRE, cell relaxed) from the crystallographic cell, "
            "default threads, one after another",
            least=LEAST_RATIO,
            agreement=_steps(ours.result, stock.result),
        ),
        _energies(chosen, ours.result, stock.result),
    ]


def doped_cells(number: int, *, relaxed: bool) -> list[Structure]:
    """Return doped cells, on the relaxed host or on the crystallographic one."""
    host = builtin_host("LLZO")
    undoped = arrange_host(host, number=1, seed=SEED)[0].structure
    if relaxed:
        with processes(1, threads=1) as pool:
            undoped = pool.submit(relax, undoped).result()["structure"]
    return [doped(host, undoped, *dopant) for dopant in DOPANTS[:number]]


def by_workers(
    function: Callable[[Structure], Any],
    structures: Sequence[Structure],
    *,
    workers: int,
    threads: int | None = 1,
) -> Run:
    """Time a function of all structures, by workers that have called it once before."""
    with processes(workers, threads=threads) as pool:
        in_each(pool, workers, function, structures[0])
        return timed(lambda: list(pool.map(function, structures)))


def relax(structure: Structure) -> dict[str, Any]:
    """Relax with this project's Maker; a relaxation that does not converge raises an error."""
    from makers.engines.chgnet.chgnet_relax import ChgnetRelaxMaker

    maker = ChgnetRelaxMaker(force_threshold=FORCE, steps=STEPS)
    with _quiet():
        document = maker.make.original(maker, structure)
    return {
        "converged": True,
        "energy": document.energy_per_atom,
        "steps": document.n_steps,
        "structure": document.structure,
    }


def stock_relax(structure: Structure) -> dict[str, Any]:
    """Relax with atomate2's Maker as it comes, to the same final force."""
    from atomate2.forcefields.jobs import ForceFieldRelaxMaker

    maker = ForceFieldRelaxMaker(
        force_field_name="CHGNet", steps=STEPS, relax_kwargs={"fmax": FORCE}
    )
    with _quiet():
        document = maker.make.original(maker, structure)
    output = document.output
    return {
        "converged": document.is_force_converged,
        "energy": output.energy_per_atom,
        "steps": output.n_steps,
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Work in a new folder, without the lines that an optimizer prints."""
    warnings.simplefilter("ignore")
    nowhere = io.StringIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        chdir(folder),
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
    ):
        yield


def doped(host: Host, structure: Structure, element: str, valence: int, site: str) -> Structure:
    """Put a dopant on a host's cell, in its best choice."""
    dopant = Dopant(element=element, valence=valence, site=site, concentration=CONCENTRATION)
    compound = Compound(dopants=(dopant,))
    return dope(host, structure, compound, choices=1, seed=SEED)[0].structure


def _steps(ours: Sequence[dict[str, Any]], stock: Sequence[dict[str, Any]]) -> str:
    """Report the steps that both sides took, and which relaxations did not converge."""
    steps = [sum(each["steps"] for each in side) / len(side) for side in (ours, stock)]
    open_ended = sum(not each["converged"] for each in stock)
    text = f"final force {FORCE:g} eV/Å; {steps[0]:.0f} steps against {steps[1]:.0f} each"
    return f"{text}; {open_ended} of the stock runs ended before that" if open_ended else text


def _energies(
    dopants: Sequence[tuple[str, int, str]],
    ours: Sequence[dict[str, Any]],
    stock: Sequence[dict[str, Any]],
) -> Figure:
    """Compare the energies: how far ours lie above the stock ones."""
    above = {
        f"{element}{valence}+ on {site}": 1000 * (mine["energy"] - theirs["energy"])
        for (element, valence, site), mine, theirs in zip(dopants, ours, stock, strict=True)
    }
    for name, each in above.items():
        print(f"{name}: {each:+.2f} meV/atom", flush=True)
    worst = max(above, key=lambda name: above[name])
    return Figure(
        what="highest energy of ours above the stock one",
        unit="meV/atom",
        ours=above[worst],
        repeats=len(above),
        target=f"≤ {MOST_ABOVE:g} meV/atom",
        met=above[worst] <= MOST_ABOVE,
        agreement=f"{worst}; median {median(above.values()):+.2f}, "
        f"lowest {min(above.values()):+.2f} meV/atom",
    )
