"""The report of 500 compounds: making it, and showing it in Chromium.

The results are those of tests/standins/campaigns.py: synthetic, but as large as real
ones, each with a path of eight kinks and a cell of 96 atoms. The time of the page runs from the
start of the navigation until it can be used: all tables filled, first layout done.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from standins.browser import chromium
from standins.campaigns import results
from standins.reports import report_of, store

from benchmarks.measure import Figure, Run, alone, timed
from workflows.base.settings import load_settings
from workflows.report.render import render, write_page
from workflows.storage.database import Database, open_database

TITLE = "The report"
COMPOUNDS, QUICK_COMPOUNDS = 500, 60
MOST_SECONDS = 2.0
MOST_SECONDS_TO_WRITE = 8.0
READY = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
    done([performance.now(), document.querySelectorAll('#compounds-table tbody tr').length]))))"""


def measure(*, quick: bool) -> list[Figure]:
    """Make the page of a campaign of this many compounds, and open it several times."""
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        msg = "there is no chromium: apt-get install chromium"
        raise RuntimeError(msg)
    compounds, repeats = (QUICK_COMPOUNDS, 2) if quick else (COMPOUNDS, 9)
    with tempfile.TemporaryDirectory(prefix="ip-") as name:
        page = Path(name) / "report.html"
        with stored(compounds, Path(name) / "run") as database:
            made = [timed(make_page, database, page) for _ in range(1 if quick else 3)]
        opened = open_often(page, repeats)
        size = page.stat().st_size / 1e6
    ready, busy = ([_run(seconds) for seconds in each] for each in zip(*opened, strict=True))
    return [
        alone(
            made,
            most=MOST_SECONDS_TO_WRITE,
            what=f"report of {compounds} compounds with all figures, {size:.1f} MB",
        ),
        alone(ready, most=MOST_SECONDS, what="its page in Chromium, until it can be used"),
        alone(busy, what="of this, work of the page's main thread"),
    ]


@contextmanager
def stored(compounds: int, folder: Path) -> Iterator[Database]:
    """Yield a database with this many results."""
    with open_database(folder, load_settings(), create=True) as database:
        store(database, results(compounds))
        yield database


def make_page(database: Database, path: Path) -> None:
    """Make the page, its figures included."""
    write_page(render(report_of(database, figures=True)), path)


def open_often(path: Path, repeats: int) -> list[tuple[float, float]]:
    """Open the page several times in one browser, whose own start is not the page's."""
    with chromium() as browser:
        load(browser, path.as_uri())
        return [load(browser, path.as_uri()) for _ in range(repeats)]


def load(browser: Any, address: str) -> tuple[float, float]:
    """Open the page; return the seconds until it can be used, and those of work in it.

    Raises
    ------
    ValueError
        Its table is empty: a page without rows would be fast.
    """
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address, wait_until="domcontentloaded")
    ready, rows = page.evaluate(READY)
    if rows <= 1:
        msg = f"the table of the page has {rows} rows"
        raise ValueError(msg)
    metrics: Any = session.send("Performance.getMetrics")["metrics"]
    busy = {each["name"]: each["value"] for each in metrics}["TaskDuration"]
    page.close()
    return ready / 1000, busy


def _run(seconds: float) -> Run:
    return Run(None, seconds, 0.0)
