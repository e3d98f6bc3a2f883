"""interphase pairs: which two dopants to try together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from workflows.results.serialize import rows_to_csv, to_json_text
from workflows.terminal.output import Output
from workflows.terminal.pair_tables import pair_rows, show_pairs

if TYPE_CHECKING:
    from pathlib import Path


def pairs_command(spec_path: Path, *, number: int, output: Output, console: Console) -> None:
    """Rank the pairs of dopants of a specification's host."""
    from rich.progress import track

    from workflows.specification.pair_search import find_pairs
    from workflows.specification.planning import read_host
    from workflows.specification.sources import phase_source
    from workflows.specification.spec import CampaignSpec

    spec = CampaignSpec.from_file(spec_path)
    host = read_host(spec.host)
    source = phase_source(spec.reference_phases, None)
    watch = partial(track, description="pairs", console=Console(stderr=True), transient=True)
    found = find_pairs(spec, host, source, number=number, watch=watch)
    if output is Output.TABLE:
        show_pairs(found, console)
        return
    rows = list(pair_rows(found))
    console.file.write(to_json_text(rows) if output is Output.JSON else rows_to_csv(rows))
