"""The kinds of notes in a result document, and the wording that identifies each.

A note is prose with formulas and numbers. Code that writes a note takes the fixed part of its
wording from here, and code that counts notes searches for that part: no pattern has to follow the
prose.
"""

from collections.abc import Iterable

from analysis.base.labelled import LabelledName


class Reason(LabelledName):
    """A kind of note; its value is the wording that every note of the kind contains.

    Attributes
    ----------
    label : str
        What it means, for a table.
    """

    NO_BOND_VALENCE = ("no bond-valence parameters", "missing bond-valence parameters: no barrier")
    NO_PATH = ("no endless path", "no path of the mobile ion in some direction")
    NO_PATH_3D = ("it needs the barrier in 3D", "no diffusivity: no barrier in three directions")
    NO_MOTION = ("lithium motion was not asked for", "lithium motion not asked for, or failed")
    NO_BAND_GAP = ("No band gap of", "product without a band gap: passivation open")
    NEAR_BAND_GAP = ("differs from the limit", "band gap within its error of the limit")
    NO_DECIDING_PHASE = ("no phase decides", "no product contains the dopant: passivation open")
    NO_REACTION = ("the compound does not react", "no reaction: nothing to passivate")
    NO_DOPANT = ("the host has no dopant", "undoped host: no defect energy")
    NO_OXIDE = ("has no tabulated crystal", "no oxide of that valence tabulated: hull used")
    POOR_ALIGNMENT = ("poor alignment accepted", "crystals missing: poor stand-ins accepted")
    NO_HOST_ENTRY = ("has no reference entry", "host without a reference entry: oxides used")
    NO_PRODUCT_SET = ("no reference phases balance in which", "no products for one side: no margin")
    OF_ELECTRODE = ("is an ion of the electrode", "dopant is the electrode's own ion: no margin")
    ANION = ("is an anion in its lowest valence", "dopant is an anion, never reduced: no margin")
    NO_VOLTAGE = ("has no single ionic charge", "electrode without a voltage: no potential")
    NO_SIGN_CHANGE = ("keeps its sign within", "margin without a sign change: no potential")
    NO_PHASE_ERROR = ("of the reference phases are not known", "errors of phases unknown: no odds")
    NO_MEASURED_OXIDE = (
        "no measured enthalpy of an oxide of",
        "no measured oxide of the element: errors of like elements stand in",
    )
    WRONG_POTENTIAL = ("nothing is said of the odds of", "wrong potential in the table: no odds")
    NO_BINARY_OXIDE = (
        "the reference phases hold no binary oxide of",
        "no binary oxide of the ion among the reference phases: margin may be too low",
    )
    HINGES = ("hinges on the suspect phase", "verdict hinges on a suspect reference phase")
    NO_SYNTHESIS = (
        "nobody said at which temperature the host is made",
        "synthesis temperature not given: no solubility",
    )
    NO_ENGINE_ERROR = ("has not been measured", "engine error not measured: no label")
    ABROAD = (
        "was measured on other kinds of compounds",
        "host of another kind than the engine's error was measured on: no solubility, no relation",
    )
    ENGINES_DISAGREE = (
        "the engines contradict each other",
        "two engines say the opposite of solubility: undecided",
    )
    NO_ELEMENT_ERROR = (
        "too few ternary oxides measure",
        "engine error not measured for the element: that of all stands in",
    )
    NO_SPREAD = ("lacks the spread of arrangements", "one arrangement only: no spread in u")
    PBE_ONLY = ("not PBE's own against experiment", "u holds numerical errors of VASP only")
    UNBALANCED = ("valences do not balance", "valences do not balance: no label")
    NO_DEFECT_ENERGY = ("is not charge balanced by its oxides", "no defect energy: uncompensated")
    UNCOMPENSATED = ("the formal charges add up to", "charge left uncompensated")
    NOT_OF_RULE = ("is no candidate of the rule", "valence or element the rule does not judge")
    NO_RADIUS = ("No Shannon radius of", "missing ionic radius")
    INTERSTITIAL = ("added on free crystallographic sites", "mobile ions on free sites")
    WHOLE_NUMBERS = ("whole numbers of atoms in the cell", "host rounded to whole atoms")
    FAILED_CANDIDATES = ("candidates failed to relax", "some arrangements failed to relax")
    INTERRUPTED = ("VASP was interrupted", "VASP interrupted, and continued")
    FIXED_VALENCE = ("holds f electrons in its core", "VASP's potential fixes another valence")
    RELAXED_AGAIN = ("relaxed again what was relaxed by", "relaxed again by the second engine")
    REPAIRED = ("custodian repaired", "VASP run repaired by custodian")


def reason_of(note: str) -> Reason | None:
    """Return the kind of a note; None for a note of unknown kind."""
    return next((reason for reason in Reason if reason in note), None)


def reasons_of(notes: Iterable[str]) -> tuple[list[Reason], list[str]]:
    """Return the kinds of a document's notes, each once, and the notes of unknown kind."""
    kinds = {note: reason_of(note) for note in notes}
    known = dict.fromkeys(kind for kind in kinds.values() if kind is not None)
    return list(known), [note for note, kind in kinds.items() if kind is None]
