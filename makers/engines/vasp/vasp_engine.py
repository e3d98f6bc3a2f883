"""VASP as an engine of the registry, light to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from makers.engines.engine import Engine, EngineSettings
from makers.engines.vasp.vasp_settings import NEUTRAL_INCAR, VASP_NAME, VaspSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobflow import Maker


class VaspEngine(Engine):
    """VASP under custodian, with the Materials Project's settings."""

    name = VASP_NAME
    settings_class = VaspSettings
    is_force_field = False

    def maker(self, settings: EngineSettings) -> Maker:
        """Return the Maker of a VASP relaxation."""
        from makers.engines.vasp.vasp_relax import VaspRelaxMaker

        return VaspRelaxMaker.from_settings(VaspSettings(**settings.model_dump()))

    def knows(self, element: str) -> bool:
        """Return True if the Materials Project's input set has a potential for the element."""
        from pymatgen.io.vasp.sets import MPRelaxSet

        return element in MPRelaxSet.CONFIG["POTCAR"]

    def require_installed(self) -> None:
        """Do nothing: jobs run where VASP is installed, and `checks` looks there."""

    def installation(self) -> str:
        """Name the source of VASP; `checks` looks at its commands and potentials."""
        return "VASP, as atomate2 is configured to start it"

    def require_scheme(self, settings: EngineSettings, elements: Iterable[str]) -> None:
        """Refuse INCAR tags and potentials that the Materials Project's corrections do not fit."""
        from makers.engines.vasp.vasp_inputs import input_set
        from makers.engines.vasp.vasp_scheme import require_corrected

        checked = VaspSettings(**settings.model_dump())
        if not checked.incar.keys() <= NEUTRAL_INCAR:
            require_corrected(input_set(checked), elements)

    def require_machine(self) -> None:
        """Refuse settings of atomate2 that would lose a run or change its energy."""
        from makers.engines.vasp.atomate2_settings import require_settings

        require_settings()

    def doubtful_valences(
        self, settings: EngineSettings, ions: Iterable[tuple[str, float]]
    ) -> list[str]:
        """Name the ions whose potential fixes another valence by its f electrons."""
        from makers.engines.vasp.vasp_inputs import input_set
        from makers.engines.vasp.vasp_scheme import contradicted_valences

        checked = VaspSettings(**settings.model_dump())
        return list(contradicted_valences(input_set(checked), ions))

    def checks(
        self,
        settings: EngineSettings,
        elements: Iterable[str],
        ions: Iterable[tuple[str, float]],
        *,
        find_program: Callable[[str], bool | None],
    ) -> Mapping[str, Callable[[], str]]:
        """Check potentials and who reads them, valences, atomate2's settings, VASP's commands."""
        from makers.engines.vasp.vasp_checks import (
            check_potcars,
            check_settings,
            check_valences,
        )
        from makers.engines.vasp.vasp_inputs import input_set
        from makers.engines.vasp.vasp_programs import check_command, check_licence

        checked = VaspSettings(**settings.model_dump())
        return {
            "POTCARs": lambda: check_potcars(input_set(checked), elements),
            "valences": lambda: check_valences(self.doubtful_valences(checked, ions)),
            "atomate2": check_settings,
            "VASP command": lambda: check_command(find_program),
            "licence": check_licence,
        }
