"""A compound: dopants put on the relaxed host, charge balanced, the lowest choices relaxed."""

from dataclasses import dataclass

from jobflow import Maker, Response, job

from analysis.structures.dopants import Compound
from analysis.structures.doping import dope
from analysis.structures.host import Host
from makers.flows.candidates import RelaxedCandidates, relax_all
from makers.schemas import RelaxationDocument


@dataclass
class DopeMaker(Maker):
    """Substitute dopants and balance their charge on the relaxed host."""

    relax_maker: Maker
    name: str = "dope"

    @job
    def make(
        self, host: Host, relaxed: RelaxedCandidates, compound: Compound, *, choices: int, seed: int
    ) -> Response:
        """Sample substituted sites and vacancies and relax the lowest choices.

        Parameters
        ----------
        host
            The host with its partially occupied sites, in the campaign's cell.
        relaxed
            The host's relaxed arrangements; compounds start from the lowest.
        compound
            Dopants and the way their charge is balanced.
        choices
            How many choices of sites and vacancies are relaxed.
        seed
            The same seed gives the same choices.
        """
        undoped = relaxed.relaxation
        arrangements = dope(host, undoped.structure, compound, choices=choices, seed=seed)
        return relax_all(arrangements, _against(self.relax_maker, undoped))


def _against(relax_maker: Maker, host: RelaxationDocument) -> Maker:
    """Let a Maker of two engines hold their disagreement on compounds against that on the host."""
    against = getattr(relax_maker, "against", None)
    return relax_maker if against is None else against(host)
