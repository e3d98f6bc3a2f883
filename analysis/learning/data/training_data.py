"""The training data: compounds that have landed, with their descriptors.

Every document that is left out is named with the reason, and so is every descriptor that is missing
or replaced by a substitute.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from pymatgen.core import Composition, Structure

from analysis.base.compound_names import dopant_text, dopants_text
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.descriptors.coordination import coordination_number
from analysis.descriptors.descriptor import Descriptor
from analysis.descriptors.descriptor_values import Description, describe
from analysis.learning.data.table_effect import table_effect
from analysis.learning.settings import Population
from analysis.structures.dopants import Dopant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analysis.energies.phases import ReferencePhases
    from analysis.learning.settings import HostChemistry

    Document = Mapping[str, Any]

#: What a row keeps of its document.
ROW_FIELDS = (
    Field.DOPANT,
    Field.VALENCE,
    Field.SITE,
    Field.CONCENTRATION,
    Field.COMPENSATION,
    Field.REACTION_ENERGY,
    Field.REACTION_ENERGY_HOST,
    Field.REACTION_ENERGY_UNCERTAINTY,
    Field.RELATION,
    Field.REDUCTION_MARGIN,
    Field.JOB_UUID,
)
#: The column that is added to them: T of `analysis.learning.data.table_effect`, eV per dopant.
TABLE_EFFECT = "table_effect"
COLUMNS = (*(str(field) for field in ROW_FIELDS), TABLE_EFFECT)


class LeftOutRow(NamedTuple):
    """A document that is left out, and why."""

    name: str
    reason: str


class Remark(NamedTuple):
    """A descriptor of one compound that is missing or replaced by a substitute."""

    name: str
    descriptor: Descriptor
    text: str
    is_missing: bool


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Compounds and their descriptors, in a fixed order.

    Attributes
    ----------
    rows
        One compound each: element, valence, site, x and what was computed, by the names of
        `analysis.base.fields`, and the table effect.
    descriptors
        [N, 15] the descriptors of the same compounds, NaN where missing.
    left_out
        Documents that are not among the rows.
    remarks
        Missing descriptors and substitutes, by compound.
    """

    rows: pd.DataFrame
    descriptors: pd.DataFrame
    left_out: tuple[LeftOutRow, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def snapshot(self) -> str:
        """SHA-256 (hex) of all rows and descriptor values: the same data, the same digest."""
        content = [self.rows.to_json(orient="split"), *self._values()]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def _values(self) -> list[Any]:
        names = [str(name) for name in self.descriptors.columns]
        # repr keeps every digit of a float; to_json would round.
        return [names, [[repr(float(v)) for v in row] for row in self.descriptors.to_numpy()]]

    @property
    def names(self) -> list[str]:
        """Each row in words: "Al3+ on Li, x=0.25"."""
        fields = (Field.DOPANT, Field.VALENCE, Field.SITE, Field.CONCENTRATION)
        return [
            dopant_text(*values)
            for values in self.rows[list(fields)].itertuples(index=False, name=None)
        ]


def training_data(
    documents: Iterable[Document],
    host: HostChemistry,
    *,
    phases: ReferencePhases | None = None,
    concentration: float | None = None,
    population: Population = Population.PASSING,
) -> TrainingData:
    """Gather the compounds of a campaign that have landed, with their descriptors.

    Parameters
    ----------
    documents
        Result documents, in any order; the undoped host's is skipped. `structure` is a
        pymatgen dictionary or Structure.
    host
        The undoped host and the electrode.
    phases
        Reference phases of the oxides and the reactions; the project's own table if not given.
    concentration
        Compounds of this x alone, so that no dopant counts twice; the commonest one if not given.
    population
        Whether to include compounds beyond the filter of the defect energy.

    Raises
    ------
    InputError
        No document can be learnt from; the message gives the commonest reason.
    """
    doped = [document for document in documents if document.get(Field.DOPANTS)]
    chosen = concentration if concentration is not None else _commonest_concentration(doped)
    kept, left_out = [], []
    for document in doped:
        reason = _why_not(document, concentration=chosen, population=population)
        try:
            if reason is None:
                effect = _table_effect(document, host, phases)
                kept.append({**document, TABLE_EFFECT: effect})
                continue
        except InputError as error:
            reason = f"no table estimate: {error}"
        left_out.append(LeftOutRow(_name(document), str(reason)))
    if not kept:
        raise InputError(_nothing_kept(left_out))
    kept.sort(key=_order)
    described = [_describe(document, phases) for document in kept]
    return _assemble(kept, described, left_out)


def _assemble(
    documents: Sequence[Document], described: Sequence[Description], left_out: Sequence[LeftOutRow]
) -> TrainingData:
    rows = [{name: document.get(name) for name in COLUMNS} for document in documents]
    values = [[each.numbers[descriptor] for descriptor in Descriptor] for each in described]
    return TrainingData(
        rows=pd.DataFrame(rows, columns=list(COLUMNS)),
        descriptors=pd.DataFrame(values, columns=[str(each) for each in Descriptor], dtype=float),
        left_out=tuple(sorted(left_out)),
        remarks=tuple(
            remark
            for document, each in zip(documents, described, strict=True)
            for remark in _remarks(_name(document), each)
        ),
    )


def _table_effect(document: Document, host: HostChemistry, phases: ReferencePhases | None) -> float:
    names = ("valence", "site", "concentration")
    dopant = Dopant(element=document[Field.DOPANT], **{name: document[name] for name in names})
    return table_effect(dopant, host, compensated=is_compensated(document), phases=phases)


def is_compensated(document: Document) -> bool:
    """Return True if mobile ions balance the dopant's charge."""
    return bool(document.get(Field.COMPENSATION) != "none")


def _remarks(name: str, found: Description) -> list[Remark]:
    missing = [Remark(name, each, text, is_missing=True) for each, text in found.missing.items()]
    flags = [Remark(name, each, text, is_missing=False) for each, text in found.flags.items()]
    return missing + flags


def _describe(document: Document, phases: ReferencePhases | None) -> Description:
    element, valence = document[Field.DOPANT], document[Field.VALENCE]
    if document.get(Field.STRUCTURE) is None:
        reason = "the document has no relaxed cell"
        return describe(element, valence, None, phases=phases, coordination_flag=reason)
    try:
        coordination = _coordination(document)
    except InputError as error:
        return describe(element, valence, None, phases=phases, coordination_flag=str(error))
    return describe(element, valence, coordination, phases=phases)


def _coordination(document: Document) -> float:
    """Return the dopant's coordination number in the relaxed cell, for a host ion by its count."""
    structure = document[Field.STRUCTURE]
    if not isinstance(structure, Structure):
        structure = Structure.from_dict(structure)
    per_unit = Composition(document[Field.FORMULA]).num_atoms
    count = round(document[Field.CONCENTRATION] * len(structure) / per_unit)
    return coordination_number(structure, document[Field.DOPANT], count=count)


def _why_not(document: Document, *, concentration: float, population: Population) -> str | None:
    if document.get(Field.DOPANT) is None:
        return "several dopants: the descriptors are those of one"
    if document[Field.VALENCE] < 0:
        return "an anion: the descriptors are those of cations"
    if document.get(Field.REACTION_ENERGY) is None:
        return "no reaction energy"
    if population is Population.PASSING and document.get(Field.PASSES_FILTER) is False:
        return "beyond the filter of the defect energy"
    if abs(document[Field.CONCENTRATION] - concentration) > CONCENTRATION_TOLERANCE:
        return f"x is not {concentration:g}"
    return None


#: A concentration written with three decimals (0.333 for 1/3) is the cell's.
CONCENTRATION_TOLERANCE = 5e-4


def _commonest_concentration(documents: Sequence[Document]) -> float:
    counts = Counter(
        round(document[Field.CONCENTRATION], 3)
        for document in documents
        if document.get(Field.CONCENTRATION) is not None
    )
    return max(counts, key=lambda x: (counts[x], -x), default=0.0)


def _order(document: Document) -> tuple[str, int, str, str]:
    return (
        document[Field.DOPANT],
        document[Field.VALENCE],
        document[Field.SITE],
        str(document.get(Field.COMPENSATION)),
    )


def _name(document: Document) -> str:
    return dopants_text(document[Field.DOPANTS], " + ")


def _nothing_kept(left_out: Sequence[LeftOutRow]) -> str:
    if not left_out:
        return "there is no doped compound to learn from: wait until some have landed"
    reason, count = Counter(each.reason for each in left_out).most_common(1)[0]
    return f"none of {len(left_out)} compounds can be learnt from; {count} of them: {reason}"
