"""The command `interphase`."""

import os
import signal
import sys

import typer
from rich.markup import escape

from analysis.base.errors import InputError
from workflows.cli import campaign_commands as on_campaigns
from workflows.cli import learning_commands as on_learning
from workflows.cli import machine_commands as on_machine
from workflows.cli import report_commands as on_reports
from workflows.cli import result_commands as on_results
from workflows.cli.options import console

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
    on_results.explain,
    on_results.summary,
    on_results.triage,
    on_results.export,
    on_results.provenance,
    on_results.build,
    on_reports.report,
    on_reports.figures,
    on_learning.learn,
    on_learning.predict,
    on_machine.doctor,
    on_machine.calibrate,
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command; a user's mistake ends in a message, not in a traceback."""
    _end_like_ctrl_c(signal.SIGTERM, signal.SIGHUP)
    try:
        _answer() if sys.argv[1:2] == ["query"] else app()
    except InputError as error:
        output = console(sys.stderr)
        output.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False)
        sys.exit(1)


def _answer() -> None:
    """Run a command that only reads, and leave as soon as its answer is out.

    pymongo's threads sleep half a second at a time, and the interpreter would wait for them at its
    end: longer than everything else of a query takes. All that was opened is closed by then.
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
