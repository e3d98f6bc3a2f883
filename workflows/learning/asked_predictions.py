"""Predictions of single compounds, with computed values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.base.value_messages import message_of
from analysis.structures.dopants import Dopant, require_valence
from workflows.learning.predicted_solubility import NOTHING, predicted_solubility, read_undoped
from workflows.learning.training_documents import last_training

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workflows.storage.database import Database

    Record = dict[str, Any]
    Document = Mapping[str, Any]


_COMPUTED = (Field.REACTION_ENERGY, Field.RELATION, Field.JOB_UUID, Field.SOLUBILITY)
_COMPOUND = (Field.DOPANT, Field.VALENCE, Field.SITE, Field.CONCENTRATION)
#: A concentration written with three decimals (0.333 for 1/3) is the cell's.
_DECIMALS = 3


class AskedPrediction(NamedTuple):
    """One prediction, and its training.

    Attributes
    ----------
    record
        The prediction, and computed values of the compound.
    training
        When it was trained (`trained`), and its model.
    host_energy
        Reaction energy of the undoped host, eV per formula unit.
    """

    record: Record
    training: Document
    host_energy: float


def predict_asked(
    database: Database, campaign: str, asked: tuple[str, int, str, float | None]
) -> AskedPrediction:
    """Predict one compound from the last training of a campaign, and find computed values.

    Parameters
    ----------
    database
        The campaign's database.
    campaign
        Name of the campaign.
    asked
        Element, valence, site, and x; that of the training where x is None.

    Raises
    ------
    InputError
        There is no training, or no such element, valence, site or x.
    """
    stored = last_training(database, campaign, {"learnt.model": 1, "table": 1, "trained": 1})
    row = stored["learnt"]["model"]["rows"][0]
    sites = sorted({each["site"] for each in stored["table"]})
    dopant = _checked(asked, sites, row[Field.CONCENTRATION])
    record = _in_table(stored["table"], dopant) or _by_model(stored, dopant)
    record |= _of_compound(record, _read_computed(database, campaign, record["element"]))
    record |= predicted_solubility(read_undoped(database, campaign), record)
    return AskedPrediction(record, stored, row[Field.REACTION_ENERGY_HOST])


def _key(record: Document, *names: str) -> tuple[Any, ...]:
    """Give what all records of one compound share; `names` are those of its four fields."""
    *others, concentration = (record[name] for name in names)
    return (*others, round(concentration, _DECIMALS))


def _read_computed(
    database: Database, campaign: str, element: str | None = None
) -> dict[tuple[Any, ...], Document]:
    """Read what was computed, of one element or all; of several ways the balanced one counts."""
    fields = (*_COMPUTED, *_COMPOUND, Field.COMPENSATION)
    found = database.results.find(
        {"campaign": campaign, Field.DOPANT: element or {"$ne": None}},
        {**dict.fromkeys(fields, 1), "_id": 0},
    )
    ways = sorted(found, key=lambda each: each.get(Field.COMPENSATION) == "lithium")
    return {_key(each, *_COMPOUND): each for each in ways}


def _of_compound(record: Document, computed: Mapping[tuple[Any, ...], Document]) -> Record:
    """Return a compound's `computed_energy`, `_label`, `_uuid` and `_solubility`."""
    best = computed.get(_key(record, *Dopant.model_fields), {})
    names = ("computed_energy", "computed_label", "computed_uuid", "computed_solubility")
    return {name: best.get(field) for name, field in zip(names, _COMPUTED, strict=True)}


def predict_everything(
    database: Database, campaign: str, table: Sequence[Document]
) -> list[Record]:
    """Return a training's predictions, each with what was computed.

    Where nothing was computed, the free energy of dissolution is predicted too, in 40 ms.
    """
    undoped, computed = read_undoped(database, campaign), _read_computed(database, campaign)
    found = [{**row, **_of_compound(row, computed)} for row in table]
    return [
        row | (dict(NOTHING) if row["computed_uuid"] else predicted_solubility(undoped, row))
        for row in found
    ]


def _in_table(table: Sequence[Document], dopant: Dopant) -> Record | None:
    """Find the prediction that the training made: no model has to be loaded for it."""
    asked = dopant.model_dump(mode="json")
    return next((dict(row) for row in table if asked.items() <= row.items()), None)


def _by_model(stored: Document, dopant: Dopant) -> Record:
    """Predict with the training's model."""
    from analysis.learning.prediction.model_document import from_document
    from analysis.learning.training.training import prediction_record

    (prediction,) = from_document(stored["learnt"]["model"]).predict([dopant])
    return prediction_record(prediction)


def _checked(
    asked: tuple[str, int, str, float | None], sites: Sequence[str], concentration: float
) -> Dopant:
    """Check the request.

    Raises
    ------
    InputError
        There is no such element, valence, site or x.
    """
    element, valence, site, x = asked
    require_valence(element, valence, anion=False)
    if site not in sites:
        msg = f"unknown site {site!r}: the host's sites are {', '.join(sites)}"
        raise InputError(msg)
    try:
        return Dopant(
            element=element,
            valence=valence,
            site=site,
            concentration=concentration if x is None else x,
        )
    except ValidationError as error:
        msg = f"--x: {message_of(error.errors()[0])}"
        raise InputError(msg) from error
