"""Locks on files that the kernel releases when their holder dies for any reason."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import weakref
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Hold(IntEnum):
    """How a lock is held: shared or exclusive."""

    SHARED = fcntl.LOCK_SH
    EXCLUSIVE = fcntl.LOCK_EX


class FileLock:
    """An advisory lock on a file.

    A forked child closes its copy at once: it would keep the lock after its parent's
    death. A program that is to hold the lock itself gets `descriptor` passed on.

    Raises
    ------
    InputError
        The file belongs to another user.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            msg = f"{path} cannot be opened: {error.strerror}"
            raise InputError(msg) from error
        _open_locks.add(self)

    def acquire(self, hold: Hold, *, wait: bool) -> bool:
        """Take the lock, or change the way it is held; return True if it is ours.

        Raises
        ------
        InputError
            The file system has no locks.
        """
        try:
            fcntl.flock(self.descriptor, hold if wait else hold | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            msg = (
                f"{self.path.parent} lies on a file system without locks ({error.strerror}): "
                "choose a folder on another one with --dir"
            )
            raise InputError(msg) from error
        return True

    def release(self) -> None:
        """Release the lock, even if other processes hold the descriptor."""
        if self.descriptor >= 0:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            self.hand_over()

    def hand_over(self) -> None:
        """Leave the lock to a program that was given the descriptor."""
        os.close(self.descriptor)
        self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


_open_locks: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _close_in_child() -> None:
    for lock in list(_open_locks):
        if lock.descriptor >= 0:
            lock.hand_over()


os.register_at_fork(after_in_child=_close_in_child)


@contextmanager
def exclusive_run(run_dir: Path) -> Iterator[None]:
    """Be the only run in a folder; another is refused until this one ends or dies.

    Parameters
    ----------
    run_dir
        The campaign's folder; made if it does not exist.

    Raises
    ------
    InputError
        Another run is using the folder, or the folder cannot be written.
    """
    make_folder(run_dir)
    with sole_holder(run_dir / "run.lock", f"folder {run_dir} is in use by another run"):
        yield


@contextmanager
def sole_holder(path: Path, in_use: str) -> Iterator[None]:
    """Be the only one to hold a lock, and sign it.

    Parameters
    ----------
    path
        The lock's file.
    in_use
        What to say if another process holds it.

    Raises
    ------
    InputError
        Another one holds it; the message names it.
    """
    with FileLock(path) as lock:
        if not lock.acquire(Hold.EXCLUSIVE, wait=False):
            msg = f"{in_use} ({_holder(path)}): wait, or stop it"
            raise InputError(msg)
        holder = json.dumps({"pid": os.getpid(), "host": socket.gethostname()})
        os.ftruncate(lock.descriptor, 0)
        os.pwrite(lock.descriptor, holder.encode(), 0)
        yield


def make_folder(folder: Path, *, private: bool = False) -> None:
    """Create a folder; a private one is closed to other users, even if it existed.

    Raises
    ------
    InputError
        It cannot be made, or is not ours to close.
    """
    try:
        folder.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        if private:
            folder.chmod(0o700)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        msg = f"folder {folder} cannot be used: {error.strerror}"
        raise InputError(msg) from error
    if not writable:
        msg = f"folder {folder} cannot be written: choose another with --dir"
        raise InputError(msg)


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return f"pid {holder['pid']} on host {holder['host']}"
    except (ValueError, KeyError):  # it has just taken the lock and not yet signed it
        return "just started"
