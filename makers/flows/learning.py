"""One training of a campaign, from the compounds that have landed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from jobflow import Maker, job

from analysis.base.fields import Field
from analysis.learning.settings import LearningSettings, Questions
from analysis.learning.training.training import Training, train
from analysis.results.result import CompoundResult


@dataclass
class LearnMaker(Maker):
    """Learn from a campaign, and predict what it computes next."""

    name: str = "learning"

    @job(output_schema=Training)
    def make(
        self,
        compounds: dict[str, CompoundResult],
        settings: LearningSettings,
        questions: Questions,
        *,
        earlier: Training | None,
    ) -> Training:
        """Learn from compounds that have landed.

        Parameters
        ----------
        compounds
            Their results, by the uuid of their job.
        settings
            What is learnt, and how.
        questions
            What is predicted, and chosen.
        earlier
            The training before this one, whose predictions are compared with the compounds; None
            for the first.
        """
        documents = [
            {
                **{name: getattr(result, name) for name in CompoundResult.model_fields},
                Field.DOPANTS.value: [dopant.model_dump() for dopant in result.dopants],
                Field.JOB_UUID.value: uuid,
            }
            for uuid, result in compounds.items()
        ]
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return train(documents, settings, questions, at=now, earlier=earlier)
