"""How long the report takes to make, and to show itself in Chromium.

    python benchmarks/report_page.py [COMPOUNDS]

The results are those of tests/standins/campaigns.py: nobody ran them, but they are as large as real
ones, each with a path of eight kinks and a cell of 96 atoms. Times of the page go from the start of
the navigation until it can be used (all tables filled, first layout done). What the processors
spend on it is given as well: on a busy machine it is the steadier figure.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from standins.browser import chromium
from standins.campaigns import results
from standins.reports import report_of, store

from workflows.report.render import render, write_page
from workflows.settings import load_settings
from workflows.storage.database import open_database

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COMPOUNDS = 500
RUNS = 5
READY = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
    done([performance.now(), document.querySelectorAll('#compounds-table tbody tr').length]))))"""


def main(compounds: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="ip-") as folder:
        page = make_page(compounds, Path(folder))
        with chromium() as browser:
            load(browser, page)  # the first start of a browser is not the page's
            found = [load(browser, page) for _ in range(RUNS)]
    print(f"load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for title, number in (("page ready", 0), ("of it main thread busy", 1)):
        values = [each[number] for each in found]
        print(f"{title}: median {statistics.median(values):.2f} s, best {min(values):.2f} s")


def make_page(compounds: int, folder: Path) -> str:
    """Make the page of a campaign of so many compounds, and say what that took."""
    run = folder / "run"
    with open_database(run, load_settings(), create=True) as database:
        store(database, results(compounds))
        wall, cpu = time.perf_counter(), time.process_time()
        report = report_of(database, figures=True)
        path = write_page(render(report), folder / "report.html")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{compounds} compounds: made in {wall:.1f} s, of it {cpu:.1f} s on a core")
    print(f"size: {path.stat().st_size / 1e6:.1f} MB")
    return path.as_uri()


def load(browser: Browser, address: str) -> tuple[float, float]:
    """Open the page; give the seconds until it can be used, and those of work in it."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address, wait_until="domcontentloaded")
    ready, rows = page.evaluate(READY)
    assert rows > 1, "the table is empty"  # noqa: S101  a page without rows would be fast
    metrics: Any = session.send("Performance.getMetrics")["metrics"]
    busy = {each["name"]: each["value"] for each in metrics}["TaskDuration"]
    page.close()
    return ready / 1000, busy


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COMPOUNDS)
