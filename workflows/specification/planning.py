"""From a specification to a campaign: everything is checked before anything is queued."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monty.json import jsanitize
from pymatgen.core import Composition, Element, Structure

from analysis.base.errors import InputError
from analysis.energies.defects import defect_balance
from analysis.energies.engine_bias import engine_bias
from analysis.energies.engine_errors import engine_error
from analysis.energies.formation import alignment, has_entry, needs_alignment, valences_of
from analysis.energies.phases import ReferencePhases
from analysis.energies.schemes import EnergyScheme
from analysis.energies.stand_ins import MissingCrystalsError
from analysis.motion.migration import jump_distance
from analysis.reactions.electrode_reaction import Contact
from analysis.structures.compensation import check_compound, compound_composition, excess_charge
from analysis.structures.dopants import Compound, Dopant, candidates, in_whole_atoms
from analysis.structures.host import Host, builtin_host, host_from_cif
from analysis.structures.ions import displaced_valences, mean_valences
from makers.engines.registry import (
    doubtful_valences,
    relax_maker,
    require_machine,
    require_scheme,
    unknown_elements,
)
from makers.naming import digest
from workflows.specification.campaign import Campaign, LeftOut, PlannedCompound
from workflows.specification.measured_errors import measured_table
from workflows.specification.pair_search import find_pairs
from workflows.specification.plan_notes import (
    poor_alignments,
    too_few_to_learn,
    unmeasured_engine,
    unused_crystals,
)
from workflows.specification.sources import PhaseSource
from workflows.specification.spec import CampaignSpec, HostSpec


@dataclass
class Plan:
    """A campaign that is ready to be submitted.

    Attributes
    ----------
    campaign
        What is computed.
    phases
        The reference phases of each compound's chemical system, by their uuid.
    left_out
        Candidates of the rule that cannot be computed, and why.
    unused
        Remarks on crystals that were brought and are not needed.
    """

    campaign: Campaign
    phases: dict[str, ReferencePhases]
    left_out: list[tuple[Compound, str]] = field(default_factory=list)
    unused: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the campaign cannot learn or use, and what its phases lack, each remark once."""
        last = self.campaign.spec.engine.last
        found = doubtful_valences(last.name, last.settings, self.campaign.dopant_ions)
        valences = ["; ".join(found)] if found else []
        notes = [n for c in self.campaign.compounds for n in self.phases[c.phases].notes]
        first = [*unmeasured_engine(self.campaign), *too_few_to_learn(self.campaign)]
        first += [*poor_alignments(self.campaign), *self.unused]
        return tuple(dict.fromkeys([*first, *valences, *notes]))


def make_plan(spec: CampaignSpec, source: PhaseSource) -> Plan:
    """Check a specification and read everything it names.

    A listed compound must be computable; a candidate of the rule that is not is left out, with the
    reason. The host is a single compound for every compensation.

    Raises
    ------
    InputError
        The specification asks for something that cannot be computed; the message says what.
    """
    host = read_host(spec.host)
    if spec.migration:
        jump_distance(host)  # a host whose mobile ion has no site to jump to is refused here
    maker = relax_maker(spec.engine.name, spec.engine.settings, spec.engine.then)
    for stage in spec.engine.stages:
        require_machine(stage.name)
    planner = _Planner(spec, host, source, maker.scheme)
    compounds = planner.plan_all([Compound(dopants=()), *_listed(spec, host)])
    listed = {planned.compound for planned in compounds}
    left_out = []
    for compound in _by_rule(spec, host):
        if compound in listed:
            continue
        try:
            compounds.append(planner.plan(compound))
        except InputError as error:
            left_out.append((compound, str(error)))
    if len(compounds) == 1:
        raise InputError(_nothing_left(left_out))
    compounds += planner.plan_all(_pairs(spec, host, source, compounds))
    held = _held_out(spec, host)
    there = {planned.compound for planned in compounds}
    compounds += [planner.plan(compound) for compound in held if compound not in there]
    _require_rows(compounds, held)
    measured = measured_table(maker)
    campaign = Campaign(
        spec=spec,
        host=jsanitize(host, strict=True),
        compounds=tuple(compounds),
        held_out=tuple(held),
        space=_space(planner, {planned.compound for planned in compounds}),
        crystals={f: planner.crystals[f].as_dict() for f in sorted(planner.crystals)},
        left_out=tuple(LeftOut(compound=each, reason=reason) for each, reason in left_out),
        engine=maker.digest_fields(),
        engine_error=engine_error(measured) if measured else None,
        engine_bias=engine_bias(measured) if measured else None,
    )
    return Plan(campaign, planner.phases, left_out, unused_crystals(source, campaign))


