import pytest
from pymatgen.core import Composition

from analysis.base.fields import Label
from analysis.base.probabilities import ProbabilityLimits
from analysis.base.reasons import Reason, reason_of
from analysis.energies.engine_disagreement import engine_disagreements
from analysis.energies.oxide_groups import OxideGroup
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.reactions.electrode_reaction import Contact
from analysis.reactions.hinges import (
    Hinge,
    ReductionVerdict,
    of_compound,
    reduction_verdict,
    reduction_verdicts,
)
from analysis.reactions.oxide_errors import Known, OxideErrors, errors_of
from analysis.reactions.reduction import sides
from analysis.reactions.resistance import Case
from analysis.reactions.suspects import Suspicion
from analysis.structures.dopants import Dopant

CHARGES = {"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0}
EXACT = OxideErrors(
    elements={
        "Mg": [Known("MgO", "Mg", OxideGroup.FITTED, 2, -7.0, 0.0, 0.0)],
        "Li": [Known("Li2O", "Li", OxideGroup.FITTED, 1, -3.0, 0.0, 0.0)],
    },
    groups={},
    interpolation=0.01,
)
# MgO resists by 1 eV, and is reduced to Mg2O, of a valence that nobody knows, by 0.5 eV per Mg.
PHASES = {"Li": 0.0, "O2": 0.0, "Li2O": -6.0, "Mg": 0.0, "MgO": -7.0}
SUBOXIDE = {"Mg2O": -9.0}


def _verdict(energies: dict[str, float]) -> ReductionVerdict:
    phases = ReferencePhases(
        source="a test",
        scheme=MATERIALS_PROJECT_2019,
        phases=tuple(
            Phase(formula=f, formation_energy_per_atom=e / Composition(f).num_atoms)
            for f, e in energies.items()
        ),
    )
    magnesium = Dopant(element="Mg", valence=2, site="Zr", concentration=1)
    return _judged("Li2MgO2", magnesium, phases, EXACT)


def _judged(
    formula: str, dopant: Dopant, phases: ReferencePhases, errors: OxideErrors
) -> ReductionVerdict:
    contact = Contact.between(
        Composition(formula), phases, electrode="Li", max_elements=3, exclude=["Li7La3Zr2O12"]
    )
    (side,) = sides(contact, [dopant], CHARGES)
    case = Case.of(side, errors, phases.scheme)
    return reduction_verdict(case, ProbabilityLimits(), disagreements=engine_disagreements())


def _of_llzo(element: str, valence: int) -> ReductionVerdict:
    formula = f"Li7La2.75{element}0.25Zr2O12"
    phases = table_phases({e.symbol for e in Composition(formula)})
    dopant = Dopant(element=element, valence=valence, site="La", concentration=0.25)
    return _judged(formula, dopant, phases, errors_of(phases))


def _hinges(verdict: ReductionVerdict) -> dict[str, Hinge]:
    return {hinge.phase: hinge for hinge in verdict.hinges}


def test_each_product_of_the_dopant_is_left_out_once() -> None:
    # Without MgO nothing keeps Mg2+, without Mg nothing is left to which it could be reduced.
    verdict = _verdict(PHASES)
    assert verdict.word is Label.RESISTS
    found = {phase: (hinge.margin, hinge.word) for phase, hinge in _hinges(verdict).items()}
    assert found == {
        "MgO": (None, Label.REDUCED),
        "Mg": (None, Label.RESISTS),
    }
    assert verdict.hinges_on == ("MgO",)


def test_a_margin_is_found_again_without_a_phase() -> None:
    # 2 MgO + 2 Li -> Mg2O + Li2O: -9 - 6 + 14 eV for two Mg. Without Mg2O: Mg and Li2O, 1 eV.
    verdict = _verdict({**PHASES, **SUBOXIDE})
    assert verdict.margin.margin == pytest.approx(-0.5)
    assert _hinges(verdict)["Mg2O"].margin == pytest.approx(1)


def test_a_verdict_that_a_suspect_turns_is_undecided_and_says_why() -> None:
    verdict = _verdict({**PHASES, **SUBOXIDE})
    assert _hinges(verdict)["Mg2O"].suspicions == (Suspicion.VALENCE,)
    assert _hinges(verdict)["Mg2O"].word is Label.RESISTS
    assert verdict.word is Label.UNDECIDED
    assert reason_of(verdict.notes[-1]) is Reason.HINGES
    assert "Mg2O" in verdict.notes[-1]


def test_a_suspect_that_turns_nothing_leaves_the_verdict() -> None:
    # La2Th8O19, 0.31 eV/atom too low: without it m falls from 1.86 to 0.73 eV, and Th resists.
    verdict = _of_llzo("Th", 4)
    hinge = _hinges(verdict)["La2Th8O19"]
    assert hinge.suspicions == (Suspicion.DEEP, Suspicion.ENGINE)
    assert hinge.margin == pytest.approx(0.73, abs=0.01)
    assert verdict.margin.margin == pytest.approx(1.86, abs=0.01)
    assert verdict.word is hinge.word is Label.RESISTS


def test_a_suspect_of_the_host_alone_counts_too() -> None:
    hinge = _hinges(_of_llzo("Y", 3))["Zr4O"]
    assert hinge.suspicions == (Suspicion.VALENCE,)
    assert hinge.word is Label.RESISTS


def test_cerium_is_open_with_and_without_its_monoxide() -> None:
    verdict = _of_llzo("Ce", 3)
    assert _hinges(verdict)["CeO"].margin == pytest.approx(0.12, abs=0.01)
    assert verdict.margin.margin == pytest.approx(-0.15, abs=0.01)
    assert verdict.word is Label.UNDECIDED


def test_a_missing_oxide_is_said() -> None:
    # Pa2O5 is not in the table, Ta2O5 is.
    kinds = [reason_of(note) for note in _of_llzo("Pa", 5).notes]
    assert Reason.NO_BINARY_OXIDE in kinds
    assert _of_llzo("Ta", 5).notes == ()


def test_a_wrong_potential_leaves_the_verdict_open() -> None:
    verdict = _of_llzo("Yb", 3)
    assert verdict.trust.probability is None
    assert verdict.word is Label.UNDECIDED


def test_without_a_margin_there_is_no_verdict() -> None:
    verdict = _of_llzo("Li", 1)
    assert (verdict.word, verdict.hinges) == (None, ())
    assert reason_of(verdict.notes[0]) is Reason.OF_ELECTRODE


def test_every_dopant_of_a_compound_is_judged() -> None:
    formula = "Li7La2.75Y0.25Zr1.75Ta0.25O12"
    composition = Composition(formula)
    phases = table_phases({e.symbol for e in composition})
    verdicts = reduction_verdicts(
        Contact.between(composition, phases, electrode="Li", max_elements=3, exclude=()),
        [
            Dopant(element="Y", valence=3, site="La", concentration=0.25),
            Dopant(element="Ta", valence=5, site="Zr", concentration=0.25),
        ],
        phases,
        charges=CHARGES,
        limits=ProbabilityLimits(),
    )
    assert [each.word for each in verdicts] == [Label.RESISTS, Label.REDUCED]


def _words_of(formula: str, *dopants: tuple[str, int, str]) -> list[tuple[str, Label | None]]:
    composition = Composition(formula)
    phases = table_phases({e.symbol for e in composition})
    verdicts = reduction_verdicts(
        Contact.between(composition, phases, electrode="Li", max_elements=3, exclude=()),
        [
            Dopant(element=element, valence=valence, site=site, concentration=0.25)
            for element, valence, site in dopants
        ],
        phases,
        charges=CHARGES,
        limits=ProbabilityLimits(),
    )
    return [(each.margin.element, each.word) for each in verdicts]


def test_an_anion_in_its_lowest_valence_resists_and_leaves_the_verdict_to_the_cations() -> None:
    fluorine, tantalum = ("F", -1, "O"), ("Ta", 5, "Zr")
    assert _words_of("Li6.75La3Zr2O11.75F0.25", fluorine) == [("F", Label.RESISTS)]
    both = _words_of("Li6.5La3Zr1.75Ta0.25O11.75F0.25", fluorine, tantalum)
    assert both == [("Ta", Label.REDUCED), ("F", Label.RESISTS)]


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ([Label.RESISTS, Label.RESISTS], Label.RESISTS),
        ([Label.RESISTS, Label.UNDECIDED], Label.UNDECIDED),
        ([Label.REDUCED, None], Label.REDUCED),
        ([Label.RESISTS, None], None),
        ([], None),
    ],
)
def test_the_weakest_dopant_decides(words: list[Label | None], word: Label) -> None:
    assert of_compound(words) is word
