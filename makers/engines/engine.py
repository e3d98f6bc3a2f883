"""The interface of an engine: what a campaign needs of a program that relaxes crystals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, PositiveFloat, ValidationError

from analysis.base.checked import CheckedModel
from analysis.base.errors import InputError
from analysis.base.value_messages import message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobflow import Maker


class EngineSettings(CheckedModel):
    """Settings that every engine has."""

    force_threshold: PositiveFloat = Field(
        description="Relaxed when the largest force is at or below this, eV/Å"
    )


class Engine(ABC):
    """An engine that relaxes crystals: its settings, Maker, elements and cost.

    A subclass is light to import: it loads torch, atomate2 or a model inside its methods. It is
    added to `makers.engines.registry.ENGINES`, or by a package's entry point in the group
    ``interphase.engines``; nothing else changes.

    Attributes
    ----------
    name
        As in a specification: lower case.
    settings_class
        The model of its settings.
    is_force_field
        Embedded and cheap: it can prepare crystals for another engine, and `triage` may hand its
        compounds to a better one.
    core_seconds
        Seconds per atom and ionic step on one core; None if it depends on the user's machine.
    packages
        Distributions that its numbers depend on: their versions are stored with every run.
    """

    name: ClassVar[str]
    settings_class: ClassVar[type[EngineSettings]]
    is_force_field: ClassVar[bool] = True
    core_seconds: ClassVar[float | None] = None
    packages: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def maker(self, settings: EngineSettings) -> Maker:
        """Return the Maker that relaxes a crystal with checked settings.

        The Maker's ``make(structure)`` is a job, or a flow, whose output is a
        `makers.schemas.RelaxationDocument`; its ``digest_fields()`` is everything besides the
        structure that determines that document, and its ``scheme`` is that of its energies.
        """

    @abstractmethod
    def knows(self, element: str) -> bool:
        """Return True if the engine can compute crystals with this element."""

    @abstractmethod
    def installation(self) -> str:
        """Describe what is installed: package, model, weights.

        Raises
        ------
        DoubtError
            The engine is optional and not installed; the message has the command that installs it.
        InputError
            The installation is broken.
        """

    @abstractmethod
    def require_installed(self) -> None:
        """Refuse to go on without the engine's package.

        Raises
        ------
        InputError
            It is not installed; the message has the command that installs it.
        """

    def require_scheme(self, settings: EngineSettings, elements: Iterable[str]) -> None:
        """Refuse settings whose energies would be on no known scheme.

        Raises
        ------
        SchemeMismatchError
            The energies could not be corrected.
        """

    def require_machine(self) -> None:
        """Refuse a machine whose settings would lose results or change them.

        Raises
        ------
        InputError
            The message names the setting.
        """

    def doubtful_valences(
        self, settings: EngineSettings, ions: Iterable[tuple[str, float]]
    ) -> list[str]:
        """Name the ions that the engine computes in another valence than the one asked for."""
        return []

    def unknown(self, settings: EngineSettings, elements: Iterable[str]) -> list[str]:
        """List, in alphabetical order, those of `elements` that the engine does not know."""
        return sorted(element for element in set(elements) if not self.knows(element))

    def seconds(self, settings: EngineSettings) -> float | None:
        """Return `core_seconds` with checked settings."""
        return self.core_seconds

    def checks(
        self,
        settings: EngineSettings,
        elements: Iterable[str],
        ions: Iterable[tuple[str, float]],
        *,
        find_program: Callable[[str], bool | None],
    ) -> Mapping[str, Callable[[], str]]:
        """Return further checks of `interphase doctor`, by name.

        Parameters
        ----------
        settings
            Checked settings.
        elements
            All elements that the campaign relaxes.
        ions
            Elements and valences of its dopants.
        find_program
            Whether jobs find a program; None if that cannot be known on this machine, since jobs
            load modules first.
        """
        return {}

    def checked(self, settings: Mapping[str, Any]) -> EngineSettings:
        """Check settings, and fill in defaults.

        Raises
        ------
        InputError
            A setting is unknown or out of range.
        """
        try:
            return self.settings_class.model_validate(dict(settings))
        except ValidationError as error:
            raise InputError(self._explain(error)) from error

    def _explain(self, error: ValidationError) -> str:
        known = ", ".join(self.settings_class.model_fields)
        problems = [
            f"{'.'.join(str(part) for part in problem['loc'])}: {message_of(problem)}"
            for problem in error.errors()
        ]
        return f"Settings of the engine {self.name}: {'; '.join(problems)}. It knows {known}."