def read_host(spec: HostSpec) -> Host:
    """Read the host that a specification names.

    Raises
    ------
    InputError
        There is no such host, or it cannot be used; see `analysis.structures.host`.
    """
    if not spec.is_file:
        return builtin_host(spec.crystal, cell=spec.cell)
    return host_from_cif(
        spec.crystal,
        name=spec.name,
        cell=spec.cell,
        formula_units=spec.formula_units,
        oxidation_states=spec.oxidation_states,
        mobile=spec.mobile,
    )


def _listed(spec: CampaignSpec, host: Host) -> list[Compound]:
    single = [(dopant,) for entry in spec.dopants for dopant in entry.expand()]
    together = _once("dopants", single, host) + _once("codoped", spec.codoped, host)
    return [compound for each in together for compound in _each_way(spec, host, each)]


def _once(key: str, listed: Iterable[tuple[Dopant, ...]], host: Host) -> list[tuple[Dopant, ...]]:
    """Return what is listed under a key, in whole atoms of the cell; refuse what is there twice."""
    found = [tuple(_whole(dopant, host) for dopant in dopants) for dopants in listed]
    first: dict[frozenset[Dopant], tuple[Dopant, ...]] = {}
    twice = [each for each in found if first.setdefault(frozenset(each), each) is not each]
    if twice:
        labels = (" + ".join(dopant.label for dopant in dopants) for dopants in twice)
        msg = f"listed twice under {key}: {'; '.join(labels)}"
        raise InputError(msg)
    return found


def _by_rule(spec: CampaignSpec, host: Host) -> list[Compound]:
    if spec.rule is None:
        return []
    found = candidates(
        spec.rule.sites or tuple(host.cations),
        concentrations=spec.rule.concentration,
        elements=spec.rule.elements,
        host_ions=host.ions,
    )
    dopants = dict.fromkeys(_whole(dopant, host) for dopant in found)
    return [compound for dopant in dopants for compound in _each_way(spec, host, (dopant,))]


def _held_out(spec: CampaignSpec, host: Host) -> list[Compound]:
    listed = [(dopant,) for entry in spec.learning.held_out for dopant in entry.expand()]
    found = _once("learning.held_out", listed, host)
    return [compound for dopants in found for compound in _each_way(spec, host, dopants)]


def _require_rows(compounds: Sequence[PlannedCompound], held: Sequence[Compound]) -> None:
    """Refuse to hold out everything."""
    asked = {planned.compound for planned in compounds if planned.compound.dopants}
    if asked <= set(held):
        msg = (
            "learning.held_out holds out every compound: ask for some to learn from, under "
            "`dopants` or by a `rule`"
        )
        raise InputError(msg)


def _space(planner: "_Planner", asked: Collection[Compound]) -> tuple[PlannedCompound, ...]:
    """Plan the candidates of exploring: computable compounds of the rule that are not listed."""
    spec, explore = planner.spec, planner.spec.explore
    if explore is None or not explore.rounds:
        return ()
    found = candidates(
        explore.sites or tuple(planner.host.cations),
        concentrations=(explore.concentration,),
        elements=explore.elements,
        host_ions=planner.host.ions,
    )
    planned, reasons = [], []
    for dopant in found:
        dopants = (_whole(dopant, planner.host),)
        compound = Compound(dopants=dopants, compensation=spec.compensation[0])
        if compound in asked:
            continue
        try:
            planned.append(planner.plan(compound))
        except InputError as error:
            reasons.append(str(error))
    if not planned:
        why = f"; the first of {len(reasons)}: {reasons[0]}" if reasons else ""
        msg = f"explore: no compound is left to choose from, of {len(found)} candidates{why}"
        raise InputError(msg)
    return tuple(planned)


def _pairs(
    spec: CampaignSpec, host: Host, source: PhaseSource, planned: Iterable[PlannedCompound]
) -> list[Compound]:
    """Find the pairs of dopants that the specification lets the campaign choose."""
    if spec.explore is None or not spec.explore.pairs:
        return []
    there = {each.compound for each in planned}
    best = find_pairs(spec, host, source, number=spec.explore.pairs).best
    return [each.compound for each in best if each.compound not in there]


def _each_way(spec: CampaignSpec, host: Host, dopants: tuple[Dopant, ...]) -> list[Compound]:
    """Return a compound with each compensation; once if nothing needs to be balanced."""
    compounds = [Compound(dopants=dopants, compensation=way) for way in spec.compensation]
    return compounds[:1] if _is_balanced(host, dopants) else compounds


