"""interphase dispatch: keep a campaign on a cluster running until it is over."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml.error import YAMLError

from analysis.base.errors import InputError
from workflows.base.secret_files import line_of
from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place
from workflows.storage.locks import make_folder, sole_holder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.dispatch.notices import Notices
    from workflows.storage.campaign_location import Place

_INTERRUPTED = 130


@dataclass(frozen=True)
class DispatchOptions:
    """What the dispatcher is to do.

    Attributes
    ----------
    worker, template
        FireWorks' worker file and queue template; None: those of its configuration.
    folder
        Where jobs are launched.
    jobs
        Batch jobs in the queue at a time.
    minutes
        Between two looks for what was lost.
    notify, failures
        The command that is told what happened, and from how many failures on.
    once
        One round only, for cron.
    """

    worker: Path | None
    template: Path | None
    folder: Path
    jobs: int
    minutes: float
    notify: str | None
    failures: int
    once: bool


def dispatch_command(place: Place, campaign: str | None, options: DispatchOptions) -> int:
    """Dispatch until all campaigns are over.

    Returns
    -------
    The command's exit status: 0 at the end of the campaigns, 130 if it was stopped.
    """
    from workflows.dispatch.notices import Notices

    if place.folder:
        msg = "dispatch is for a shared LaunchPad; on this machine alone: interphase run SPEC --dir"
        raise InputError(msg)
    _log_to_stdout()
    notices = Notices(options.notify)
    with _only_one(place, options.worker):
        try:
            _dispatch(place, campaign, options, notices)
        except KeyboardInterrupt:
            notices.tell("the dispatcher was stopped", "by a signal; batch jobs go on")
            return _INTERRUPTED
        except Exception as error:
            notices.tell("the dispatcher has stopped", f"{type(error).__name__}: {error}")
            raise
    return 0


def _dispatch(
    place: Place, campaign: str | None, options: DispatchOptions, notices: Notices
) -> None:
    from fireworks import FWorker, fw_config

    from workflows.dispatch.batch_jobs import BatchJobs
    from workflows.dispatch.dispatcher import Dispatcher
    from workflows.doctor.queue_checks import require_rockets

    # variables by which a person changes what squeue shows: the dispatcher counts its lines
    for name in [name for name in os.environ if name.startswith("SQUEUE_")]:
        del os.environ[name]
    worker = _worker(options.worker) if options.worker else FWorker.auto_load()
    adapter = _adapter(options.template)
    launch, walltime = (str(adapter.get(key)) for key in ("rocket_launch", "walltime"))
    require_rockets(launch, walltime, "the queue template")
    folder = options.folder.resolve()
    make_folder(folder)
    with open_place(place, load_settings()) as database:
        jobs = BatchJobs(database.launchpad, worker, adapter, folder, limit=options.jobs)
        dispatcher = Dispatcher(database, campaign, jobs, folder, notices)
        dispatcher.pause = float(fw_config.RAPIDFIRE_SLEEP_SECS)
        dispatcher.recover_after = 60 * options.minutes
        dispatcher.failures = options.failures
        dispatcher.run(once=options.once)


def _log_to_stdout() -> None:
    log = logging.getLogger("interphase.dispatch")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


def _adapter(template: Path | None) -> Any:
    from fireworks import fw_config
    from fireworks.utilities.fw_serializers import load_object_from_file

    if not (file := template or fw_config.QUEUEADAPTER_LOC):
        msg = "no queue template: give --queue-template, or set FW_CONFIG_FILE (docs/cluster.md)"
        raise InputError(msg)
    try:
        return load_object_from_file(str(file))
    except (OSError, ValueError, KeyError, TypeError, YAMLError) as error:
        msg = f"queue template {file} cannot be read: {_in_a_line(error)}"
        raise InputError(msg) from error


def _worker(file: Path) -> Any:
    from fireworks import FWorker

    try:
        return FWorker.from_file(str(file))
    except (OSError, ValueError, KeyError, TypeError, YAMLError) as error:
        msg = f"worker file {file} cannot be read: {_in_a_line(error)}"
        raise InputError(msg) from error


def _in_a_line(error: Exception) -> str:
    return f"it is not YAML{line_of(error)}" if isinstance(error, YAMLError) else str(error)


@contextmanager
def _only_one(place: Place, worker: Path | None) -> Iterator[None]:
    """Be the only dispatcher of this user for a worker file and a LaunchPad."""
    from fireworks import fw_config

    file = worker or (Path(fw_config.FWORKER_LOC) if fw_config.FWORKER_LOC else None)
    key = f"{place.address} {file.resolve() if file else ''}"
    folder = load_settings().cache / "dispatchers"
    make_folder(folder)
    lock = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.lock"
    with sole_holder(lock, f"another dispatcher serves {file or 'this LaunchPad'}"):
        yield
