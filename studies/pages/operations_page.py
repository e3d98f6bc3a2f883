"""docs/operations.md: a campaign on a cluster that is left alone, and what is recovered how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from studies.pages.markdown import table
from workflows.base.settings import MachineSettings
from workflows.dispatch.dispatcher import LONG_OUTAGE
from workflows.recovery.recovery import RETRYABLE
from workflows.state.failures import FailureClass

if TYPE_CHECKING:
    from collections.abc import Iterable

_ALONE: Final = """\
# Operations

How a campaign on a cluster runs by itself, what is recovered how, and how campaigns rest, move and
end. [cluster.md](cluster.md) sets the cluster up.

## Left alone

    interphase dispatch --launches ~/launches --notify "mail -s interphase me@x.edu"

submits batch jobs through FireWorks' queue launcher, calls `recover` every ten minutes
(`--recover-every`), and ends when the campaign is over, with status 0. While the database, the
queue or the launch folder is away it waits and looks again, at most five minutes later. The steps
that end workflows (`advance`) run in the dispatcher itself, without a batch job. It keeps at most
`--jobs` batch jobs of yours in the template's queue, and no more than there are steps to run.

One dispatcher serves one worker file; a second one is refused, on any machine that shares your
`INTERPHASE_CACHE`. For each category of steps start one, with `--worker` and `--queue-template`.

`--notify` is a shell command. It gets a message on its standard input when a campaign is over, when
the dispatcher stops, when it has waited for {minutes:.0f} minutes, and when more than `--failures`
steps have failed. Its first line is what happened.

It goes on after you log out as a service of systemd
([cluster/interphase.service](../cluster/interphase.service)) or by cron with `--once`
([cluster/interphase.crontab](../cluster/interphase.crontab)). Each file says how to install it.

## Many steps in one batch job

