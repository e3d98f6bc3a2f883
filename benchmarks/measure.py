"""Times of ours and of the usual alternative, taken alternately on the same machine."""

import gc
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from statistics import median
from typing import Any

from pydantic import BaseModel, Field

# In a process that `processes` has started: the barrier where all of them meet.
_barriers: list[Barrier] = []
# s; a process that died would make the others wait forever.
MOST_WAIT = 900


@dataclass(frozen=True)
class Run:
    """One call: its result and its cost.

    Attributes
    ----------
    result
        What the function returned.
    seconds
        Wall time in s.
    megabytes
        Largest memory that its process ever had, in MB.
    """

    result: Any
    seconds: float
    megabytes: float


class Figure(BaseModel, extra="forbid"):
    """One row of the table."""

    what: str = Field(description="What was done, with its size")
    unit: str = Field(description="Unit of `ours` and `stock`")
    ours: float = Field(description="Median")
    stock: float | None = Field(None, description="Median of the usual alternative")
    against: str = Field("", description="What that is")
    ratio: float | None = Field(None, description="Median of stock over ours, pair by pair")
    ratio_range: tuple[float, float] | None = Field(None, description="Least and largest ratio")
    repeats: int = Field(description="Pairs, or runs of ours if there is no other side")
    target: str = Field("", description="Target of the project")
    met: bool | None = Field(None, description="True if the target is met; null if there is none")
    agreement: str = Field("", description="How far the numbers of both sides differ")


def timed(function: Callable[..., Any], *arguments: Any) -> Run:
    """Call a function, after collecting the garbage of earlier calls."""
    gc.collect()
    start = time.perf_counter()
    result = function(*arguments)
    seconds = time.perf_counter() - start
    return Run(result, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def in_fresh_process(
    function: Callable[..., Any], *arguments: Any, threads: int | None = None
) -> Run:
    """Time a function of a module in a new process: nothing is cached; imports do not count.

    Parameters
    ----------
    function
        It can be imported by name, as can its result's class.
    *arguments
        Its arguments.
    threads
        Threads of the numerical libraries; None for their default.
    """
    with processes(1, threads=threads) as pool:
        return pool.submit(timed, function, *arguments).result()


def processes(number: int, *, threads: int | None) -> ProcessPoolExecutor:
    """Return new processes with this many threads each, as in `in_fresh_process`.

    Each starts when a task finds no other one free: see `in_each`.
    """
    # Read when a process imports its numerical libraries, so they are set in this one.
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.pop(name, None)
        if threads is not None:
            os.environ[name] = str(threads)
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(
        number, mp_context=context, initializer=_set_barrier, initargs=(context.Barrier(number),)
    )


def in_each(
    pool: ProcessPoolExecutor, number: int, function: Callable[..., Any], *arguments: Any
) -> None:
    """Call a function once in each of the processes of `processes`, so that none is cold."""
    tasks = [pool.submit(_call_and_wait, function, *arguments) for _ in range(number)]
    for task in tasks:
        task.result()


def _set_barrier(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _call_and_wait(function: Callable[..., Any], *arguments: Any) -> None:
    """Call it, and take no other task before all processes have done so."""
    function(*arguments)
    _barriers[-1].wait(timeout=MOST_WAIT)


def side_by_side(
    ours: Callable[[], Run], stock: Callable[[], Run], repeats: int
) -> tuple[list[Run], list[Run]]:
    """Run both sides alternately, each first equally often, so that load affects both."""
    runs: tuple[list[Run], list[Run]] = ([], [])
    for repeat in range(repeats):
        order = (0, 1) if repeat % 2 == 0 else (1, 0)
        for side in order:
            runs[side].append((ours, stock)[side]())
    return runs


def compared(
    ours: Sequence[Run],
    stock: Sequence[Run],
    *,
    what: str,
    against: str = "",
    agreement: str = "",
    least: float | None = None,
) -> Figure:
    """Make a figure of pairs of runs.

    Parameters
    ----------
    ours, stock
        Runs of `side_by_side`.
    what, against, agreement
        Fields of `Figure`.
    least
        Target ratio.
    """
    ratios = [b.seconds / a.seconds for a, b in zip(ours, stock, strict=True)]
    return Figure(
        what=what,
        unit="s",
        ours=median(run.seconds for run in ours),
        stock=median(run.seconds for run in stock),
        against=against,
        ratio=median(ratios),
        ratio_range=(min(ratios), max(ratios)),
        repeats=len(ratios),
        target="" if least is None else f"≥ {least:g} times",
        met=None if least is None else median(ratios) >= least,
        agreement=agreement,
    )


def alone(
    runs: Sequence[Run], *, what: str, most: float | None = None, agreement: str = ""
) -> Figure:
    """Make a figure of runs that have no other side; `most` is the target time, in s."""
    seconds = median(run.seconds for run in runs)
    return Figure(
        what=what,
        unit="s",
        ours=seconds,
        repeats=len(runs),
        target="" if most is None else f"≤ {most:g} s",
        met=None if most is None else seconds <= most,
        agreement=agreement,
    )