def _whole(dopant: Dopant, host: Host) -> Dopant:
    """Return `in_whole_atoms` of a dopant; one that is refused later as it is."""
    try:
        return in_whole_atoms(dopant, host=host)
    except InputError:
        return dopant


def _is_balanced(host: Host, dopants: tuple[Dopant, ...]) -> bool:
    """Return True if the dopants bring the charge they replace; False for what is refused later."""
    try:
        return excess_charge(dopants, host=host) == 0
    except InputError:
        return False


def _nothing_left(left_out: Sequence[tuple[Compound, str]]) -> str:
    reasons = Counter(reason for _, reason in left_out)
    first = f": {reasons.most_common(1)[0][0]}" if reasons else ""
    return f"rule: none of its {len(left_out)} candidates can be computed{first}"


class _Planner:
    """Plans one compound after the other and collects the crystals and phases they share."""

    def __init__(
        self, spec: CampaignSpec, host: Host, source: PhaseSource, scheme: EnergyScheme
    ) -> None:
        self.spec = spec
        self.host = host
        self.source = source
        self.scheme = scheme
        self.crystals: dict[str, Structure] = {}
        self.phases: dict[str, ReferencePhases] = {}

    def plan_all(self, compounds: Iterable[Compound]) -> list[PlannedCompound]:
        """Plan compounds that must all be computable.

        Raises
        ------
        MissingCrystalsError
            Crystals are missing; those of all compounds are named together.
        InputError
            One of them cannot be computed.
        """
        planned: list[PlannedCompound] = []
        missing: dict[str, str] = {}
        for compound in compounds:
            try:
                planned.append(self.plan(compound))
            except MissingCrystalsError as error:
                missing |= dict.fromkeys(error.formulas, error.source)
        if missing:
            raise MissingCrystalsError(missing, next(iter(missing.values())))
        return planned

    def plan(self, compound: Compound) -> PlannedCompound:
        """Plan one compound.

        Raises
        ------
        InputError
            It cannot be computed.
        """
        check_compound(compound, host=self.host)
        composition = compound_composition(self.host, compound)
        unit = self.host.formula_unit
        # The host's elements too: one that dopants replace entirely is released as an oxide.
        elements = {element.symbol for element in (*composition, *unit)}
        elements |= _elements_of(self.spec.electrode)
        self._check_engine(elements)
        phases = self.source.phases(elements)
        if not compound.dopants:
            self._check_electrode(phases)
        crystals = self.source.crystals(elements)
        valences = valences_of(self.host.counts, compound.dopants)
        valences |= mean_valences(self.host, compound)
        displaced = valences | displaced_valences(self.host, compound)
        shared: dict[str, Any] = {
            "phases": phases,
            "crystals": crystals,
            "electrode": self.spec.electrode,
            "accept_poor": self.spec.reference_phases.accept_poor_alignment,
        }
        planned = PlannedCompound(
            compound=compound,
            phases=digest("phases", phases.digest),
            aligned=alignment(
                composition,
                unit,
                valences=displaced if has_entry(unit, phases, crystals) else valences,
                **shared,
            )
            if needs_alignment(self.scheme, phases)
            else None,
            exchanged=defect_balance(composition, unit, valences=displaced, **shared)
            if compound.dopants
            else None,
        )
        self._keep(planned, phases, crystals)
        return planned

    def _check_electrode(self, phases: ReferencePhases) -> None:
        """Refuse an electrode that is unknown or decomposes; dopants change neither."""
        Contact.between(
            self.host.formula_unit,
            phases,
            electrode=self.spec.electrode,
            max_elements=self.spec.screening.max_elements,
            exclude=(),
        )

    def _check_engine(self, elements: Iterable[str]) -> None:
        last = self.spec.engine.last
        if unknown := unknown_elements(last.name, elements, last.settings):
            msg = (
                f"the engine {last.name} does not know {', '.join(unknown)}: "
                "choose another dopant or engine"
            )
            raise InputError(msg)
        require_scheme(last.name, last.settings, elements)

    def _keep(
        self, planned: PlannedCompound, phases: ReferencePhases, crystals: Mapping[str, Structure]
    ) -> None:
        self.phases[planned.phases] = phases
        for formula in planned.crystals:
            if formula not in self.crystals:
                self.crystals[formula] = crystals[formula]


def _elements_of(formula: str) -> set[str]:
    try:
        symbols = {element.symbol for element in Composition(formula)}
    except ValueError:
        symbols = set()
    if not symbols or not all(Element.is_valid_symbol(symbol) for symbol in symbols):
        msg = f"electrode {formula!r} is not a formula: give an element such as Li"
        raise InputError(msg)
    return symbols
