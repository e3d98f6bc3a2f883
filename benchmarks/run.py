"""Run the benchmarks, and write their results and the page that shows them.

``make bench``, or ``python -m benchmarks.run [--quick] [NAME ...]``. Results of benchmarks that are
not run again stay. ``--quick`` runs all of them at small sizes, and writes nothing. A failed one
does not stop the others. `campaign` runs only when it is named: it takes more than an hour.
"""

import argparse
import importlib
import os
import platform
import sys
import time
import traceback
from importlib.metadata import version
from types import ModuleType

from benchmarks.page import PAGE, RESULTS, Machine, Measured, Results, page, read_results, table

# In the order of the page: the quick ones first, relaxations last.
NAMES = (
    *("startup", "reactions", "arrangements", "choices", "similar_starts", "barriers"),
    *("report_page", "subset_search", "orchestration", "large_campaign", "optimizers"),
    *("ablation", "relaxation", "shared_model", "campaign"),
)
ONLY_IF_NAMED = frozenset({"campaign"})
_PACKAGES = (
    *("pymatgen", "jobflow", "FireWorks", "atomate2", "chgnet", "torch"),
    *("scikit-learn", "numpy"),
)


def main() -> None:
    """Run the benchmarks named on the command line; the exit status is 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="small sizes; nothing is written")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    names = options.names or [name for name in NAMES if name not in ONLY_IF_NAMED]
    failed = [name for name in names if not _has_run(name, quick=options.quick)]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _has_run(name: str, *, quick: bool) -> bool:
    """Run one benchmark, show and keep its figures, and return True if it succeeded."""
    print(f"{name} ...", flush=True)
    try:
        measured = run(importlib.import_module(f"benchmarks.{name}"), quick=quick)
    except Exception:  # noqa: BLE001  hours of other benchmarks would be lost with it
        traceback.print_exc()
        return False
    print(table(measured.figures), flush=True)
    if not quick:
        keep(name, measured)
    return True


def run(module: ModuleType, *, quick: bool) -> Measured:
    """Run one benchmark."""
    start = time.perf_counter()
    figures = module.measure(quick=quick)
    return Measured(
        title=module.TITLE,
        machine=this_machine(),
        seconds=time.perf_counter() - start,
        figures=figures,
    )


def keep(name: str, measured: Measured) -> None:
    """Add the results of one benchmark to the others, and write the page of all."""
    known = read_results().benchmarks | {name: measured}
    results = Results(benchmarks={each: known[each] for each in NAMES if each in known})
    RESULTS.write_text(results.model_dump_json(indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")


def this_machine() -> Machine:
    """Describe the machine that the figures depend on."""
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        load=os.getloadavg()[0],
        python=platform.python_version(),
        packages={name: version(name) for name in _PACKAGES},
    )


if __name__ == "__main__":
    main()