With a force field or small cells, a batch job costs more than its step. With
[cluster/my_qadapter_slurm_bundle.yaml](../cluster/my_qadapter_slurm_bundle.yaml) as
`my_qadapter.yaml`, a batch job starts rockets that take steps until `--timeout`:
`rlaunch rapidfire` starts one, `rlaunch multi 8` eight. Each step records its batch job, so when a
batch job ends early all its steps are known to be lost. The latter needs `connect: false` under
`mongoclient_kwargs` of the LaunchPad file, as in the template: it starts processes right after it
has read that file, and one that inherits a connection with TLS may wait for ever. `doctor` and
`submit` refuse a template whose timeout is missing or not below the walltime. On a node with a
GPU the rockets [share one model](engines.md#on-a-gpu).

**What it costs**, measured on a Slurm of one node with two cores, `rlaunch multi 2` and walltimes
of 6 minutes (`tests/slurm/test_night.py`): 534 compounds of Li2ZrO3 of 48 atoms with CHGNet
landed in 11 minutes, 3,447 steps in 3 batch jobs. Of the 1,301 core-seconds that these held, 69 %
were spent in steps: 34 % in relaxations of 0.8 s each, 17 % in barriers, 18 % in doping,
reactions and the like. The remaining 31 % are starts and waiting. Larger cells shift the share to
relaxations, 78 % of the workers' time in the campaign of LLZO ([benchmarks.md](benchmarks.md));
`migration: false` leaves barriers out.

**How large a campaign may be.** 100,000 compounds on one LaunchPad: stored and submitted in two
minutes by a process of 1.9 GB; `status` counts them in 3 s, the end of one compound's workflow
takes 8 ms at any size, and a query 0.03 s
([benchmarks.md](benchmarks.md#large-campaigns)).
"""
_RECOVERED: Final = """\
## What is recovered, and how

`interphase recover`, which the dispatcher calls, looks at every step that counts as running and at
every step that failed. A step runs again at most {reruns} times for the same reason
(`INTERPHASE_MAX_RERUNS`).

{table}

A failure has a class, from its exception, the last lines of `std_err.txt` and `vasp.out`, and the
queue's word. `status` shows the class, these lines, and what to do:
"""
_EVENTS: Final = (
    ("what happens", "what becomes of it"),
    ("a batch job ends before its steps", "the queue says so; they run again in their folders"),
    ("a rocket is killed on this machine", "its process is gone; the same"),
    (
        "a step was taken and never reported where it runs",
        "it is lost after {launch:.0f} minutes (`INTERPHASE_LAUNCH_PATIENCE`)",
    ),
    (
        "the database is away",
        (
            "a step waits {database:.0f} minutes (`INTERPHASE_DATABASE_PATIENCE`), then leaves its "
            "result as `output.json` in its folder; the next launch stores it"
        ),
    ),
    ("VASP was stopped", "it continues from its last geometry; a run that is complete is read"),
    ("a file of a run is damaged", "it goes to `damaged/`; the last whole geometry counts"),
    ("the folder of a run is gone", "the step starts from scratch"),
    (
        "the queue here does not know the job",
        "the step is left alone, and listed: recover it on its own cluster",
    ),
    ("a workflow was half added", "it is removed, and added again"),
    ("the dispatcher is killed", "batch jobs go on; the next dispatcher takes over"),
)
_LIFE: Final = """\
`interphase recover --class potcar,program` runs others again, once their cause is removed.

## Life of a campaign

| to | type |
|---|---|
| let it rest; what runs may end | `interphase pause` |
| let it go on | `interphase resume`, or `submit` again |
| let it go before others, by 0 to 99 | `interphase prioritize 5` |
| see core-hours by step and outcome, beside the estimate | `interphase usage` |
| keep a copy of the whole database | `interphase backup FILE` |
| read the copy into an empty database or a new folder | `interphase restore FILE` |
| remove a campaign, but not what it has computed | `interphase delete NAME --yes` |
| remove its outputs too | `interphase delete NAME --outputs --yes` |

Name a campaign with `--campaign` if the LaunchPad has several; left out, it is the one that was
submitted last. Steps that two campaigns share rest only when both do, and stay when one is deleted.

To archive a campaign, back it up and delete it:

    interphase backup llzo.jsonl.gz
    interphase restore llzo.jsonl.gz --dir runs/copy
    interphase delete llzo --outputs --yes

To move between databases, restore with `--launchpad` of the other one, or with `--dir` on your own
machine, where `query`, `report` and `learn` then work as before. `lpad reset` removes workflows and
launches only: specifications, outputs and results stay, and `submit` adds what had not landed.

Core-hours are the time of each launch times the cores of its batch job; rockets that share a batch
job share its cores. A lost run counts to its last sign of life.

## A campaign's folder

A campaign that ran with `--dir` is its folder: database, logs and launches are in it. It
can be packed and moved while no command uses it:

| to | type |
|---|---|
| back it up, or archive it | `tar -czf demo.tar.gz -C runs demo` |
| restore it, here or on another machine | `tar -xzf demo.tar.gz -C runs` |
| move it | `mv runs/demo ELSEWHERE` |
| delete it | `rm -r runs/demo` |
| share the answer | `interphase report`: one HTML file |
| share the results, without a database | `interphase export --all FOLDER`, then `tar` of it |
| let others' programs query them | `interphase optimade` |

A co-author unpacks the results, and `interphase report --result FOLDER`, `query`, `shortlist` and
`interphase.results("FOLDER")` read them ([results.md](results.md#files)).

## Upgrade and uninstall

| to | type |
|---|---|
| upgrade in a clone | `git pull`, then `make install` |
| upgrade elsewhere | `pip install --upgrade interphase` |
| upgrade results that a newer version refuses | `interphase build` |
| remove the package | `make clean` in a clone; `pip uninstall interphase` elsewhere |
| remove the copy of MongoDB, and other downloads | `rm -r ~/.cache/interphase` |
| remove settings, and errors measured | `rm -r ~/.interphase.yaml ~/.local/share/interphase` |

Campaigns are where you put them, and stay. A newer version goes on with an older one's campaign.
Back it up first: an older version refuses results that a newer one has written.

## Two people

Two people may submit, recover and dispatch on one LaunchPad: each workflow is added once, and a
step is taken once. `recover` leaves alone what only the other one's queue can judge. A user with
the role `read` can use `status`, `query`, `report`, `usage` and `backup`; what writes is refused in
one line. The query boxes of `webgui` refuse `$where` and other code for the server.

| files | open to |
|---|---|
| database and socket of a campaign's folder, backups | you (0700, 0600) |
| files with a password | you; others are refused, with the fix |
| launches, logs, reports, figures, exports | as your umask says (027: your group) |
"""


def operations_page(made: str) -> str:
    """Write the page.

    Parameters
    ----------
    made
        The comment at its top.
    """
    settings = MachineSettings.model_construct()
    parts = [
        made,
        _ALONE.format(minutes=LONG_OUTAGE / 60).strip(),
        _RECOVERED.format(reruns=settings.max_reruns, table=table(_EVENTS[0], _EVENTS[1:]))
        .format(launch=settings.launch_patience / 60, database=settings.database_patience / 60)
        .strip(),
        _classes(FailureClass),
        _LIFE.strip(),
    ]
    return "\n\n".join(parts) + "\n"


def _classes(classes: Iterable[FailureClass]) -> str:
    head = ("class", "cause", "runs again by itself", "what to do")
    rows = [
        (f"`{each}`", each.cause, "yes" if each in RETRYABLE else "no", each.remedy)
        for each in classes
    ]
    return table(head, rows)
