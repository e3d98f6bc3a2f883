"""The campaign's specification: one YAML file, the science only (no machine settings)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)

from analysis.base.errors import InputError
from analysis.learning.settings import LearningSettings
from analysis.reactions.verdict import Criteria
from analysis.structures.dopants import Dopant, check_distinct
from makers.engines.registry import DEFAULT_ENGINE, ENGINES, resolve_files
from makers.engines.second_stage import SecondStage
from workflows.specification.categories import CategoryRules

Cell = Literal["primitive", "conventional"] | tuple[PositiveInt, PositiveInt, PositiveInt]


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Concentrations = Annotated[
    tuple[PositiveFloat, ...], BeforeValidator(_as_list), Field(min_length=1)
]
Names = Annotated[tuple[str, ...], Field(min_length=1)]
Compensation = Literal["lithium", "none"]
Compensations = Annotated[tuple[Compensation, ...], BeforeValidator(_as_list), Field(min_length=1)]
Codoped = tuple[tuple[Dopant, ...], ...]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HostSpec(_Section):
    """The undoped electrolyte and the cell its compounds are computed in."""

    crystal: str = Field(
        "LLZO",
        description="Built-in host (LLZO), or the path of a CIF with partial occupancies, "
        "relative to the specification",
    )
    name: str | None = Field(
        None, description="Name of the host in labels; the CIF's stem if left out"
    )
    cell: Cell = Field(
        "primitive",
        description="primitive, conventional, or [a, b, c] multiples of the primitive cell",
    )
    mobile: str = Field("Li", description="The element that moves and balances the charge")
    formula_units: PositiveInt | None = Field(
        None, description="Formula units in that cell, where the CIF does not say"
    )
    oxidation_states: dict[str, float] | None = Field(
        None, description="Oxidation state by element, where the CIF does not say"
    )
    arrangements: PositiveInt = Field(
        5,
        description="Arrangements of lowest Ewald energy that are relaxed; the lowest is the host",
    )
    minimum_distance: PositiveFloat = Field(
        2.0, description="Mobile ions of the host are never placed closer than this, in Å"
    )

    @property
    def is_cif(self) -> bool:
        """Whether the crystal is a file, and not a built-in host."""
        return self.crystal.lower().endswith(".cif")

    @model_validator(mode="after")
    def _is_described_once(self) -> "HostSpec":
        # Values and not `model_fields_set`: a stored campaign names every field.
        described = [
            name
            for name in ("name", "mobile", "formula_units", "oxidation_states")
            if getattr(self, name) != type(self).model_fields[name].default
        ]
        if described and not self.is_cif:
            msg = f"{', '.join(sorted(described))}: only for a crystal that is a CIF"
            raise ValueError(msg)
        return self


class DopantSpec(_Section):
    """One dopant, at one or more concentrations."""

    element: str = Field(description="Chemical symbol")
    valence: PositiveInt = Field(description="Oxidation state")
    site: str = Field(description="The host ion it replaces, by element")
    concentration: Concentrations = Field(
        (0.25,), description="x per formula unit of the host: a number or a list"
    )

    def expand(self) -> list[Dopant]:
        """Give one dopant per concentration."""
        shared = {"element": self.element, "valence": self.valence, "site": self.site}
        return [Dopant(**shared, concentration=x) for x in self.concentration]


class RuleSpec(_Section):
    """Dopants from the periodic table: every candidate in its common valences."""

    sites: Names | None = Field(None, description="Host sites; all cation sites if left out")
    elements: Names | None = Field(None, description="Only these elements")
    concentration: Concentrations = Field((0.25,), description="x per formula unit of the host")


class EngineSpec(_Section):
    """What computes energies and forces."""

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


class ReferenceSpec(_Section):
    """Where the competing phases come from."""

    source: Literal["table", "file", "materials_project"] = Field(
        "table",
        description="table: Materials Project 2019, ships with the project; "
        "file: pymatgen entries; materials_project: the API, with the key in MP_API_KEY",
    )
    path: Path | None = Field(
        None, description="The file of entries, relative to the specification"
    )

    @model_validator(mode="after")
    def _path_goes_with_file(self) -> "ReferenceSpec":
        if (self.path is not None) != (self.source == "file"):
            msg = "path is needed with source: file, and only there"
            raise ValueError(msg)
        return self


class LearningSpec(_Section):
    """What the campaign learns by itself, once its last compound has landed or failed."""

    least: PositiveInt = Field(
        30,
        description="A campaign of fewer compounds with one dopant does not learn by itself, "
        "unless it holds out or explores; `interphase learn` does at any time",
    )
    effort: Literal["quick", "full"] = Field("quick", description="Profile")
    undecided: Literal["left_out", "not_stable"] = Field(
        "left_out",
        description="What becomes of undecided compounds in the classification",
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
        """Give what determines the numbers, besides the data."""
        shared = self.model_dump(exclude={"least", "held_out"})
        return LearningSettings(**shared, seed=seed)


class ExploreSpec(_Section):
    """Compounds that the campaign chooses and adds by itself, after it has learnt."""

    criterion: Literal["informative", "promising"] = Field(
        "informative",
        description="informative: uncertain and near the boundary of the label; promising: of the "
        "highest reaction energy that is likely",
    )
    number: PositiveInt = Field(5, description="Compounds in a round, at most")
    rounds: PositiveInt = Field(3, description="Rounds, at most")
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


class CampaignSpec(_Section):
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
        "substitution. One of them, or a list: every compound each way, but once where its "
        "charges balance already",
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
        None, description="Compounds chosen by the campaign itself; none if left out"
    )
    categories: CategoryRules = Field(
        default_factory=CategoryRules,
        description="Which FireWorks workers take which steps; no part of the results",
    )
    seed: int = Field(
        0, description="Seed of all sampling; the same seed gives the same structures"
    )

    @field_validator("codoped")
    @classmethod
    def _are_codoped(cls, compounds: Codoped) -> Codoped:
        """Refuse what is no set of different dopants, or is there already."""
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
            If the file is missing, is not YAML, or says something the models forbid.
        """
        try:
            data = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506, a SafeLoader
        except OSError as error:
            msg = f"cannot read the specification {path}: {error.strerror}"
            raise InputError(msg) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            msg = f"{path} is not YAML: {error}"
            raise InputError(msg) from error
        if not isinstance(data, dict):
            msg = f"{path} holds no specification: expected keys such as `name` and `dopants`"
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
            It says something the models forbid; the message names `source`.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise InputError(_explain(source, error)) from error

    def resolved(self, folder: Path) -> "CampaignSpec":
        """Give a copy whose file paths do not depend on the working directory."""
        host, phases = self.host, self.reference_phases
        if host.is_cif:
            crystal = (folder / Path(host.crystal).expanduser()).resolve()
            host = host.model_copy(update={"crystal": str(crystal)})
        if phases.path is not None:
            file = (folder / phases.path.expanduser()).resolve()
            phases = phases.model_copy(update={"path": file})
        engine = self.engine.resolved(folder)
        return self.model_copy(update={"host": host, "reference_phases": phases, "engine": engine})


