"""The field names of a result document, each with its title, unit and meaning. Defined only here.

Their content and their version are in `analysis.base.schema`.
"""

from __future__ import annotations

from enum import StrEnum, auto
from typing import Self


class Kind(StrEnum):
    """What a field holds; decides how filters read a value and how tables show it."""

    NUMBER = auto()
    INTEGER = auto()
    FLAG = auto()
    TEXT = auto()
    CHOICE = auto()  # one of a few words, see CHOICES
    ELEMENT = auto()  # an element symbol
    FORMULA = auto()
    TEXTS = auto()  # a list of texts
    FORMULAS = auto()  # a list of formulas
    AMOUNTS = auto()  # a number for each of several formulas
    RECORDS = auto()  # a list of documents, see SUBFIELDS
    DOCUMENT = auto()  # a document, see PARTS
    DATE = auto()  # a point in time, in UTC


class Label(StrEnum):
    """What the electrode does to the dopants, in the order yes, undecided, no."""

    RESISTS = auto()
    UNDECIDED = auto()
    REDUCED = auto()


class Relation(StrEnum):
    """A compound's reaction energy compared with the undoped host's, in the same order."""

    NO_WORSE = auto()
    UNDECIDED = auto()
    WORSE = auto()


class Dissolution(StrEnum):
    """Does the host take up its dopants? In the order yes, undecided, no."""

    DISSOLVES = auto()
    UNDECIDED = auto()
    SEGREGATES = auto()


