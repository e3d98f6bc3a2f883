"""The content of a report as plain data, without its presentation."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from analysis.figures.style import DIVERGING, LINEAR_WIDTH, SEQUENTIAL


class Model(BaseModel):
    """A part of the report, without NaN and infinities."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CrystalView(Model):
    """A relaxed cell, in as few characters as the page needs."""

    lattice: tuple[tuple[float, ...], ...] = Field(description="Vectors as rows [3, 3], Å")
    elements: tuple[str, ...] = Field(description="Elements that occur")
    species: tuple[int, ...] = Field(description="Index in `elements` of each site [N]")
    sites: tuple[tuple[float, ...], ...] = Field(description="Fractional coordinates [N, 3]")


class Failed(Model):
    """A step that failed."""

    compound: str
    step: str
    number: int = Field(description="Its number on the LaunchPad (fw_id)")
    kind: str = Field(description="Class of the failure, as `interphase recover` names it")
    error: str = Field(description="Last line of the error")
    lines: str = Field("", description="Last lines of the traceback")
    remedy: str = Field("", description="What the user should do about it")


class Runner(Model):
    """A set of products that is not the best."""

    reaction_energy: float = Field(description="eV per f.u.")
    products: dict[str, float] = Field(description="Amount of each phase per f.u.")


class CompoundView(Model):
    """A compound of the campaign: computed, or not yet."""

    key: str = Field(description="uuid of its result's job; names it in the page's address")
    name: str = Field(description='What people call it: "Al³⁺ on Li, x = 0.25"')
    state: str = Field(description="landed, running, queued, waiting, failed or blocked")
    dopants: tuple[dict[str, Any], ...] = ()
    result: dict[str, Any] = Field(
        default_factory=dict, description="Its result document, by analysis.base.fields"
    )
    crystal: CrystalView | None = None
    workflow: int | None = Field(None, description="Number of its workflow on the LaunchPad")
    failures: tuple[Failed, ...] = ()
    runners_up: tuple[Runner, ...] = Field((), description="The best first")


class CampaignState(Model):
    """How far the campaign is."""

    landed: int
    total: int
    states: dict[str, int] = Field(description="Compounds in each state that occurs")
    steps: dict[str, dict[str, int]] = Field(description="Jobs in each FireWorks state, by step")
    running: tuple[str, ...] = Field((), description="What runs now")
    failures: tuple[Failed, ...] = ()
    finished: bool = False


class Column(Model):
    """A column of a table."""

    title: str
    numeric: bool = False


class Table(Model):
    """A table that the page can sort and search."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]
    caption: str = ""


class Drawn(Model):
    """A figure as the page holds it."""

    name: str
    title: str
    caption: str = ""
    svg: str
    width: int = Field(description="Pixels of the page (96 per inch)")
    height: int
    broad: bool = Field(description="Too broad to be read when shrunk to the page: it scrolls")


class Section(Model):
    """A part of the page with figures and tables."""

    title: str
    lead: str = ""
    figures: tuple[Drawn, ...] = ()
    tables: tuple[Table, ...] = ()


class RankedView(Model):
    """Where a compound is in the ranking."""

    key: str = Field(description="That of its entry")
    score: float
    lithium: float = Field(description="Mobile ions per formula unit of the host")
    on_front: bool
    why: str


class RankingView(Model):
    """Which dopant to make."""

    words: tuple[str, ...] = Field(description="The answer and its trade-off, in sentences")
    criteria: str
    rows: tuple[RankedView, ...] = Field(description="The best first")


class FieldText(Model):
    """Names of a field of a result document."""

    label: str
    unit: str
    description: str


class Fact(Model):
    """One line on how the campaign was computed."""

    title: str
    text: str


class Palette(Model):
    """Colours shared by the page and the figures."""

    diverging: tuple[str, ...] = DIVERGING
    sequential: tuple[str, ...] = SEQUENTIAL
    linear_width: float = LINEAR_WIDTH


class Report(Model):
    """Everything of one campaign that the page shows."""

    campaign: str
    host: str = Field(description="Name of the undoped host")
    host_formula: str = ""
    electrode: str = ""
    made: str = Field(description="When the report was made, ISO 8601 with the offset from UTC")
    facts: tuple[Fact, ...] = ()
    warnings: tuple[str, ...] = Field((), description="What could not be read, and why")
    state: CampaignState
    sites: tuple[str, ...] = Field(description="Sites with a periodic table, the garnet's first")
    layout: dict[str, tuple[int, int]] = Field(description="Row and column of each element")
    colours: dict[str, str] = Field(description="Colour of each element that occurs in a crystal")
    fields: dict[str, FieldText]
    entries: tuple[CompoundView, ...] = Field(description="The undoped host first")
    ranking: RankingView | None = Field(None, description="None where nothing can be ranked")
    sections: tuple[Section, ...] = ()
    palette: Palette = Palette()
    version: str = Field("", description="Changes when the campaign does, for a served page")