def _words(dopant: Dopant) -> str:
    """Give a dopant in words, also one of an element that does not exist."""
    return f"{dopant.element}{dopant.valence}+ on {dopant.site}, x={dopant.concentration:g}"


def _check_once(key: str, listed: Sequence[Sequence[str]]) -> None:
    """Refuse what is listed twice."""
    if twice := [" + ".join(each) for i, each in enumerate(listed) if each in listed[:i]]:
        msg = f"listed twice under {key}: {'; '.join(twice)}"
        raise ValueError(msg)


class _Loader(yaml.SafeLoader):
    """Read YAML, but refuse a key given twice: the first would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := [str(key) for i, key in enumerate(keys) if key in keys[:i]]:
            msg = f"given twice: {', '.join(twice)}"
            raise yaml.constructor.ConstructorError(problem=msg, problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def _explain(path: str | Path, error: ValidationError) -> str:
    """Turn pydantic's list of errors into lines that name key, value and mend."""
    lines = [f"{path} is not a valid specification:"]
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "specification"
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = f"unknown key; {_known_keys(item['loc'][:-1])}"
        lines.append(f"  {key}: {message}")
    return "\n".join(lines)


def _known_keys(parents: tuple[int | str, ...]) -> str:
    sections: dict[str, type[BaseModel]] = {
        "host": HostSpec,
        "dopants": DopantSpec,
        "codoped": Dopant,
        "rule": RuleSpec,
        "engine": EngineSpec,
        "reference_phases": ReferenceSpec,
        "screening": Criteria,
        "learning": LearningSpec,
        "explore": ExploreSpec,
        "categories": CategoryRules,
    }
    model = sections.get(str(parents[0]), CampaignSpec) if parents else CampaignSpec
    return "known here: " + ", ".join(sorted(model.model_fields))
