import pytest

from studies.validation.parity import parity


def test_parity_of_a_worked_example() -> None:
    # mean 0.7 / 3, absolute 0.9 / 3, squares 0.51 / 3, median 0.1, deviations 0.2, 0 and 0.6
    found = parity([-0.1, 0.1, 0.7])
    assert found is not None
    assert found.n == 3
    assert found.mean == pytest.approx(0.7 / 3, abs=1e-5)
    assert found.mae == pytest.approx(0.3)
    assert found.rms == pytest.approx(0.17**0.5, abs=1e-5)
    assert found.median == pytest.approx(0.1)
    assert found.robust_sigma == pytest.approx(1.4826 * 0.2, abs=1e-5)


def test_nothing_has_no_parity() -> None:
    assert parity([]) is None
