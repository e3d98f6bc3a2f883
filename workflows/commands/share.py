"""Run workers that share one model."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import warnings
from typing import TYPE_CHECKING, Final

from analysis.base.errors import InputError
from workflows.storage.server.server_record import socket_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

_SOCKET_NAME: Final = "model.sock"

_OF_SIGNALS: Final = 128
"""A shell adds it to the number of the signal that has ended a program."""


def share_command(command: Sequence[str], *, console: Console) -> int:
    """Hold the model while a command runs whose processes share it.

    Parameters
    ----------
    command
        The program that starts the workers, and its arguments.
    console
        Where the number of crystals in a batch is told at the end.

    Returns
    -------
    The command's exit status; 128 and the signal if one ended it, as in a shell.

    Raises
    ------
    InputError
        The program cannot be started.
    """
    from makers.engines.shared.model_server import ModelServer
    from makers.engines.shared.shared_calculator import SOCKET_VARIABLE

    warnings.simplefilter("ignore")  # of the models' libraries, about their own future
    folder = socket_folder()
    server = ModelServer()
    socket = folder / _SOCKET_NAME
    try:
        with server.listening(socket):
            status = _run(command, os.environ | {SOCKET_VARIABLE: str(socket)})
    finally:
        shutil.rmtree(folder)
    if server.sizes:
        crystals, batches = sum(server.sizes), len(server.sizes)
        console.print(
            f"shared model: {crystals} crystals in {batches} batches, {crystals / batches:.1f} each"
        )
    return status


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command; it gets the signals that would end this process."""
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603  the user's own command
    except OSError as error:
        msg = f"cannot run {command[0]}: {error.strerror}; give the command that starts workers"
        raise InputError(msg) from error
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, lambda found, _: process.send_signal(found))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both
    status = process.wait()
    return status if status >= 0 else _OF_SIGNALS - status
