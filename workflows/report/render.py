"""The report as one HTML page that requests nothing from other servers."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import os
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from workflows.report.model import Report

#: Of a page: an older report is replaced, another file is not.
_START = b"<!doctype html"
_SCRIPTS = ("basics", "colours", "periodic", "tables", "path", "crystal", "compound", "main")


def render(report: Report, *, live: Mapping[str, Any] | None = None) -> str:
    """Write the page.

    Parameters
    ----------
    report
        What it shows.
    live
        Where a served page looks for changes; None for a file.
    """
    style = _template("report.css")
    script = page_script()
    environment = Environment(loader=PackageLoader("workflows.report"), autoescape=True)
    return environment.get_template("report.html").render(
        report=report,
        policy=content_policy(script, live=live is not None),
        # Our own files, without content from the campaign.
        style=Markup(style),  # noqa: S704  our own
        script=Markup(script),  # noqa: S704  our own
        data=htmlsafe_json_dumps(page_data(report, live=live), dumps=to_json),
    )


@cache
def page_script() -> str:
    """Return the page's script, the same for every campaign."""
    return "\n".join(_template(f"{name}.js") for name in _SCRIPTS)


def page_data(report: Report, *, live: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the data that the page's script reads."""
    return {**report.model_dump(mode="json"), "live": live}


def to_json(data: Any, **_: Any) -> str:
    """Write compact strict JSON; a NaN is an error here, instead of a page that does not load."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def content_policy(script: str, *, live: bool) -> str:
    """Let the browser run this one script, load nothing, and connect to our own server only."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    connect = "'self'" if live else "'none'"
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        f"img-src data:; connect-src {connect}; base-uri 'none'; form-action 'none'"
    )


def require_writable(path: Path) -> None:
    """Refuse a file that cannot be written, before reading anything.

    Raises
    ------
    InputError
        Its folder cannot be created or written to, or it is a folder itself.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _require_file(path)
    except OSError as error:
        raise InputError(_cannot_write(path, error)) from error


def write_page(page: str, path: Path) -> Path:
    """Write the page to a file atomically: the old file stays until the new one is complete.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(page, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(_cannot_write(path, error)) from error
    return path


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.is_file() and not path.read_bytes()[: len(_START)].lower() == _START:
        raise FileExistsError(errno.EEXIST, "it is there already, and no report")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _cannot_write(path: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"cannot write the report {path} ({reason}): choose another file with --output"


def _template(name: str) -> str:
    folder = resources.files("workflows.report") / "templates"
    return (folder / name).read_text(encoding="utf-8")
