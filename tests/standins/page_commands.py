"""How the commands of the pages are executed by the tests: every exception stands here.

A command that is in neither table is executed as it is written.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Instead(NamedTuple):
    """What is executed in the place of a command, and why."""

    page: str  # regular expression
    command: str  # regular expression
    replacement: str
    why: str


#: Each that fits holds, in this order.
INSTEAD = (
    Instead(
        "",
        r"^interphase run (SPEC|campaigns/\S+\.yaml) --dir \S+",
        "interphase run small.yaml --dir runs/demo",
        "one campaign of four compounds in cells of 12 atoms stands for those of minutes and hours",
    ),
    Instead(
        "",
        r"^interphase run mine\.yaml",
        "interphase run small_mine.yaml",
        "likewise: a compound of the same host under another name; mine.yaml itself is planned",
    ),
    Instead(
        r"^results/",
        r"\bruns/(llzo|series|two)\b",
        "runs/demo",
        "likewise",
    ),
    Instead(r"^results/", r"\bresults/llzo-chgnet\b", "computed", "the reference result is there"),
    Instead(
        r"^docs/(commands|learning)\.md",
        r"--dir (runs/llzo|DIR)\b",
        "--dir runs/learner",
        "compounds enough to learn from, landed without being computed",
    ),
    Instead(
        r"^docs/(cluster|commands)\.md",
        r"^interphase submit campaigns/llzo\.yaml",
        "interphase submit small.yaml",
        "what is on the LaunchPad is then the small campaign, whose results are put there",
    ),
    Instead(
        "",
        r"^interphase shortlist --dir \S+",
        "interphase shortlist --result llzo",
        "the small campaign's cells are no synthesised garnets: their solubility is not known",
    ),
    Instead("", r"--campaign llzo\b", "--campaign demo", "ditto"),
    Instead("", r"^interphase delete llzo\b", "interphase delete demo", "ditto"),
    Instead("", r"--serve$", "--serve --port 0", "any free port, so that tests may run at once"),
    Instead("", r"^interphase webgui", "interphase webgui --port 0", "likewise"),
    Instead("", r"^make (\S+)", r"make -n \1", "CI is `make test` itself; here the target exists"),
)

#: What cannot be executed here, and where else it is.
ELSEWHERE = {
    r"^interphase triage": "it needs solubilities: tests/workflows/commands/test_triage.py",
    r"^interphase plan vasp\.yaml": "what triage wrote: tests/workflows/commands/test_triage.py",
    r"^interphase demo": "minutes; its campaign: tests/workflows/test_end_to_end.py",
    r"^interphase calibrate": "an hour; on few crystals: tests/makers/test_calibrate.py",
    r"^interphase init": "it writes beside the user's files: tests/test_wheel.py",
    r"^interphase entries": "the user's own files: tests/workflows/commands/test_entries.py",
    r"^interphase pairs": "a minute: tests/workflows/specification/test_pair_search.py",
    r"^interphase optimade": "it never ends: tests/workflows/results/test_optimade.py",
    r"^python -m studies\.validation\.other_hosts": (
        "minutes; its parts: tests/studies/validation/test_other_hosts.py"
    ),
    r"^apt install ": "it changes the machine: .ci/run",
    r"^\. \.venv/bin/activate": "the tests run in that environment: Makefile",
    r"^interphase dispatch": "it needs a queue: tests/slurm/test_dispatch.py",
    r"^interphase share": "a campaign in two stages: tests/workflows/test_shared_model.py",
    r"^qlaunch ": "it needs a queue, and never ends: tests/slurm/test_recover.py",
    r"^rlaunch rapidfire": "the real one runs a campaign there: tests/cluster/test_campaign.py",
    r"^python (-m )?benchmarks[./]": "minutes that measure this machine: benchmarks/run.py",
    r"^interphase learn .*--full": "minutes; on less data: tests/workflows/commands/test_learn.py",
}


def reason(command: str) -> str | None:
    """Say why a command is not executed here; None if it is."""
    return next((why for found, why in ELSEWHERE.items() if re.search(found, command)), None)


def instead(page: str, command: str) -> str:
    """Return what is executed for a command."""
    for each in fitting(page, command):
        command = re.sub(each.command, each.replacement, command)
    return command


def fitting(page: str, command: str) -> list[Instead]:
    """Return the replacements that a command on a page needs."""
    return [
        each for each in INSTEAD if re.search(each.page, page) and re.search(each.command, command)
    ]
