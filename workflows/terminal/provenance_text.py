"""The provenance of a result as readable lines."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analysis.base.compound_names import dopants_text
from analysis.base.fields import Field
from workflows.base.times import iso
from workflows.results.serialize import to_plain
from workflows.terminal.table_style import NULL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Document = Mapping[str, Any]


def provenance_text(traced: Document) -> str:
    """Write the output of `workflows.results.provenance_trace.trace`, one subject a line."""
    return "\n".join([f"{traced[Field.FORMULA]}", *(f"  {line}" for line in _lines(traced))])


def _lines(traced: Document) -> Iterator[str]:
    known = traced[Field.PROVENANCE] or {}
    yield _line("dopants", dopants_or_none(traced[Field.DOPANTS] or ()))
    yield _line("job", traced[Field.JOB_UUID])
    yield _line("computed", _text(traced[Field.COMPUTED]))
    yield _line("stored", f"{_text(traced[Field.STORED])}, schema {traced[Field.SCHEMA_VERSION]}")
    yield from _campaign(traced)
    yield from _engine(traced, known)
    yield from _phases(traced)
    for name in ("electrode", "screening", "choices", "seed", "versions"):
        yield _line(name, _text(known.get(name)))
    yield from _steps("steps", traced["steps"])
    for parent in traced["parents"]:
        yield from _steps(f"needs {parent['label']}", parent["steps"], job=parent["job_uuid"])
    for note in traced[Field.NOTES] or ():
        yield _line("note", note)


def _campaign(traced: Document) -> Iterator[str]:
    specification = traced["specification"]
    yield _line("campaign", traced[Field.CAMPAIGN])
    if specification:
        yield _line("specification", f"submitted {_text(specification['submitted'])}")
        yield _line("host", _host(specification.get("host") or {}))


def _host(spec: Document) -> str:
    """Name the host: a built-in one is its own crystal, a CIF may have another name."""
    crystal, name = spec.get("crystal") or NULL, spec.get("name")
    return f"{name} from {crystal}" if name and name != crystal else str(crystal)


def _engine(traced: Document, known: Document) -> Iterator[str]:
    engine = traced[Field.ENGINE] or {}
    yield _line("engine", f"{engine.get('name')} {engine.get('version')}")
    if geometry := engine.get("relaxed_by"):
        yield _line("geometry", f"relaxed by {geometry}")
    yield _line("scheme", _text(engine.get("scheme")))
    yield _line("engine settings", _text(known.get("engine_settings")))
    yield _line("relaxation", _text(traced["relaxation"]))


def _phases(traced: Document) -> Iterator[str]:
    phases = traced[Field.REFERENCE_PHASES] or {}
    yield _line("reference phases", _text(phases.get("source")))
    yield _line("their scheme", _text(phases.get("scheme")))
    yield _line("their digest", _text(phases.get("digest")))
    yield _line("in the job store", _text(traced["phases_uuid"]))


def _steps(title: str, steps: Sequence[Document], *, job: str | None = None) -> Iterator[str]:
    yield _line(title, job or "")
    for step in steps:
        launch = step["launch"] or {}
        where = f"{launch.get('host')}:{launch.get('launch_dir')}" if launch else "not launched"
        yield f"  Firework {step['fw_id']} {step['state']} {step['name']}"
        yield f"    job {step['job_uuid'] or NULL}, {where}"
    if not steps:
        yield "  not on the LaunchPad any more"


def dopants_or_none(dopants: Iterable[Document]) -> str:
    """Write the dopants of a compound: "Al3+ on Li, x=0.25"."""
    return dopants_text(dopants) or "none: the undoped host"


def _line(name: str, text: str | None) -> str:
    return f"{name + ':':<17} {text or ''}".rstrip()


def _text(value: Any) -> str:
    match value:
        case None:
            return NULL
        case datetime():
            return iso(value)
        case dict():
            return ", ".join(f"{key} {_inner(item)}" for key, item in value.items())
        case _:
            return _inner(value)


def _inner(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(to_plain(value), ensure_ascii=False)
