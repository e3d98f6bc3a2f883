"""Any force field with weights of the user, as an engine of the registry, light to import."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from makers.engines.engine import Engine, EngineSettings
from makers.engines.mlff.mlff_settings import MLFF_NAME, MlffSettings
from makers.engines.weights import require_weights, weights_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobflow import Maker


class MlffEngine(Engine):
    """A force field of atomate2's list, or any calculator of ASE, with weights from a file."""

    name = MLFF_NAME
    settings_class = MlffSettings

    def maker(self, settings: EngineSettings) -> Maker:
        """Return the Maker of its relaxation, for the weights that are in the file now."""
        from makers.engines.mlff.mlff_relax import MlffRelaxMaker

        checked = _checked(settings)
        return MlffRelaxMaker(
            name=f"relax ({checked.force_field})",
            force_field_name=checked.force_field,
            calculator_kwargs={**checked.arguments, checked.takes_weights: str(checked.weights)},
            weights_path=str(checked.weights),
            weights_sha256=_hash(checked),
            **checked.model_dump(mode="json", include=_PASSED),
        )

    def knows(self, element: str) -> bool:
        """Return True: the settings say which elements it knows."""
        return True

    def unknown(self, settings: EngineSettings, elements: Iterable[str]) -> list[str]:
        """List those of `elements` that the settings do not."""
        return sorted(set(elements) - set(_checked(settings).elements))

    def seconds(self, settings: EngineSettings) -> float | None:
        """Return the cost that the settings state."""
        return _checked(settings).core_seconds

    def require_installed(self) -> None:
        """Do nothing: the settings say which package is needed, and `maker` looks for it."""

    def installation(self) -> str:
        """Say where it comes from: `checks` looks at package and weights."""
        return "force fields of atomate2 or ASE, with weights that settings name"

    def checks(
        self,
        settings: EngineSettings,
        elements: Iterable[str],
        ions: Iterable[tuple[str, float]],
        *,
        find_program: Callable[[str], bool | None],
    ) -> Mapping[str, Callable[[], str]]:
        """Check package and weights."""
        checked = _checked(settings)
        return {"weights": lambda: f"{checked.force_field}, SHA-256 {_hash(checked)}"}


_PASSED = {
    *("force_threshold", "steps", "optimizer", "force_field", "functional", "plus_u"),
    *("corrections", "cutoff"),
}


def _checked(settings: EngineSettings) -> MlffSettings:
    return MlffSettings(**settings.model_dump())


def _hash(settings: MlffSettings) -> str:
    """Return the hash of the weights.

    Raises
    ------
    InputError
        The package is not installed, or the weights are missing or not those stated.
    """
    if find_spec(settings.module) is None:
        msg = f"{settings.force_field} is not installed: {settings.install}."
        raise InputError(msg)
    if settings.sha256 is None:
        return weights_hash(settings.weights)
    fix = "name the right file, or the hash of this one"
    return require_weights(settings.weights, settings.sha256, fix=fix)
