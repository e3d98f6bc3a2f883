"""How a campaign was computed: engine, reference phases, settings, versions, dates."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from analysis.base.fields import Field
from workflows.report.model import Fact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Document = Mapping[str, Any]

# Packages whose versions a report shows: the science, and the crystals it works on.
_PACKAGES = ("interphase", "pymatgen", "jobflow", "atomate2", "FireWorks")


def facts_of(stored: Document, documents: Sequence[Document]) -> tuple[Fact, ...]:
    """List how the campaign was computed, as far as its documents say.

    Parameters
    ----------
    stored
        The campaign's own document.
    documents
        Its result documents, engine and reference phases as text.
    """
    campaign = stored.get("campaign") or {}
    spec = campaign.get("spec") or {}
    pairs = [
        ("Engine", _distinct(documents, Field.ENGINE)),
        ("Engine's settings", _settings(campaign.get("engine"))),
        ("Reference phases", _distinct(documents, Field.REFERENCE_PHASES)),
        ("Electrode", str(spec.get("electrode") or "")),
        ("Screening", _settings(spec.get("screening"))),
        ("Submitted", _time(stored.get("submitted"))),
        ("Versions", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
    ]
    return tuple(Fact(title=title, text=text) for title, text in pairs if text)


def _distinct(documents: Sequence[Document], field: Field) -> str:
    return "; ".join(sorted({str(each[field]) for each in documents if each.get(field)}))


def _settings(settings: Any) -> str:
    if not isinstance(settings, dict):
        return ""
    return ", ".join(f"{key} {value}" for key, value in settings.items() if value is not None)


def _time(value: Any) -> str:
    """Convert a stored time, which is in UTC, to this machine's zone."""
    if not isinstance(value, datetime):
        return ""
    return f"{value.replace(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M %Z}"
