"""Share of an engine's errors within its uncertainty, and what a second engine's word adds.

Both leave out the element whose errors they predict. docs/engines.md has the numbers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analysis.base.fields import Dissolution
from analysis.base.probabilities import ProbabilityLimits, word_for
from analysis.energies.engine_bias import EngineBias, ExchangeError, fit, measured_errors
from analysis.energies.engine_errors import shipped_error_table
from studies.validation.dissolution_reliability import Forecast


class Coverage(NamedTuple):
    """How many of the errors of an engine lie within its uncertainty.

    Attributes
    ----------
    number
        All errors.
    within_one, within_two
        Shares within one and two standard uncertainties.
    rms
        Root mean square of error over uncertainty: 1 is perfect.
    """

    number: int
    within_one: float
    within_two: float
    rms: float


class Shared(NamedTuple):
    """Words of two engines on the oxides that the better one has decided.

    Attributes
    ----------
    decided, right
        How many the better engine decided, and how many of these rightly.
    agreed, agreed_right
        The same where the other engine says the same.
    contradicted
        How many the other engine decided the other way.
    """

    decided: int
    right: int
    agreed: int
    agreed_right: int
    contradicted: int


def coverage(engine: str, version: str | None = None) -> dict[str, Coverage]:
    """Return the coverage of ``oxides`` and ``garnets``, each error by the other elements alone.

    Parameters
    ----------
    engine, version
        An engine whose errors ship with the project; the version may be left out if there is one.
    """
    _, oxides, garnets = measured_errors(shipped_error_table(engine, version))
    biases = {
        element: fit(*([e for e in part if e.element != element] for part in (oxides, garnets)))
        for element in {each.element for each in (*oxides, *garnets)}
    }
    return {
        name: covered([_reduced(each, biases[each.element]) for each in part])
        for name, part in (("oxides", oxides), ("garnets", garnets))
    }


def covered(reduced: Sequence[float]) -> Coverage:
    """Summarise errors that are divided by their uncertainty."""
    number = len(reduced)
    one, two = (sum(abs(value) <= limit for value in reduced) / number for limit in (1, 2))
    return Coverage(number, one, two, (sum(value**2 for value in reduced) / number) ** 0.5)


def shared_words(
    better: Iterable[Forecast], other: Iterable[Forecast], limits: ProbabilityLimits
) -> Shared:
    """Compare the words of two engines on ternary oxides whose stability the table knows.

    Parameters
    ----------
    better, other
        What the engines' errors let expect of each oxide.
    limits
        From which probabilities on a word is decided.
    """
    second = {each.formula: each.probability for each in other}
    found = Counter[str]()
    for each in better:
        word = word_for(each.probability, Dissolution, limits)
        if word is Dissolution.UNDECIDED or each.formula not in second:
            continue
        also = word_for(second[each.formula], Dissolution, limits)
        right = each.stable is (word is Dissolution.DISSOLVES)
        found["decided"] += 1
        found["right"] += right
        found["agreed"] += also is word
        found["agreed_right"] += also is word and right
        found["contradicted"] += also not in {word, Dissolution.UNDECIDED}
    return Shared(**{name: found[name] for name in Shared._fields})


def _reduced(each: ExchangeError, bias: EngineBias) -> float:
    """Divide what the correction leaves of an error by its uncertainty."""
    uncertainty = bias.error(each.element, each.site) if each.site else bias.spread.overall
    return (each.error + bias.correction(each.site)) / uncertainty
