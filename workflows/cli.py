"""The command `interphase`."""

import signal
import sys

import typer
from rich.markup import escape

from analysis.errors import InputError
from workflows.commands import on_campaigns, on_machine, on_results
from workflows.commands.options import console

app = typer.Typer(
    name="interphase",
    help="Screen the dopants of a solid electrolyte against a reactive electrode.",
    epilog="Start with: interphase run campaigns/demo.yaml --dir runs/demo",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

# In the order in which --help lists them.
COMMANDS = (
    on_campaigns.run,
    on_campaigns.plan,
    on_campaigns.submit,
    on_campaigns.advance,
    on_campaigns.recover,
    on_campaigns.webgui,
    on_campaigns.status,
    on_results.query,
    on_results.summary,
    on_results.triage,
    on_machine.doctor,
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command; a user's mistake ends in a message, not in a traceback."""
    _end_like_ctrl_c(signal.SIGTERM, signal.SIGHUP)
    try:
        app()
    except InputError as error:
        output = console(sys.stderr)
        output.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False)
        sys.exit(1)


def _end_like_ctrl_c(*signals: signal.Signals) -> None:
    """Let these signals stop workers and database, unless they are ignored (nohup)."""
    for number in signals:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
