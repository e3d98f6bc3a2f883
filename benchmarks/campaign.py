"""A whole campaign from scratch, by the user's command, and where its time went.

It takes more than an hour, so ``python -m benchmarks.run`` runs it only when it is named.
``python -m benchmarks.campaign DIR ...`` gives the same figures of campaigns that have run;
with ``--keep`` they enter ``results.json`` and the page.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.measure import Figure, timed
from benchmarks.page import Measured, table
from benchmarks.timeline import Part, Timeline, described, read_timeline
from benchmarks.trivial import llzo_plan
from workflows.base.settings import load_settings
from workflows.storage.campaign_location import Place, open_place, the_campaign

TITLE = "A whole campaign"
CAMPAIGNS = Path(__file__).parents[1] / "campaigns"
LEAST_COMPOUNDS = 118
FEW = f"llzo-{LEAST_COMPOUNDS}"
QUICK_DOPANTS = 2
# Exit statuses of a campaign that went to its end: all has landed, or some compounds failed.
_ENDED = (0, 1)


class Targets(NamedTuple):
    """Target times of a campaign.

    Attributes
    ----------
    reactions
        Minutes until all energies and reactions are there.
    rest
        Minutes more for barriers, learning and the report.
    outside
        Percent of the workers' time in neither relaxations nor barriers.
    """

    reactions: float | None = None
    rest: float | None = None
    outside: float | None = None


TARGETS = {FEW: Targets(reactions=15), "llzo": Targets(reactions=40, rest=20, outside=10)}


def measure(*, quick: bool) -> list[Figure]:
    """Run campaigns: the demo with two dopants, or 118 compounds of LLZO, and all of LLZO."""
    specs = [demo_of(QUICK_DOPANTS)] if quick else [few_of_llzo(), _read("llzo")]
    return [figure for spec in specs for figure in _from_nothing(spec)]


def demo_of(number: int) -> dict[str, Any]:
    """Return the demo with this many dopants."""
    demo = _read("demo")
    return demo | {"name": f"demo-{number}", "dopants": demo["dopants"][:number]}


def few_of_llzo() -> dict[str, Any]:
    """Return the LLZO campaign for fewer elements, without barriers and learning.

    Every third element of the periodic table, then the next ones, until the compounds are enough.
    """
    per_element = Counter(
        planned.compound.dopants[0].element for planned in llzo_plan().campaign.compounds[1:]
    )
    spec = _read("llzo")
    chosen = spread(per_element, LEAST_COMPOUNDS)
    return spec | {
        "name": FEW,
        "rule": spec["rule"] | {"elements": chosen},
        "migration": False,
        "learning": {"least": sum(per_element.values())},
    }


def spread(per_element: Counter[str], least: int) -> list[str]:
    """Choose elements from all over the periodic table with this many compounds in all."""
    from pymatgen.core import Element

    ordered = sorted(per_element, key=lambda symbol: Element(symbol).Z)
    chosen: list[str] = []
    for element in [*ordered[::3], *ordered[1::3], *ordered[2::3]]:
        if sum(per_element[each] for each in chosen) >= least:
            break
        chosen.append(element)
    return chosen


def _read(name: str) -> dict[str, Any]:
    text = (CAMPAIGNS / f"{name}.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _from_nothing(spec: dict[str, Any]) -> list[Figure]:
    """Run a campaign in a new folder, which stays if the run fails."""
    top = Path(tempfile.mkdtemp(prefix="ip-"))
    file, folder = top / "spec.yaml", top / "run"
    file.write_text(yaml.safe_dump(spec), encoding="utf-8")
    print(f"{spec['name']}: {folder}, its output in {top / 'run.log'}", flush=True)
    begin = time.time()
    status = _interphase(["run", str(file), "--dir", str(folder)], top / "run.log")
    end = time.time()
    if status not in _ENDED:
        msg = f"the campaign of {top} ended with {status}: see {top / 'run.log'}"
        raise RuntimeError(msg)
    figures = figures_of(folder, begin=begin, end=end)
    shutil.rmtree(top)
    return figures


def _interphase(arguments: list[str], log: Path) -> int:
    command = [sys.executable, "-m", "workflows.cli.main", *arguments]
    with log.open("ab") as output:
        done = subprocess.run(command, check=False, stdout=output, stderr=output)  # noqa: S603  ours
    return done.returncode


def figures_of(
    folder: Path, *, begin: float | None = None, end: float | None = None
) -> list[Figure]:
    """Return the figures of a campaign that is over.

    Parameters
    ----------
    folder
        The campaign's folder.
    begin, end
        When the command started and ended, in s since 1970, if that is known.
    """
    settings, place = load_settings(), Place(folder=folder)
    with open_place(place, settings) as database:
        timeline = read_timeline(database, the_campaign(database, place), begin=begin, end=end)
        report = _report_seconds(folder)
    return list(_figures(timeline, report))


def _report_seconds(folder: Path) -> float:
    """Time the command that writes the report.

    Raises
    ------
    RuntimeError
        It fails.
    """
    with tempfile.TemporaryDirectory() as name:
        log = Path(name) / "report.log"
        arguments = ["report", "--dir", str(folder), "--output", str(Path(name) / "report.html")]
        run = timed(_interphase, arguments, log)
        if run.result:
            msg = f"the report failed: {log.read_text(encoding='utf-8')[-500:]}"
            raise RuntimeError(msg)
    return run.seconds


def _figures(timeline: Timeline, report: float) -> Iterator[Figure]:
    name, targets = timeline.campaign, TARGETS.get(timeline.campaign, Targets())
    landed = f"{timeline.landed} of {timeline.compounds} compounds have landed"
    reactions = timeline.until_reactions / 60
    less = ", less the share of barriers and learning" if timeline.count(Part.BARRIERS) else ""
    yield _asked(
        f"{name}: energies and reactions of {timeline.landed} compounds{less}",
        reactions,
        "min",
        targets.reactions,
        agreement=f"{landed}; {timeline.workers} workers",
        is_whole=timeline.landed == timeline.compounds,
    )
    whole = (timeline.wall + report) / 60
    yield _asked(
        f"{name}: {'barriers, ' if less else ''}learning and the report",
        whole - reactions,
        "min more",
        targets.rest,
        agreement=f"report {report:.1f} s; the whole {whole:.1f} min",
    )
    yield _asked(
        f"{name}: outside relaxations and barriers",
        100 * timeline.outside,
        "%",
        targets.outside,
        agreement="of the workers' time from the first second to the last, waiting included",
    )
    for what, seconds, text in described(timeline):
        yield _asked(f"{name}: {what}", seconds / 60, "min of workers", None, agreement=text)


def _asked(
    what: str,
    value: float,
    unit: str,
    most: float | None,
    *,
    agreement: str,
    is_whole: bool = True,
) -> Figure:
    """Make a row with its target; a campaign with gaps does not meet it."""
    return Figure(
        what=what,
        unit=unit,
        ours=value,
        repeats=1,
        target="" if most is None else f"≤ {most:g} {unit}",
        met=None if most is None else value <= most and is_whole,
        agreement=agreement,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Show the figures of campaigns that have run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a campaign's folder")
    parser.add_argument("--keep", action="store_true", help="write them to the page, too")
    options = parser.parse_args(arguments)
    figures = [figure for folder in options.folders for figure in figures_of(folder)]
    print(table(figures))
    if options.keep:
        from benchmarks.run import keep, this_machine

        # The current load says nothing about that of the run.
        machine = this_machine().model_copy(update={"load": None})
        keep("campaign", Measured(title=TITLE, machine=machine, seconds=None, figures=figures))


if __name__ == "__main__":
    main()