class Field(StrEnum):
    """A field of a result document, in the order in which documents and tables show them.

    Attributes
    ----------
    kind : Kind
        What the field holds.
    label : str
        Title for people: column heads, axes.
    unit : str
        Unit of the numbers, "" where there is none. "f.u." is a formula unit of the host.
    description : str
        One sentence on the meaning.
    """

    kind: Kind
    label: str
    unit: str
    description: str

    def __new__(cls, name: str, kind: Kind, label: str, unit: str, description: str) -> Self:
        """Make the member a string: its name in the database."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.kind = kind
        member.label = label
        member.unit = unit
        member.description = description
        return member

    @property
    def heading(self) -> str:
        """Title with unit, as an axis shows it: "Reaction energy (eV per f.u.)"."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    CAMPAIGN = ("campaign", Kind.TEXT, "Campaign", "", "Name of the campaign.")
    DOPANTS = (
        "dopants",
        Kind.RECORDS,
        "Dopants",
        "",
        "Element, valence, site and concentration of each dopant; empty for the undoped host.",
    )
    DOPANT = ("dopant", Kind.ELEMENT, "Dopant", "", "Element of a single dopant.")
    VALENCE = ("valence", Kind.INTEGER, "Valence", "", "Valence of a single dopant.")
    SITE = ("site", Kind.ELEMENT, "Site", "", "Host ion that a single dopant replaces.")
    CONCENTRATION = (
        "concentration",
        Kind.NUMBER,
        "x",
        "per f.u.",
        "Amount of a single dopant per formula unit of the host.",
    )
    COMPENSATION = (
        "compensation",
        Kind.CHOICE,
        "Compensation",
        "",
        "What balances the dopant's charge.",
    )
    FORMULA = ("formula", Kind.FORMULA, "Formula", "", "Composition per formula unit of the host.")
    N_ATOMS = ("n_atoms", Kind.INTEGER, "Atoms", "", "Number of atoms in the relaxed cell.")
    FORMATION_ENERGY_PER_ATOM = (
        "formation_energy_per_atom",
        Kind.NUMBER,
        "Formation energy",
        "eV/atom",
        "Formation energy from the elements, on the scale of the reference phases.",
    )
    ENERGY_ABOVE_HULL = (
        "energy_above_hull",
        Kind.NUMBER,
        "Energy above hull",
        "eV/atom",
        "Energy above the convex hull of all reference phases and the compound itself.",
    )
    HULL_DISTANCE = (
        "hull_distance",
        Kind.NUMBER,
        "Distance from the hull",
        "eV/atom",
        "Energy relative to the hull of the reference phases alone: negative below it.",
    )
    DEFECT_ENERGY = (
        "defect_energy",
        Kind.NUMBER,
        "Defect energy",
        "eV per dopant",
        "Energy of bringing one dopant from its oxide into the host.",
    )
    PASSES_FILTER = (
        "passes_filter",
        Kind.FLAG,
        "Passes filter",
        "",
        "True if the defect energy is at or below the campaign's limit.",
    )
    REACTION_ENERGY = (
        "reaction_energy",
        Kind.NUMBER,
        "Reaction energy",
        "eV per f.u.",
        "Energy of the complete reaction with the electrode: the plateau of dG(n).",
    )
    REACTION_ENERGY_UNCERTAINTY = (
        "reaction_energy_uncertainty",
        Kind.NUMBER,
        "Uncertainty",
        "eV per f.u.",
        "Standard uncertainty u of the reaction energy's difference from the undoped host's.",
    )
    REACTION_ENERGY_HOST = (
        "reaction_energy_host",
        Kind.NUMBER,
        "Host's reaction energy",
        "eV per f.u.",
        "Reaction energy of the undoped host, by the same engine, scheme and cell.",
    )
    DECOMPOSITION_ENERGY = (
        "decomposition_energy",
        Kind.NUMBER,
        "Decomposition energy",
        "eV per f.u.",
        "Energy of the reaction without any electrode: dG(0).",
    )
    LITHIUM_DRIVING_FORCE = (
        "lithium_driving_force",
        Kind.NUMBER,
        "Driving force",
        "eV per f.u.",
        "Reaction energy minus dG(0); independent of the compound's own energy.",
    )
    LITHIUM_UPTAKE = (
        "lithium_uptake",
        Kind.NUMBER,
        "Uptake",
        "atoms per f.u.",
        "Smallest amount of electrode that completes the reaction.",
    )
    PRODUCTS = (
        "products",
        Kind.AMOUNTS,
        "Products",
        "per f.u.",
        "Amount of each product of the complete reaction.",
    )
    EQUATION = ("equation", Kind.TEXT, "Equation", "", "The complete reaction, balanced.")
    REACTION_PATH = (
        "reaction_path",
        Kind.RECORDS,
        "Reaction path",
        "",
        "Electrode amount, energy, voltage and products at each kink of dG(n).",
    )
    LABEL = (
        "label",
        Kind.CHOICE,
        "Label",
        "",
        "What the electrode does to the dopants: resists, undecided or reduced.",
    )
    RESISTS_PROBABILITY = (
        "resists_probability",
        Kind.NUMBER,
        "P(resists)",
        "0 to 1",
        "Probability that the electrode reduces none of the dopants; the weakest decides.",
    )
    REDUCTION_MARGIN = (
        "reduction_margin",
        Kind.NUMBER,
        "Reduction margin",
        "eV per dopant",
        "Energy that keeps the electrode from reducing the weakest dopant; positive: it resists.",
    )
    REDUCTION_POTENTIAL = (
        "reduction_potential",
        Kind.NUMBER,
        "Reduction potential",
        "V",
        "Potential against the electrode below which the weakest dopant is reduced.",
    )
    REDUCTIONS = (
        "reductions",
        Kind.RECORDS,
        "Reductions",
        "",
        "Margin, its uncertainty, potential, probability and word of each dopant ion.",
    )
    HINGES_ON = (
        "hinges_on",
        Kind.FORMULAS,
        "Hinges on",
        "",
        "Reference phases without any one of which the label would be another.",
    )
    DISSOLUTION = (
        "dissolution",
        Kind.CHOICE,
        "Dissolution",
        "",
        "Whether the host takes up the dopants: dissolves, undecided or segregates.",
    )
    DISSOLVES_PROBABILITY = (
        "dissolves_probability",
        Kind.NUMBER,
        "P(dissolves)",
        "0 to 1",
        "Probability that the free energy of dissolution is negative.",
    )
    SOLUBILITY = (
        "solubility",
        Kind.NUMBER,
        "Free energy of dissolution",
        "eV per dopant",
        "Of the dopants, from all phases, when the host is made; negative: they dissolve.",
    )
    SOLUBILITY_UNCERTAINTY = (
        "solubility_uncertainty",
        Kind.NUMBER,
        "Its uncertainty",
        "eV per dopant",
        "Standard uncertainty of the free energy of dissolution.",
    )
    RELATION = (
        "relation",
        Kind.CHOICE,
        "Against the host",
        "",
        "Reaction energy: no_worse than the undoped host's by u; worse: by 2 u; else undecided.",
    )
    NEARLY_INERT = (
        "nearly_inert",
        Kind.FLAG,
        "Nearly inert",
        "",
        "Whether the reaction with the electrode yields less than the campaign's limit per atom.",
    )
    STRICTLY_STABLE = (
        "strictly_stable",
        Kind.FLAG,
        "Strictly stable",
        "",
        "True if the reaction energy is above zero.",
    )
    PASSIVATING = (
        "passivating",
        Kind.FLAG,
        "Passivating",
        "",
        "True if every product that contains the dopant is an insulator.",
    )
    STRICTLY_PASSIVATING = (
        "strictly_passivating",
        Kind.FLAG,
        "Strictly passivating",
        "",
        "True if every product is an insulator.",
    )
    INSULATING_FRACTION = (
        "insulating_fraction",
        Kind.NUMBER,
        "Insulating fraction",
        "0 to 1",
        "Share of the products' volume that surely insulates.",
    )
    DECIDING_PHASES = (
        "deciding_phases",
        Kind.FORMULAS,
        "Deciding phases",
        "",
        "The products that contain the dopant.",
    )
    PRODUCT_BAND_GAPS = (
        "product_band_gaps",
        Kind.AMOUNTS,
        "Product band gaps",
        "eV",
        "Smallest listed band gap of each product.",
    )
    MIGRATION_BARRIER = (
        "migration_barrier",
        Kind.NUMBER,
        "Migration barrier",
        "eV",
        "Bond-valence site energy barrier of the mobile ion in three dimensions.",
    )
    DIFFUSIVITY = (
        "diffusivity",
        Kind.NUMBER,
        "Diffusivity",
        "cm^2/s",
        "Diffusivity of the mobile ion at 300 K from the migration barrier.",
    )
    ENGINE = ("engine", Kind.DOCUMENT, "Engine", "", "What computed the energies.")
    REFERENCE_PHASES = (
        "reference_phases",
        Kind.DOCUMENT,
        "Reference phases",
        "",
        "Source of the competing phases.",
    )
    STRUCTURE = ("structure", Kind.DOCUMENT, "Structure", "", "The relaxed cell.")
    JOB_UUID = ("job_uuid", Kind.TEXT, "Job", "", "Digest that names the job of this result.")
    NOTES = ("notes", Kind.TEXTS, "Notes", "", "Remarks, and why a field is null.")
    ALLOYS = (
        "alloys",
        Kind.FORMULAS,
        "Alloys",
        "",
        "Products made of two or more metals or metalloids, without an anion.",
    )
    PROVENANCE = (
        "provenance",
        Kind.DOCUMENT,
        "Provenance",
        "",
        "Settings and package versions of the calculation, and the jobs of its parents.",
    )
    COMPUTED = ("computed", Kind.DATE, "Computed", "UTC", "When the job of this result ended.")
    STORED = (
        "stored",
        Kind.DATE,
        "Stored",
        "UTC",
        "When the content of this document changed last.",
    )
    SCHEMA_VERSION = (
        "schema_version",
        Kind.INTEGER,
        "Schema",
        "",
        "Version of the schema that this document follows.",
    )
