"""Campaigns from Python: read a specification, plan it, run it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from interphase.tables import results
from workflows.base.settings import load_settings
from workflows.dispatch.local_run import run_plan
from workflows.specification.planning import Plan, make_plan
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec
from workflows.storage.database import open_database
from workflows.storage.locks import exclusive_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from workflows.state.campaign_status import Status


def read_specification(source: str | Path | Mapping[str, Any]) -> CampaignSpec:
    """Read a campaign's specification.

    Parameters
    ----------
    source
        A YAML file, or its content as a dictionary. Every key is in docs/specification.md.

    Raises
    ------
    InputError
        The file cannot be read, or a key or value is wrong; the message names it.

    Examples
    --------
    >>> import interphase
    >>> spec = interphase.read_specification("campaigns/demo.yaml")
    >>> spec.name, spec.electrode, spec.engine.name
    ('demo', 'Li', 'chgnet')
    """
    if isinstance(source, str | Path):
        return CampaignSpec.from_file(Path(source))
    return CampaignSpec.from_mapping(dict(source))


def plan(spec: CampaignSpec | str | Path | Mapping[str, Any]) -> Plan:
    """Check a specification and plan what the campaign would compute; nothing is stored.

    Parameters
    ----------
    spec
        A specification, or what `read_specification` reads.

    Returns
    -------
    Plan
        `campaign.compounds`, the reference `phases` of each, what is `left_out` and why, `notes`.

    Raises
    ------
    InputError
        It asks for something that cannot be computed; the message says what.

    Examples
    --------
    >>> import interphase
    >>> planned = interphase.plan("campaigns/demo.yaml")
    >>> len(planned.campaign.compounds)  # 13 doped garnets, and the undoped one
    14
    >>> [str(reason) for compound, reason in planned.left_out]
    []
    """
    checked = _checked(spec)
    return make_plan(checked, phase_source(checked.reference_phases, None))


def run(
    spec: CampaignSpec | str | Path | Mapping[str, Any],
    folder: str | Path,
    *,
    workers: int | None = None,
    retry: bool = False,
    watch: Callable[[Status], None] | None = None,
) -> pd.DataFrame:
    """Run or resume a campaign on this machine to its end, and read its results.

    Parameters
    ----------
    spec
        A specification, or what `read_specification` reads.
    folder
        The campaign's folder: database, logs, launches. Running again resumes there.
    workers
        Number of processes; the machine's setting if not given.
    retry
        Rerun every failed step.
    watch
        Called with the state of the campaign about once a second.

    Returns
    -------
    pandas.DataFrame
        As `results` returns it, highest reaction energy first. `failures` says what is missing.

    Raises
    ------
    InputError
        The specification is wrong, or another run works in the folder.

    Examples
    --------
    >>> import interphase
    >>> table = interphase.run("mine.yaml", "runs/mine", workers=1)
    >>> table.site.dropna().to_list()  # niobium on Zr; the other row is the undoped host
    ['Zr']
    """
    settings = load_settings()
    if workers is not None:
        settings = settings.model_copy(update={"workers": workers})
    checked, place = _checked(spec), Path(folder)
    with exclusive_run(place), open_database(place, settings, create=True) as database:
        planned = make_plan(
            checked, phase_source(checked.reference_phases, database.mongo["phases"])
        )
        run_plan(planned, database, settings, folder=place, watch=watch or _unwatched, retry=retry)
    return results(place, f"campaign={checked.name}", sort="-reaction_energy")


def _checked(spec: CampaignSpec | str | Path | Mapping[str, Any]) -> CampaignSpec:
    return spec if isinstance(spec, CampaignSpec) else read_specification(spec)


def _unwatched(status: Status) -> None:
    del status
