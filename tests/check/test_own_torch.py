"""Optimizers of one's own, traced and decided: what they keep, and what they ask for."""

from __future__ import annotations

import pytest

from symopt.check import Outcome, check

pytest.importorskip("torch")
pytestmark = pytest.mark.library
OWN = "tests.check.own_torch"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CountsInItsSettings", "adam"),
        ("KeepsATable", "momentum-accumulated"),
        ("HasToBeInTraining", "gradient-descent"),
        ("AsksForNothing", "gradient-descent"),
    ],
)
def test_what_it_keeps_is_found_wherever_it_lies(name: str, meant: str) -> None:
    finding = check(f"{OWN}.{name}", meant=meant)
    assert finding.outcome is Outcome.EQUAL, finding
    assert finding.scope == ()
    assert finding.confirmation is not None and finding.confirmation.error < 1e-12


def test_a_step_that_is_another_for_matrices_is_proved_for_vectors_only() -> None:
    finding = check(f"{OWN}.ProjectsMatrices", meant="gradient-descent")
    assert finding.outcome is Outcome.EQUAL
    assert any("for small vectors" in said for said in finding.scope)


def test_a_step_that_asks_for_the_length_is_proved_for_short_vectors_only() -> None:
    finding = check(f"{OWN}.AsksForItsLength", meant="gradient-descent")
    assert finding.outcome is Outcome.EQUAL
    assert any("for small vectors" in said for said in finding.scope)


def test_a_transpose_is_not_read_as_the_matrix() -> None:
    finding = check(f"{OWN}.Transposes", meant="gradient-descent")
    assert finding.outcome is Outcome.EQUAL
    assert any("for small vectors" in said for said in finding.scope)


def test_a_norm_of_rows_is_no_norm_of_the_matrix() -> None:
    rows, whole = check(f"{OWN}.NormsOfRows"), check(f"{OWN}.NormBySquares")
    assert rows.comparison is not None and whole.comparison is not None
    assert [e.rhs for e in rows.comparison.optimizer.update] == [e.rhs for e in whole.comparison.optimizer.update]
    assert any("for small vectors" in said for said in rows.scope)
    assert whole.scope == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("ReadsWhatNobodyWrote", "nothing has written"), ("PairsRowsWithColumns", "rows or columns")],
)
def test_what_is_not_elementwise_is_not_read(name: str, reason: str) -> None:
    finding = check(f"{OWN}.{name}")
    assert finding.outcome is Outcome.UNREAD
    assert reason in finding.reason


def test_a_symbol_is_no_one_number_though_its_default_is() -> None:
    finding = check(f"{OWN}.IsSpecialAtOne")
    assert finding.comparison is not None and "nu" in {h.name for h in finding.comparison.optimizer.hyper}
    assert any("nu != 1" in said for said in finding.assumed)
    assert finding.confirmation is not None and finding.confirmation.error < 1e-12


def test_names_that_say_nothing_make_no_difference() -> None:
    """A right method is not called different because its arguments have names of their own."""
    finding = check(f"{OWN}.Renamed", meant="qhm")
    assert finding.outcome is Outcome.EQUAL


@pytest.mark.filterwarnings("ignore:This overload of addcdiv_")
def test_a_factor_in_front_is_read_as_the_factor() -> None:
    assert check(f"{OWN}.OldArguments", meant="gradient-descent").outcome is Outcome.EQUAL
