import pytest
from pydantic import ValidationError
from pymatgen.core import Element

from analysis.base.errors import InputError
from analysis.energies.reference_phases import table_phases
from analysis.structures.dopants import (
    FURTHER_VALENCES,
    Compound,
    Dopant,
    candidates,
    check_dopant,
    common_valences,
    is_candidate,
    known_valences,
    unjudged,
)
from analysis.structures.host import Host, builtin_host

SITES = ["Li", "La", "Zr"]


@pytest.fixture(scope="module")
def llzo() -> Host:
    return builtin_host()


def al(site: str = "Li", **changes: object) -> Dopant:
    fields = {"element": "Al", "valence": 3, "site": site, "concentration": 0.25, **changes}
    return Dopant.model_validate(fields)


def test_label_names_ion_site_and_amount() -> None:
    assert al().label == "Al3+ on Li, x=0.25"


def test_compound_label_names_host_ion_site_and_amount() -> None:
    assert Compound(dopants=(al(),)).label("LLZO") == "LLZO:Al3+(Li)0.25"


def test_undoped_compound_is_called_after_the_host() -> None:
    assert Compound(dopants=()).label("LLZO") == "LLZO"


def test_uncompensated_compound_says_so() -> None:
    compound = Compound(dopants=(al(),), compensation="none")
    assert compound.label("LLZO") == "LLZO:Al3+(Li)0.25 uncompensated"


def test_order_of_dopants_does_not_make_another_compound() -> None:
    first, second = al(), al("Zr")
    assert Compound(dopants=(first, second)) == Compound(dopants=(second, first))


def test_dopant_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Al3\+ on Li is listed twice"):
        Compound(dopants=(al(), al(concentration=0.5)))


def test_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        al(charge=3)


@pytest.mark.parametrize(
    ("element", "valences"), [("Al", (3,)), ("Ce", (3, 4)), ("Te", (2, 4, 6)), ("He", ())]
)
def test_common_valences_are_the_positive_ones_of_the_table(
    element: str, valences: tuple[int, ...]
) -> None:
    assert common_valences(element) == valences


@pytest.mark.parametrize(
    ("element", "valences"), [("Bi", (3, 5)), ("Re", (4, 5, 7)), ("U", (5, 6))]
)
def test_pentavalent_ions_of_lithium_oxides_join_the_common_ones(
    element: str, valences: tuple[int, ...]
) -> None:
    assert common_valences(element) == valences


def test_every_further_valence_has_a_radius_and_a_lithium_oxide() -> None:
    for element, valences in FURTHER_VALENCES.items():
        for valence in valences:
            assert "VI" in Element(element).data["Shannon radii"][str(valence)]
            formula = f"Li{element}O{(1 + valence) // 2}"
            assert formula in table_phases(["Li", element, "O"]).by_formula


def test_every_common_valence_of_a_candidate_is_known() -> None:
    candidates = [e.symbol for e in Element if e.Z <= 92 and is_candidate(e.symbol)]
    assert len(candidates) > 60
    unknown = {e: {*common_valences(e)} - {*known_valences(e)} for e in candidates}
    assert [element for element, valences in unknown.items() if valences] == []


@pytest.mark.parametrize("element", ["Al", "Si", "Te", "La", "Lu", "Ac", "Th", "Pa", "U", "P", "I"])
def test_rule_takes_metals_metalloids_and_oxidised_nonmetals(element: str) -> None:
    assert is_candidate(element)


@pytest.mark.parametrize(
    "element", ["H", "He", "C", "N", "O", "F", "Kr", "Xe", "Po", "At", "Rn", "Fr", "Ra", "Np", "Pu"]
)
def test_rule_leaves_out_anions_noble_gases_and_what_nobody_computes(element: str) -> None:
    assert not is_candidate(element)


def test_rule_never_replaces_an_ion_by_its_own_element(llzo: Host) -> None:
    found = candidates(SITES, concentrations=[0.25], host_ions=llzo.ions)
    assert {dopant.site for dopant in found if dopant.element == "La"} == {"Li", "Zr"}


def test_rule_crosses_valences_and_concentrations(llzo: Host) -> None:
    found = candidates(["Zr"], concentrations=[0.25, 0.5], elements=["Ce"], host_ions=llzo.ions)
    assert [(dopant.valence, dopant.concentration) for dopant in found] == [
        (3, 0.25),
        (3, 0.5),
        (4, 0.25),
        (4, 0.5),
    ]


def test_every_dopant_of_the_rule_fits_the_host(llzo: Host) -> None:
    found = candidates(SITES, concentrations=[0.25], host_ions=llzo.ions)
    assert len(found) > 300
    for dopant in found:
        check_dopant(dopant, host=llzo)


def test_the_rule_puts_anions_on_an_anion_site(llzo: Host) -> None:
    found = candidates(["O"], concentrations=[0.25], host_ions=llzo.ions)
    ions = {dopant.element: dopant.valence for dopant in found}
    by_charge = {-1: ("F", "Cl", "Br", "I"), -2: ("S", "Se", "Te"), -3: ("N", "P", "As")}
    assert ions == {symbol: charge for charge, all_of in by_charge.items() for symbol in all_of}
    for dopant in found:
        check_dopant(dopant, host=llzo)
        assert not unjudged([dopant]) or dopant.element in ("P", "As")  # Shannon has no radius


def test_without_a_charge_there_is_no_ion() -> None:
    with pytest.raises(ValidationError, match="an ion has a charge"):
        al(valence=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"element": "Xx"}, "unknown element 'Xx'"),
        ({"valence": 7}, r"Al is never 7\+; its known valences: 1\+, 3\+"),
        ({"element": "He", "valence": 2}, "known valences: none"),
        ({"site": "Ti"}, "unknown site 'Ti': the host's sites are Li, La, Zr, O"),
        ({"site": "O"}, r"Al3\+ cannot replace an anion: its valence is such as -1 for Br-"),
        ({"element": "F", "valence": -1}, r"F1- cannot replace a cation: its valence is such as 3"),
        ({"element": "F", "valence": -2, "site": "O"}, "F is never 2- as an anion; its .*: 1-"),
        ({"element": "Al", "valence": -3, "site": "O"}, "never 3- as an anion; .* valences: none"),
        ({"concentration": 0.3}, r"multiples of 0\.25 up to 7"),
        ({"concentration": 7.25}, r"multiples of 0\.25 up to 7"),
        ({"site": "La", "element": "La"}, "La on La is the host's own ion"),
    ],
)
def test_impossible_dopant_is_refused(llzo: Host, changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_dopant(al(**changes), host=llzo)


def test_rule_refuses_an_unknown_site(llzo: Host) -> None:
    with pytest.raises(InputError, match="unknown site 'Ti'"):
        candidates(["Ti"], concentrations=[0.25], host_ions=llzo.ions)


def test_rule_refuses_an_unknown_element(llzo: Host) -> None:
    with pytest.raises(InputError, match="unknown element 'Alu'"):
        candidates(["Li"], concentrations=[0.25], elements=["Alu"], host_ions=llzo.ions)
