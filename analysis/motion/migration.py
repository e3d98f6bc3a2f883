"""Motion of the mobile ion: bond-valence site energy barriers and the diffusivity they give."""

import math

from pydantic import BaseModel, Field
from pymatgen.core import Species, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer
from scipy.constants import Boltzmann, angstrom, centi, electron_volt

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.motion.bond_valence import missing_parameters, site_energies
from analysis.motion.percolation import percolation_energies
from analysis.structures.crystal import SYMMETRY_TOLERANCE
from analysis.structures.host import Host

ATTEMPT_FREQUENCY = 1e13
"""1/s, the usual order of an optical lattice vibration."""

TEMPERATURE = 300.0
"""K."""

SPLIT_DISTANCE = 1.0
"""Å. Sites closer than this are one split position (96h pairs in LLZO: 0.7) and no jump;
garnet's 24d-96h jump is 1.65."""

LONGEST_JUMP = 8.0
"""Å. Nothing jumps farther."""

CEILING = 10.0
"""eV above the best site. A path that needs more counts as none, as in `bvlain`."""


class Migration(BaseModel, frozen=True, extra="forbid"):
    """How the mobile ion moves in one relaxed crystal; `notes` says why a field is null."""

    barrier_1d: float | None = Field(
        description="Bond-valence site energy barrier of an endless path in one direction, eV"
    )
    barrier_2d: float | None = Field(description="The same for a network in two directions, eV")
    barrier_3d: float | None = Field(description="The same for a network in three directions, eV")
    attempt_frequency: float = Field(description="Attempts to jump, 1/s")
    jump_distance: float = Field(description="Length of a jump, Å")
    temperature: float = Field(description="Temperature of the diffusivity, K")
    diffusivity: float | None = Field(description="From the barrier in three directions, cm²/s")
    notes: tuple[str, ...] = Field((), description="What is null, and why")


def migration(
    structure: Structure,
    *,
    jump_distance: float,
    mobile: str = "Li",
    temperature: float = TEMPERATURE,
) -> Migration:
    """Compute barriers and diffusivity of the mobile ion in a crystal.

    Parameters
    ----------
    structure
        The relaxed crystal, ordered, with an oxidation state on every species.
    jump_distance
        Length of a jump, Å: see `jump_distance`.
    mobile
        The element that moves.
    temperature
        Of the diffusivity, K.

    Raises
    ------
    InputError
        The crystal is disordered, lacks oxidation states, or has no mobile ion or two kinds of it.
    """
    ion = _mobile_ion(structure, mobile)
    missing = missing_parameters(structure.composition, ion)
    barriers: tuple[float | None, ...] = (None, None, None)
    notes: tuple[str, ...]
    if missing:
        notes = (f"migration barriers and diffusivity are null: {'; '.join(missing)}",)
    else:
        barriers, notes = _barriers(structure, ion)
    highest = barriers[-1]
    return Migration(
        barrier_1d=barriers[0],
        barrier_2d=barriers[1],
        barrier_3d=highest,
        attempt_frequency=ATTEMPT_FREQUENCY,
        jump_distance=jump_distance,
        temperature=temperature,
        diffusivity=(
            None
            if highest is None
            else diffusivity(highest, jump_distance=jump_distance, temperature=temperature)
        ),
        notes=notes,
    )


def diffusivity(barrier: float, *, jump_distance: float, temperature: float = TEMPERATURE) -> float:
    """Return nu a² exp(-Ea / kB T) in cm²/s.

    Parameters
    ----------
    barrier
        Ea, eV.
    jump_distance
        a, Å.
    temperature
        T, K.
    """
    length = jump_distance * angstrom / centi
    activation = barrier * electron_volt / (Boltzmann * temperature)
    return float(ATTEMPT_FREQUENCY * length**2 * math.exp(-activation))


def jump_distance(host: Host) -> float:
    """Return the length of the mobile ion's jump in the host, Å.

    It is the shortest distance between two of its crystallographic sites that symmetry does not map
    onto each other (24d-96h in LLZO, 1.65 Å). If all its sites are equivalent, it is the
    shortest between two of them. Sites closer than `SPLIT_DISTANCE` are one split position.

    Raises
    ------
    InputError
        There is no jump of up to `LONGEST_JUMP`.
    """
    orbits = _mobile_orbits(host)
    orbit_of = {site: number for number, orbit in enumerate(orbits) for site in orbit}
    mobile = list(orbit_of)
    starts, ends, _, lengths = host.structure.get_neighbor_list(
        LONGEST_JUMP, sites=[host.structure[site] for site in mobile]
    )
    jumps = [
        length
        for start, end, length in zip(starts, ends, lengths, strict=True)
        if end in orbit_of
        and length > SPLIT_DISTANCE
        and (len(orbits) == 1 or orbit_of[mobile[start]] != orbit_of[end])
    ]
    if not jumps:
        msg = (
            f"{host.name}: no two {host.mobile} sites are {SPLIT_DISTANCE:g} to {LONGEST_JUMP:g} "
            "angstrom apart: is that the ion that moves?"
        )
        raise InputError(msg)
    return float(min(jumps))


def _mobile_ion(structure: Structure, mobile: str) -> Species:
    """Return the one ion that moves.

    Raises
    ------
    InputError
        As `migration`.
    """
    if not structure.is_ordered:
        msg = f"{structure.composition.formula}: a bond-valence map needs one ion on every site; "
        msg += "arrange the ions first"
        raise InputError(msg)
    bare = sorted({s.symbol for s in structure.composition if not getattr(s, "oxi_state", None)})
    if bare:
        msg = f"{structure.composition.formula}: no oxidation state on {', '.join(bare)}"
        raise InputError(msg)
    ions = [ion for ion in structure.composition if ion.symbol == mobile]
    if len(ions) != 1:
        found = ", ".join(map(str, ions)) or "none"
        msg = f"{structure.composition.formula}: one kind of {mobile} ion must move; it has {found}"
        raise InputError(msg)
    return ions[0]


def _barriers(
    structure: Structure, ion: Species
) -> tuple[tuple[float | None, ...], tuple[str, ...]]:
    """Return the barriers in one, two and three directions, and a note for each that is None."""
    found = percolation_energies(site_energies(structure, ion), ceiling=CEILING)
    barriers = tuple(energy if math.isfinite(energy) else None for energy in found)
    notes = [
        f"migration barrier in {number}D is null: {ion.symbol} has {Reason.NO_PATH} in {number} "
        f"direction{'s' * (number > 1)} below {CEILING:g} eV"
        for number, barrier in enumerate(barriers, start=1)
        if barrier is None
    ]
    if barriers[-1] is None:
        notes.append(f"diffusivity is null: {Reason.NO_PATH_3D}")
    return barriers, tuple(notes)


def _mobile_orbits(host: Host) -> list[list[int]]:
    """Return the mobile ion's sites, those together that symmetry maps onto each other."""
    analyzer = SpacegroupAnalyzer(host.structure, symprec=SYMMETRY_TOLERANCE)
    mobile = set(host.mobile_sites)
    orbits = analyzer.get_symmetrized_structure().equivalent_indices
    return [orbit for orbit in orbits if mobile.issuperset(orbit)]
