"""Predictions of compounds that may never have been computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workflows.learning.asked_predictions import predict_asked
from workflows.results.result_folder import place_in
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign


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
        The campaign's folder, where `interphase learn` or the campaign itself has trained; a
        folder of results; or the name of a shipped one, ``"llzo"``.
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
    place = place_in(folder)
    with open_results(place) as database:
        name = the_campaign(database, place)
        return predict_asked(database, name, (element, valence, site, concentration)).record
