"""The campaign's specification: one YAML file, the science only (no machine settings)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)

from analysis.base.checked import CheckedModel
from analysis.base.compound_names import dopant_text
from analysis.base.errors import InputError
from analysis.learning.settings import LearningSettings
from analysis.reactions.verdict import Criteria
from analysis.results.shortlist import ShortlistCriteria
from analysis.structures.crystal_files import is_crystal_file
from analysis.structures.dopants import Charge, Dopant, check_distinct
from makers.engines.registry import DEFAULT_ENGINE, ENGINES, resolve_files
from makers.engines.second_stage import SecondStage
from workflows.specification.categories import CategoryRules
from workflows.specification.explanation import explain
from workflows.specification.yaml_file import load_yaml

LARGEST_CHARGE = 9
PAIR_AMOUNTS = (0.25, 0.5, 1.0)
Cell = Literal["primitive", "conventional"] | tuple[PositiveInt, PositiveInt, PositiveInt]


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Concentrations = Annotated[
    tuple[PositiveFloat, ...], BeforeValidator(_as_list), Field(min_length=1)
]
OxidationState = Annotated[float, Field(ge=-LARGEST_CHARGE, le=LARGEST_CHARGE)]
Names = Annotated[tuple[str, ...], Field(min_length=1)]
Compensation = Literal["lithium", "none"]
Compensations = Annotated[tuple[Compensation, ...], BeforeValidator(_as_list), Field(min_length=1)]
Codoped = tuple[tuple[Dopant, ...], ...]


class HostSpec(CheckedModel):
    """The undoped electrolyte and the cell its compounds are computed in."""

    crystal: str = Field(
        "LLZO",
        description="Built-in host (LLZO), or the path of a CIF with partial occupancies, a POSCAR "
        "or pymatgen's JSON, relative to the specification",
    )
    name: str | None = Field(
        None, description="Name of the host in labels; the file's stem if left out"
    )
    cell: Cell = Field(
        "primitive",
        description="primitive, conventional, or [a, b, c] multiples of the primitive cell",
    )
    mobile: str = Field("Li", description="The element that moves and balances the charge")
    formula_units: PositiveInt | None = Field(
        None, description="Formula units in that cell, if the file does not say"
    )
    oxidation_states: dict[str, OxidationState] | None = Field(
        None, description="Oxidation state by element, if the file does not say"
    )
    arrangements: PositiveInt = Field(
        5,
        description="Arrangements of lowest Ewald energy that are relaxed; the lowest is the host",
    )
    minimum_distance: PositiveFloat = Field(
        2.0, description="Mobile ions of the host are never placed closer than this, in Å"
    )

    @property
    def is_file(self) -> bool:
        """True if the crystal is a file and not a built-in host."""
        return is_crystal_file(self.crystal)

    @model_validator(mode="after")
    def _is_described_once(self) -> "HostSpec":
        # Values and not `model_fields_set`: a stored campaign names every field.
        described = [
            name
            for name in ("name", "mobile", "formula_units", "oxidation_states")
            if getattr(self, name) != type(self).model_fields[name].default
        ]
        if described and not self.is_file:
            msg = (
                f"{', '.join(sorted(described))}: only for a crystal that is a CIF, POSCAR or JSON"
            )
            raise ValueError(msg)
        return self


class DopantSpec(CheckedModel):
    """One dopant, at one or more concentrations."""

    element: str = Field(description="Chemical symbol")
    valence: Charge = Field(description="Oxidation state; negative on an anion site: -1 for Br-")
    site: str = Field(description="The host ion it replaces, by element")
    concentration: Concentrations = Field(
        (0.25,), description="x per formula unit of the host: a number or a list"
    )

    def expand(self) -> list[Dopant]:
        """Return one dopant per concentration."""
        shared = {"element": self.element, "valence": self.valence, "site": self.site}
        return [Dopant(**shared, concentration=x) for x in self.concentration]


class RuleSpec(CheckedModel):
    """Dopants from the periodic table: every candidate in its common valences."""

    sites: Names | None = Field(None, description="Host sites; all cation sites if left out")
    elements: Names | None = Field(None, description="Only these elements")
    concentration: Concentrations = Field((0.25,), description="x per formula unit of the host")


class EngineSpec(CheckedModel):
    """The program that computes energies and forces."""

    name: str = Field(DEFAULT_ENGINE, description=f"One of: {', '.join(ENGINES)}")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the engine's relaxation, by name"
    )
    then: SecondStage | None = Field(
        None,
        description="A second engine, which goes on from what the first has relaxed: its energies "
        "count. None if left out",
    )

    @property
    def last(self) -> "EngineSpec | SecondStage":
        """The engine whose energies count."""
        return self.then or self

    @property
    def stages(self) -> "tuple[EngineSpec | SecondStage, ...]":
        """The engines, in the order in which they compute."""
        return (self, self.then) if self.then else (self,)

    def resolved(self, folder: Path) -> "EngineSpec":
        """Return a copy whose files do not depend on the working directory."""
        settings = resolve_files(self.name, self.settings, folder)
        then = self.then and self.then.model_copy(
            update={"settings": resolve_files(self.then.name, self.then.settings, folder)}
        )
        return self.model_copy(update={"settings": settings, "then": then})


class ReferenceSpec(CheckedModel):
    """Where the competing phases come from."""

    source: Literal["table", "file", "materials_project"] = Field(
        "table",
        description="table: Materials Project 2019, ships with the project; "
        "file: pymatgen entries; materials_project: the API, with the key in MP_API_KEY",
    )
    path: Path | None = Field(
        None, description="The file of entries, relative to the specification"
    )
    crystals: tuple[Path, ...] = Field(
        (),
        description="Files of crystals that the source lacks and energies are aligned through: "
        "CIF, POSCAR or pymatgen's JSON, relative to the specification",
    )
    accept_poor_alignment: bool = Field(
        default=False,
        description="Whether other phases may stand in for a crystal that is missing, though they "
        "are not next to it on the hull: energies may be off by electronvolts, and every result "
        "that it touches says so in its notes",
    )

    @model_validator(mode="after")
    def _path_goes_with_file(self) -> "ReferenceSpec":
        if (self.path is not None) != (self.source == "file"):
            msg = "path is needed with source: file, and only there"
            raise ValueError(msg)
        return self


class LearningSpec(CheckedModel):
    """What the campaign learns automatically, once its last compound has landed or failed."""

    least: PositiveInt = Field(
        30,
        description="A campaign of fewer compounds with one dopant does not learn automatically, "
        "unless it holds out or explores; `interphase learn` works at any time",
    )
    effort: Literal["brief", "quick", "full"] = Field(
        "quick",
        description="brief: single descriptors and the simplest algorithms, for a first look; "
        "quick: seconds; full: minutes",
    )
    undecided: Literal["left_out", "not_stable"] = Field(
        "left_out",
        description="Treatment of undecided compounds in the classification",
    )
    population: Literal["passing", "all"] = Field(
        "passing",
        description="passing: those that pass the filter of the defect energy; or all",
    )
    concentration: PositiveFloat | None = Field(
        None, description="Learn from compounds of this x; the commonest if left out"
    )
    coverage: float = Field(
        0.9, gt=0, lt=1, description="Share of compounds that an interval should hold"
    )
    held_out: tuple[DopantSpec, ...] = Field(
        (),
        description="Dopants, as under `dopants`, that are predicted first and computed after "
        "that, whether or not `dopants` or `rule` asks for them too",
    )

    def settings(self, seed: int) -> LearningSettings:
        """Return what determines the numbers, besides the data."""
        shared = self.model_dump(exclude={"least", "held_out"})
        return LearningSettings(**shared, seed=seed)


class ExploreSpec(CheckedModel):
    """Compounds that the campaign chooses and adds automatically, after it has learnt."""

    criterion: Literal["physics", "informative", "promising"] = Field(
        "physics",
        description="physics: with the highest reaction energy by the tables, without learning; "
        "informative: uncertain and near the boundary of the label; promising: with the highest "
        "reaction energy that is still likely",
    )
    number: PositiveInt = Field(5, description="Compounds in a round, at most")
    rounds: NonNegativeInt = Field(3, description="Rounds, at most; 0 explores pairs alone")
    tolerance: PositiveFloat | None = Field(
        None,
        description="A round whose compounds were predicted with a mean error below this, in eV "
        "per f.u., is the last; without it exploring ends when no compound is worth it, or with "
        "the last round",
    )
    sites: Names | None = Field(None, description="Host sites; all cation sites if left out")
    elements: Names | None = Field(None, description="Only these elements")
    concentration: PositiveFloat = Field(
        0.25, description="x per formula unit of the host: that of the compounds learnt from"
    )
    pairs: NonNegativeInt = Field(
        0,
        description="Compounds with two dopants on two sites that the campaign adds: the best that "
        "`interphase pairs` finds, for their solubility",
    )
    pair_amounts: tuple[PositiveFloat, ...] = Field(
        PAIR_AMOUNTS, description="x per formula unit of each dopant of a pair", min_length=1
    )


class CampaignSpec(CheckedModel):
    """Everything that determines the results of a campaign."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="Letters, digits, hyphen and underscore"
    )
    host: HostSpec = Field(default_factory=HostSpec)
    electrode: str = Field("Li", description="The reactant: an element, or a reference phase")
    dopants: tuple[DopantSpec, ...] = Field((), description="Dopants by explicit list")
    codoped: Codoped = Field(
        (),
        description="Compounds with several dopants, on one site or on several: a list of "
        "compounds, each a list of dopants",
    )
    rule: RuleSpec | None = Field(None, description="Dopants by rule")
    compensation: Compensations = Field(
        ("lithium",),
        description="`lithium`: the mobile ion balances the charge; `none`: an uncompensated 1:1 "
        "substitution. One of them, or a list: every compound is computed each way, but only once "
        "if its charges balance already",
    )
    choices: PositiveInt = Field(
        3,
        description="Choices of substituted site and vacancies that are relaxed per compound; "
        "the lowest counts",
    )
    migration: bool = Field(
        default=True,
        description="Bond-valence barriers and diffusivity of the mobile ion in each compound",
    )
    engine: EngineSpec = Field(default_factory=EngineSpec)
    reference_phases: ReferenceSpec = Field(default_factory=ReferenceSpec)
    screening: Criteria = Field(default_factory=Criteria)
    learning: LearningSpec = Field(default_factory=LearningSpec)
    explore: ExploreSpec | None = Field(
        None, description="Compounds that the campaign chooses itself; none if left out"
    )
    shortlist: ShortlistCriteria | None = Field(
        None,
        description="How `interphase shortlist` and the report rank the compounds; no part of the "
        "results. Left out: the defaults below, for hosts other than LLZO without `lithium`",
    )
    categories: CategoryRules = Field(
        default_factory=CategoryRules,
        description="Which FireWorks workers take which steps; does not affect results",
    )
    seed: NonNegativeInt = Field(
        0, description="Seed of all sampling; the same seed gives the same structures"
    )

    @field_validator("codoped")
    @classmethod
    def _are_codoped(cls, compounds: Codoped) -> Codoped:
        """Refuse anything but sets of different dopants, each listed once."""
        for compound in compounds:
            if len(compound) < 2:  # noqa: PLR2004, two dopants make a co-doped compound
                named = "; ".join(map(_words, compound)) or "none"
                msg = f"a co-doped compound has two dopants or more (here: {named}): list a single "
                msg += "one under `dopants`"
                raise ValueError(msg)
            check_distinct(compound)
        _check_once("codoped", [sorted(map(_words, compound)) for compound in compounds])
        return compounds

    @field_validator("compensation")
    @classmethod
    def _each_way_once(cls, ways: tuple[Compensation, ...]) -> tuple[Compensation, ...]:
        _check_once("compensation", [[way] for way in ways])
        return ways

    @model_validator(mode="after")
    def _has_dopants(self) -> "CampaignSpec":
        if not self.dopants and not self.codoped and self.rule is None:
            msg = "no dopants: list some under `dopants` or `codoped`, or give a `rule`"
            raise ValueError(msg)
        return self

    @classmethod
    def from_file(cls, path: Path) -> "CampaignSpec":
        """Read a specification; relative paths in it are resolved against its folder.

        Raises
        ------
        InputError
            If the file is missing, is not YAML, or does not fit the models.
        """
        data = load_yaml(path)
        if not isinstance(data, dict):
            msg = f"{path} is not a specification: expected keys such as `name` and `dopants`"
            raise InputError(msg)
        return cls.from_mapping(data, source=path).resolved(path.parent)

    @classmethod
    def from_mapping(
        cls, data: Mapping[str, Any], *, source: str | Path = "the specification"
    ) -> "CampaignSpec":
        """Check the content of a specification.

        Raises
        ------
        InputError
            It does not fit the models; the message names `source`.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise InputError(explain(source, error, cls)) from error

    def resolved(self, folder: Path) -> "CampaignSpec":
        """Return a copy whose file paths do not depend on the working directory."""
        host, phases = self.host, self.reference_phases
        if host.is_file:
            crystal = (folder / Path(host.crystal).expanduser()).resolve()
            host = host.model_copy(update={"crystal": str(crystal)})
        if phases.path is not None:
            file = (folder / phases.path.expanduser()).resolve()
            phases = phases.model_copy(update={"path": file})
        crystals = tuple((folder / path.expanduser()).resolve() for path in phases.crystals)
        phases = phases.model_copy(update={"crystals": crystals})
        engine = self.engine.resolved(folder)
        return self.model_copy(update={"host": host, "reference_phases": phases, "engine": engine})


def _words(dopant: Dopant) -> str:
    """Describe a dopant in words, even of an element that does not exist."""
    return dopant_text(**dopant.model_dump())


def _check_once(key: str, listed: Sequence[Sequence[str]]) -> None:
    """Refuse duplicates."""
    if twice := [" + ".join(each) for i, each in enumerate(listed) if each in listed[:i]]:
        msg = f"listed twice under {key}: {'; '.join(twice)}"
        raise ValueError(msg)
