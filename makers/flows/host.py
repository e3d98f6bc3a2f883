"""The host: arrange its mobile ions, relax the lowest arrangements, keep the lowest."""

from dataclasses import dataclass

from jobflow import Maker, Response, job

from analysis.structures.host import Host
from analysis.structures.ordering import arrange_host
from makers.flows.candidates import relax_all


@dataclass
class ArrangeMaker(Maker):
    """Arrange the ions of a partially occupied host by their electrostatic energy."""

    relax_maker: Maker
    name: str = "arrange"

    @job
    def make(
        self, host: Host, *, arrangements: int, minimum_distance: float, seed: int
    ) -> Response:
        """Sample arrangements and relax the lowest.

        Parameters
        ----------
        host
            The host with its partially occupied sites.
        arrangements
            How many of the lowest arrangements are relaxed.
        minimum_distance
            Mobile ions are never placed closer than this, in Å.
        seed
            The same seed gives the same arrangements.
        """
        found = arrange_host(
            host, number=arrangements, seed=seed, minimum_distance=minimum_distance
        )
        return relax_all(found, self.relax_maker)
