"""VASP as an engine of the registry, light to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from makers.engines.engine import Engine, EngineSettings
from makers.engines.vasp.vasp_settings import VASP_NAME, VaspSettings

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

    def checks(
        self, settings: EngineSettings, elements: Iterable[str], *, job_script_sets_up: bool
    ) -> Mapping[str, Callable[[], str]]:
        """Check the potentials of all elements and the commands that start VASP."""
        from makers.engines.vasp.vasp_checks import check_command, check_potcars
        from makers.engines.vasp.vasp_inputs import input_set

        checked = VaspSettings(**settings.model_dump())
        return {
            "POTCARs": lambda: check_potcars(input_set(checked), elements),
            "VASP command": lambda: check_command(job_script_sets_up=job_script_sets_up),
        }
