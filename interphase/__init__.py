"""Screen the dopants of a solid electrolyte against a reactive electrode, from Python.

This is the public interface for Python. Each part is imported when it is first used:

    import interphase

    plan = interphase.plan("campaigns/demo.yaml")              # what a campaign would compute
    table = interphase.run("campaigns/demo.yaml", "runs/demo")  # relax, react, return a DataFrame
    table = interphase.results("runs/demo", "site=Zr", sort="-reaction_energy")
    cells = interphase.structures("runs/demo", "site=Zr")      # pymatgen structures
    interphase.react("Li7La3Zr2O12").equation                  # any composition

Other modules of the project may change from one version to the next; the names in ``__all__``
change only with a note in CHANGELOG.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.base.errors import InputError
    from interphase.campaigns import plan, read_specification, run
    from interphase.drawing import figure, save_figure
    from interphase.forecasts import predict
    from interphase.reactions import energy_above_hull, react, reference_phases
    from interphase.tables import failures, results, structures

__all__ = [
    "InputError",
    "energy_above_hull",
    "failures",
    "figure",
    "plan",
    "predict",
    "react",
    "read_specification",
    "reference_phases",
    "results",
    "run",
    "save_figure",
    "structures",
]

_HOMES = {
    "InputError": "analysis.base.errors",
    "energy_above_hull": "interphase.reactions",
    "failures": "interphase.tables",
    "figure": "interphase.drawing",
    "plan": "interphase.campaigns",
    "predict": "interphase.forecasts",
    "react": "interphase.reactions",
    "read_specification": "interphase.campaigns",
    "reference_phases": "interphase.reactions",
    "results": "interphase.tables",
    "run": "interphase.campaigns",
    "save_figure": "interphase.drawing",
    "structures": "interphase.tables",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'interphase' has no attribute {name!r}; it has: {', '.join(__all__)}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__]
