"""Lithium motion in one compound: migration barriers and diffusivity."""

from dataclasses import dataclass

from jobflow import JobConfig, Maker, OnMissing, job
from pymatgen.core import Structure

from analysis.energies.formation import valences_of
from analysis.motion.migration import Migration, jump_distance, migration
from analysis.structures.dopants import Compound
from analysis.structures.host import Host
from analysis.structures.ions import ion_counts, ions_in_order, mixed_elements
from makers.flows.candidates import ParentFailedError, RelaxedCandidates


@dataclass
class MigrationMaker(Maker):
    """Compute how the mobile ion moves in a relaxed compound."""

    name: str = "migration"

    # A failed parent leaves a missing reference: the job still runs and says so.
    @job(output_schema=Migration, config=JobConfig(on_missing_references=OnMissing.NONE))
    def make(self, host: Host, compound: Compound, relaxed: RelaxedCandidates | None) -> Migration:
        """Find the bond-valence site energy barriers of a relaxed compound.

        Parameters
        ----------
        host
            The undoped electrolyte; its crystallographic sites give the length of a jump.
        compound
            Dopants and compensation; no dopants for the undoped host. It knows the valences that
            a relaxed crystal no longer carries.
        relaxed
            The relaxed compound.
        """
        if relaxed is None:
            msg = "the relaxation of this compound failed; see its own error"
            raise ParentFailedError(msg)
        crystal = relaxed.relaxation.structure.copy()
        if mixed_elements(host):
            ions = ions_in_order(crystal, ion_counts(host, compound))
            crystal = Structure(crystal.lattice, ions, crystal.frac_coords)
        else:
            crystal.add_oxidation_state_by_element(valences_of(host.counts, compound.dopants))
        return migration(crystal, jump_distance=jump_distance(host), mobile=host.mobile)
