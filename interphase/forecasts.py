"""Predictions of compounds that may never have been computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workflows.base.settings import load_settings
from workflows.learning.asked_predictions import predict_asked
from workflows.storage.campaign_location import find_place, open_place, the_campaign


def predict(
    folder: str | Path,
    element: str,
    valence: int,
    site: str,
    *,
    concentration: float | None = None,
) -> dict[str, Any]:
    """Predict one compound from a campaign's last training.

    Parameters
    ----------
    folder
        The campaign's folder; `interphase learn` or the campaign itself has trained there.
    element, valence, site
        The dopant, and the host ion that it replaces.
    concentration
        Atoms per formula unit of the host; that of the training if not given.

    Returns
    -------
    dict
        `reaction_energy` in eV per formula unit with its interval, `probability` of being no worse
        than the host, `notes` on descriptors that are missing or outside the data, and what was
        `computed`, if it was.

    Raises
    ------
    InputError
        There is no training, or no such element, valence or site.

    Examples
    --------
    >>> import interphase
    >>> predicted = interphase.predict("runs/learner", "Al", 3, "Li")
    >>> predicted["element"], predicted["site"]
    ('Al', 'Li')
    """
    settings = load_settings()
    place = find_place(Path(folder), None, settings)
    with open_place(place, settings) as database:
        name = the_campaign(database, place)
        return predict_asked(database, name, (element, valence, site, concentration)).record
