import pytest

from analysis.base.compound_names import compound_name, ion_text


@pytest.mark.parametrize(
    ("element", "valence", "plain", "short"),
    [
        ("Al", 3, "Al3+", "Al³⁺"),
        ("Na", 1, "Na1+", "Na⁺"),
        ("Br", -1, "Br1-", "Br⁻"),
        ("O", -2, "O2-", "O²⁻"),
    ],
)
def test_an_ion_has_the_sign_of_its_charge(
    element: str, valence: int, plain: str, short: str
) -> None:
    assert ion_text(element, valence) == plain
    assert compound_name({"dopants": [{"element": element, "valence": valence}]}) == short
