"""Low-energy arrangements of lithium, against pymatgen's order-disorder transformation."""

import time
import warnings
from concurrent.futures import TimeoutError as OutOfTime
from typing import Any, Literal

from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Structure
from pymatgen.transformations.standard_transformations import OrderDisorderedStructureTransformation

from analysis.structures.host import Host, builtin_host
from analysis.structures.ordering import arrange_host
from benchmarks.measure import Figure, alone, in_fresh_process, processes, timed

TITLE = "Arrangements of lithium"
NUMBER = 20
MOST_SECONDS = 10.0
_Cell = Literal["primitive", "conventional"]
CELLS: tuple[_Cell, ...] = ("primitive", "conventional")
# pymatgen gets this many times the time ours took, and is then stopped.
PATIENCE = 5.0
METHODS = {
    "best first": OrderDisorderedStructureTransformation.ALGO_BEST_FIRST,
    "fast": OrderDisorderedStructureTransformation.ALGO_FAST,
    "complete": OrderDisorderedStructureTransformation.ALGO_COMPLETE,
}


def measure(*, quick: bool) -> list[Figure]:
    """Time ours on the 192-atom cell; try each of pymatgen's methods on both cells."""
    repeats = 1 if quick else 5
    whole = [in_fresh_process(lowest, "conventional", seed, threads=1) for seed in range(repeats)]
    figures = [
        alone(
            whole,
            what=f"{NUMBER} arrangements of the 192-atom cell",
            most=MOST_SECONDS,
            agreement=f"Ewald energies against pymatgen's sum: {whole[0].result['error']:.0e} eV",
        )
    ]
    for cell in CELLS[:1] if quick else CELLS:
        ours = in_fresh_process(lowest, cell, 0, threads=1)
        best = ours.result["energies"][0]
        figures += [_against(cell, method, ours.seconds, best) for method in METHODS]
    return figures


def _against(cell: _Cell, method: str, seconds: float, best: float) -> Figure:
    """Report what one of pymatgen's methods does in `PATIENCE` times the time ours took."""
    patience = PATIENCE * seconds
    found = _stock_within(cell, method, patience)
    energy = found.get("energy")
    if energy is None:
        did = found.get("error") or f"nothing within {PATIENCE:g} times our time: stopped"
    else:
        did = f"lowest Ewald energy {energy - best:+.2f} eV from ours, {found['seconds']:.3g} s"
        if found["close"]:
            did += f", with {found['close']} pairs of Li closer than 2 Å"
    return Figure(
        what=f"lowest arrangement of the {cell} cell",
        unit="s",
        ours=seconds,
        stock=found.get("seconds"),
        ratio=found["seconds"] / seconds if "seconds" in found else None,
        against=f"OrderDisorderedStructureTransformation, {method}",
        repeats=1,
        target="lower energy at equal time",
        # A structure with lithium on top of lithium does not count.
        met=energy is None or found["seconds"] > seconds or energy >= best or bool(found["close"]),
        agreement=did,
    )


def lowest(cell: _Cell, seed: int) -> dict[str, Any]:
    """Return the lowest energies of ours, eV, and how far pymatgen's own sum is from the first."""
    found = arrange_host(_host(cell), number=NUMBER, seed=seed)
    theirs = EwaldSummation(found[0].structure).total_energy
    error = abs(theirs - found[0].energy)
    # The small cell has few whose energies differ: ten are found.
    fewest = NUMBER if cell == "conventional" else 1
    if len(found) < fewest or error > 1e-3:
        msg = f"{len(found)} arrangements; Ewald energies differ by {error:.2g} eV"
        raise ValueError(msg)
    return {"energies": [each.energy for each in found], "error": error}


def stock(cell: _Cell, method: str) -> dict[str, Any]:
    """Return the lowest energy that pymatgen finds, eV, and its number of too close Li pairs.

    It has no shortest distance. Its occupancies must be whole numbers of atoms, as ours are.
    """
    warnings.simplefilter("ignore")
    structure = _whole_occupancies(_host(cell))
    transformation = OrderDisorderedStructureTransformation(algo=METHODS[method])
    run = timed(lambda: transformation.apply_transformation(structure, return_ranked_list=1))
    ordered = run.result[0]["structure"]
    energy = EwaldSummation(ordered).total_energy
    return {"energy": energy, "seconds": run.seconds, "close": _close_pairs(ordered)}


def _stock_within(cell: _Cell, method: str, seconds: float) -> dict[str, Any]:
    with processes(1, threads=1) as pool:
        pool.submit(time.sleep, 0).result()
        # Imports do not count, on either side.
        pool.submit(_host, cell).result()
        task = pool.submit(stock, cell, method)
        try:
            return task.result(timeout=seconds)
        except OutOfTime:
            for process in list(pool._processes.values()):  # noqa: SLF001  no public way to stop one
                process.kill()
            return {}
        except Exception as error:  # noqa: BLE001  any error is its answer, and is reported
            return {"error": f"{type(error).__name__}: {str(error)[:90]}"}


def _host(cell: _Cell) -> Host:
    return builtin_host("LLZO", cell=cell)


def _whole_occupancies(host: Host) -> Structure:
    """Spread the mobile ions evenly over each sublattice, in whole atoms, as pymatgen needs it."""
    structure = host.structure.copy()
    for sublattice in host.sublattices:
        ions = [ion for ion in sublattice.occupants if ion is not None]
        for site in sublattice.sites:
            structure.replace(site, {ions[0]: len(ions) / len(sublattice.sites)})
    return structure


def _close_pairs(structure: Structure) -> int:
    lithium = [site for site in structure if site.specie.symbol == "Li"]
    return sum(one.distance(other) < 2.0 for k, one in enumerate(lithium) for other in lithium[:k])
