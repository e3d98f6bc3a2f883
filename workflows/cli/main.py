"""The command `interphase`."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Annotated, TextIO

import typer
from rich.markup import escape

from analysis.base.errors import InputError
from workflows.cli import (
    campaign_commands,
    learning_commands,
    machine_commands,
    operation_commands,
    report_commands,
    result_commands,
    start_commands,
)
from workflows.terminal.output import console

app = typer.Typer(
    name="interphase",
    help="Screen the dopants of a solid electrolyte against a reactive electrode.",
    epilog="Start with: interphase demo. Computed already: interphase report --result llzo",
    no_args_is_help=True,
    invoke_without_command=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

# In the order of --help.
COMMANDS = (
    start_commands.demo,
    start_commands.init,
    start_commands.entries,
    campaign_commands.run,
    campaign_commands.plan,
    campaign_commands.pairs,
    campaign_commands.submit,
    campaign_commands.advance,
    campaign_commands.recover,
    operation_commands.dispatch,
    operation_commands.share,
    campaign_commands.webgui,
    campaign_commands.status,
    result_commands.query,
    result_commands.explain,
    result_commands.shortlist,
    result_commands.summary,
    result_commands.compare,
    result_commands.triage,
    result_commands.export,
    result_commands.provenance,
    result_commands.build,
    report_commands.report,
    report_commands.figures,
    report_commands.optimade,
    learning_commands.learn,
    learning_commands.predict,
    machine_commands.doctor,
    machine_commands.calibrate,
    operation_commands.pause,
    operation_commands.resume,
    operation_commands.prioritize,
    operation_commands.usage,
    operation_commands.backup,
    operation_commands.restore,
    operation_commands.delete,
)
# The options of the command that it runs are not its own.
_RUNS_ANOTHER: dict[Callable[..., None], dict[str, bool]] = {
    operation_commands.share: {"allow_interspersed_args": False}
}
for command in COMMANDS:
    app.command(context_settings=_RUNS_ANOTHER.get(command))(command)


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version, and exit.", is_eager=True)
    ] = False,
) -> None:
    """Screen the dopants of a solid electrolyte against a reactive electrode."""
    if version:
        from importlib import metadata

        typer.echo(f"interphase {metadata.version('interphase')}")
        raise typer.Exit


def main() -> None:
    """Run the command; a user's mistake ends in a message, not in a traceback."""
    _end_like_ctrl_c(signal.SIGTERM, signal.SIGHUP)
    try:
        _answer() if sys.argv[1:2] == ["query"] else app()
    except InputError as error:
        print_mistake(error, sys.stderr)
        sys.exit(1)


def print_mistake(error: InputError, file: TextIO) -> None:
    """Print what a user did wrong, and how to do it right."""
    console(file).print(f"[bold red]error:[/] {escape(str(error))}", highlight=False)


def _answer() -> None:
    """Run a command that only reads, and exit as soon as its answer is printed.

    pymongo's threads sleep half a second at a time, and the interpreter would wait for them at
    exit, longer than the rest of a query takes. Everything that was opened is closed by then.
    """
    try:
        app()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else int(end.code is not None))


def _end_like_ctrl_c(*signals: signal.Signals) -> None:
    """Let these signals stop workers and database, unless they are ignored (nohup)."""
    for number in signals:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
