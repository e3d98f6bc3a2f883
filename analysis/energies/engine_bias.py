"""The one-sided error of an engine on dissolving a dopant: the correction and its uncertainty.

A force field makes oxides and doped garnets too stable more often than not. On exchanging binary
oxides, per dopant atom,

    error = shift of all elements + shift of the site + what is left

The first is the mean over elements of the errors of ternary oxides, as a random effect weighs them
(R. DerSimonian and N. Laird, Control. Clin. Trials 7, 177 (1986)). The second is the
additional error of doped garnets, by the replaced host ion, shrunk by the same ratio of variances.
Both are subtracted only if that lowers the error of elements left out, in oxides and in garnets
(`lowers_errors`); otherwise the energy stays, and its uncertainty grows upwards. An element's mean
error is not subtracted: that would lower the error of its other oxides but raise that of garnets
(docs/uncertainty.md). It is in the spread.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, Field
from pymatgen.core import Composition

from analysis.energies.engine_errors import (
    EngineError,
    engine_error,
    pooled,
    shipped_error_table,
)

#: A site needs this many doped hosts for a separate shift: one shows only its own error.
FEWEST: Final = 2

# The garnets among the samples fill one of these sites with another element altogether.
_REPLACEABLE: Final = ("La", "Zr")


class ExchangeError(NamedTuple):
    """An engine's error on exchanging binary oxides.

    Attributes
    ----------
    element
        The dopant element.
    error
        Engine minus reference, eV per atom of the element: negative where the engine has the oxide
        too stable.
    site
        Name of the host ion that it replaces; empty for an oxide that is not a doped host.
    """

    element: str
    error: float
    site: str = ""


class MeasuredErrors(NamedTuple):
    """The errors of an engine: `formulas` of the ternary oxides, `oxides` in the same order."""

    formulas: tuple[str, ...]
    oxides: tuple[ExchangeError, ...]
    garnets: tuple[ExchangeError, ...]


class EngineBias(BaseModel, frozen=True, extra="forbid"):
    """The known one-sided error of an engine, eV per dopant atom."""

    mean: float = Field(
        description="The error of all elements; negative where the engine has oxides too stable"
    )
    applied: bool = Field(
        description="True if subtracting the bias lowers the errors of elements left out"
    )
    spread: EngineError = Field(description="The error that is left, by element")
    sites: dict[str, float] = Field(
        default_factory=dict,
        description="Additional error of doped hosts beyond `mean`, by the replaced host ion",
    )
    structure: float = Field(
        0.0, description="Remaining error of doped hosts beyond `spread`, on a site of `sites`"
    )
    elsewhere: float = Field(
        0.0, description="The same on a site with too few measured doped hosts"
    )

    def of(self, site: str) -> float:
        """Return the expected error of a dopant on a site, eV per dopant atom."""
        return self.mean + self.sites.get(site, 0.0)

    def correction(self, site: str) -> float:
        """Return the correction to the energy of a dopant on a site, eV per dopant atom."""
        return -self.of(site) if self.applied else 0.0

    def one_sided(self, site: str) -> float:
        """Return how much higher the energy may be because of an uncorrected bias, eV."""
        return 0.0 if self.applied else max(0.0, -self.of(site))

    def error(self, element: str, site: str) -> float:
        """Return the standard uncertainty that is left, eV per dopant atom."""
        structure = self.structure if site in self.sites else self.elsewhere
        return math.hypot(self.spread.of(element), structure)


@lru_cache(maxsize=8)
def find_bias(engine: str, version: str | None = None) -> EngineBias | None:
    """Look up the bias of an engine in the tables that ship with the project.

    Parameters
    ----------
    engine, version
        As for `analysis.energies.engine_errors.find_error`.
    """
    table = shipped_error_table(engine, version)
    return engine_bias(table) if table else None


def engine_bias(table: Mapping[str, Any]) -> EngineBias:
    """Fit the bias of an engine to its table; zero where no doped hosts were measured."""
    _, oxides, garnets = measured_errors(table)
    if oxides and garnets:
        return fit(oxides, garnets)
    return EngineBias(mean=0.0, applied=False, spread=engine_error(table))


def measured_errors(table: Mapping[str, Any]) -> MeasuredErrors:
    """Read the errors of ternary oxides and of doped garnets; empty where none were measured."""
    oxides = table.get("samples", ())
    return MeasuredErrors(
        formulas=tuple(formula for formula, *_ in oxides),
        oxides=tuple(ExchangeError(element, error) for _, element, _, error in oxides),
        garnets=tuple(
            ExchangeError(element, error, replaced_ion(formula))
            for formula, element, _, error in table.get("garnets") or ()
        ),
    )


def replaced_ion(formula: str) -> str:
    """Name the host ion of LLZO that a garnet lacks: Zr for Li5La3Ta2O12."""
    present = Composition(formula)
    return next((site for site in _REPLACEABLE if site not in present), "Li")


def fit(oxides: Sequence[ExchangeError], garnets: Sequence[ExchangeError]) -> EngineBias:
    """Fit the bias of an engine to its errors.

    Parameters
    ----------
    oxides, garnets
        Errors of ternary oxides and of doped hosts, of several elements.
    """
    mean, sites = _shifts(oxides, garnets)
    spread = _spread([each.error - mean for each in oxides], [each.element for each in oxides])
    _, left = leave_one_element_out(oxides, garnets)
    plain = [each._replace(error=each.error - mean) for each in garnets]
    return EngineBias(
        mean=mean,
        applied=lowers_errors(oxides, garnets),
        spread=spread,
        sites=sites,
        structure=_structure(left, spread),
        elsewhere=_structure(plain, spread),
    )


def leave_one_element_out(
    oxides: Sequence[ExchangeError], garnets: Sequence[ExchangeError]
) -> tuple[list[ExchangeError], list[ExchangeError]]:
    """Return each error minus the bias of all other elements.

    Parameters
    ----------
    oxides, garnets
        Errors of ternary oxides and of doped hosts; the remainders are in the same order.
    """
    shifts = {
        element: _shifts(*(_without(element, each) for each in (oxides, garnets)))
        for element in {each.element for each in (*oxides, *garnets)}
    }

    def remainder(each: ExchangeError) -> ExchangeError:
        mean, sites = shifts[each.element]
        return each._replace(error=each.error - mean - sites.get(each.site, 0.0))

    return [remainder(each) for each in oxides], [remainder(each) for each in garnets]


def lowers_errors(oxides: Sequence[ExchangeError], garnets: Sequence[ExchangeError]) -> bool:
    """Return True if subtracting the bias lowers errors of elements left out, in both sets."""
    left = leave_one_element_out(oxides, garnets)
    return all(
        root_mean_square(after) < root_mean_square(before)
        for before, after in zip((oxides, garnets), left, strict=True)
    )


def root_mean_square(errors: Sequence[ExchangeError]) -> float:
    """Return the root mean square of errors about zero, eV per dopant atom."""
    return _rms([each.error for each in errors])


def _rms(values: Sequence[float]) -> float:
    return math.sqrt(sum(value**2 for value in values) / len(values))


def _without(element: str, errors: Sequence[ExchangeError]) -> list[ExchangeError]:
    return [each for each in errors if each.element != element]


def _shifts(
    oxides: Sequence[ExchangeError], garnets: Sequence[ExchangeError]
) -> tuple[float, dict[str, float]]:
    """Return the mean error of elements, and the addition for each site of doped hosts."""
    groups: dict[str, list[float]] = defaultdict(list)
    for each in oxides:
        groups[each.element].append(each.error)
    mean, ratio = random_effect(list(groups.values()))
    beyond: dict[str, list[float]] = defaultdict(list)
    for each in garnets:
        beyond[each.site].append(each.error - mean)
    return mean, {
        site: sum(errors) / (len(errors) + ratio)
        for site, errors in beyond.items()
        if len(errors) >= FEWEST
    }


def random_effect(groups: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the mean of groups that differ by more than their scatter, and a ratio of variances.

    Parameters
    ----------
    groups
        Values of each group; two groups or more, one of them with several values.

    Returns
    -------
    tuple
        The mean, and the variance within groups divided by that between them: so many values of a
        group weigh as much as all that is known of other groups. Infinite for groups that differ
        by no more than their scatter.
    """
    sizes = [len(group) for group in groups]
    total, means = sum(sizes), [sum(group) / len(group) for group in groups]
    grand = sum(sum(group) for group in groups) / total
    within = sum(
        (value - mean) ** 2 for group, mean in zip(groups, means, strict=True) for value in group
    ) / (total - len(groups))
    mean_square = sum(
        size * (mean - grand) ** 2 for size, mean in zip(sizes, means, strict=True)
    ) / (len(groups) - 1)
    typical_size = (total - sum(size**2 for size in sizes) / total) / (len(groups) - 1)
    between = (mean_square - within) / typical_size
    if between <= 0:
        return grand, math.inf
    weights = [1 / (between + within / size) for size in sizes]
    weighted = sum(weight * mean for weight, mean in zip(weights, means, strict=True))
    return weighted / sum(weights), within / between


def _spread(errors: Sequence[float], elements: Sequence[str]) -> EngineError:
    """Pool the remaining errors, those of each element with those of all."""
    overall = {"n": len(errors), "rms": _rms(errors)}
    own: dict[str, list[float]] = defaultdict(list)
    for element, error in zip(elements, errors, strict=True):
        own[element].append(error)
    return EngineError(
        overall=overall["rms"],
        elements={
            element: pooled({"n": len(each), "rms": _rms(each)}, overall)
            for element, each in own.items()
        },
        forces=0.0,
    )


def _structure(garnets: Sequence[ExchangeError], spread: EngineError) -> float:
    """Return the error of doped hosts beyond that of oxides, eV per dopant atom."""
    found = root_mean_square(garnets) ** 2
    expected = sum(spread.of(each.element) ** 2 for each in garnets) / len(garnets)
    return math.sqrt(max(0.0, found - expected))
