"""Slips that no single entry of the catalogue explains by itself, and right formulas that look like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from symopt.audit import Judgement
from tests.audit.documents import displayed, findings

GRADIENT = r"g_t = \nabla f(\theta_{t-1})"
FIRST = r"m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t"
SECOND = r"v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2"
HATS = (r"\hat{m}_t = \frac{m_t}{1-\beta_1^t}", r"\hat{v}_t = \frac{v_t}{1-\beta_2^t}")
STEP = r"\theta_t = \theta_{t-1} - \eta \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}"
DECAYED = r"\theta_t = \theta_{t-1} - \eta \left(\frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon} + \lambda "
AVERAGE = r"m_t = \beta m_{t-1} + (1-\beta) g_t"


@pytest.mark.parametrize("number", ["0.1", "0.9"])
def test_numbers_worked_out_in_a_chain_agree_with_each_other(number: str, tmp_path: Path) -> None:
    *_, last = findings(displayed([AVERAGE, rf"m_1 = 0.9 m_0 + 0.1 g_1 = {number} g_1"]), tmp_path)
    assert (last.verdict is Judgement.ERRATUM) == (number == "0.9")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("formulas", "place", "fix"),
    [
        ([GRADIENT, FIRST, SECOND, r"\hat{m}_t = \frac{m_t}{1-\beta_2}", HATS[1], STEP], 3, HATS[0]),
        ([GRADIENT, FIRST, r"v_t = \beta_1 v_{t-1} + (1-\beta_1) g_t", *HATS, STEP], 2, SECOND),
        ([FIRST, r"v_t = \beta_2 v_{t-1} + (1-\beta_1) g_t", *HATS, STEP], 1, SECOND),
        ([FIRST, SECOND, *HATS, DECAYED + r"g_t\right)"], 4, DECAYED + r"\theta_{t-1}\right)"),
    ],
)
def test_a_formula_with_two_slips_is_mended_where_the_others_say_what_is_meant(
    formulas: list[str], place: int, fix: str, tmp_path: Path
) -> None:
    found = findings(displayed(formulas), tmp_path)
    assert [f.verdict is Judgement.ERRATUM for f in found] == [i == place for i in range(len(found))]
    assert found[place].fix == fix
    assert found[place].proof == "refuted"


@pytest.mark.slow
@pytest.mark.parametrize(
    "formulas",
    [
        [GRADIENT, r"m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t + \beta_1 (g_t - g_{t-1})", SECOND, *HATS, STEP],
        [GRADIENT, FIRST, r"v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2 + \epsilon", *HATS, STEP],
        [GRADIENT, FIRST, r"v_t = \beta_2 v_{t-1} + (1-\beta_2) |g_t|", *HATS, STEP],
        [r"v_t = \mu v_{t-1} + g_t", r"w_{t+1} = w_t - \eta (v_t + \alpha g_t)"],
        [r"y_t = w_t + \mu v_t", r"v_{t+1} = \mu v_t - \eta \nabla L(w_t)", r"w_{t+1} = w_t + v_{t+1}"],
        [AVERAGE, r"m_1 = 0.9 g_1", r"m_2 = 0.1 m_1 + 0.9 g_2"],
    ],
)
def test_methods_that_the_catalogue_lacks_are_not_wrong(formulas: list[str], tmp_path: Path) -> None:
    found = findings(displayed(formulas), tmp_path)
    assert not [f for f in found if f.verdict is Judgement.ERRATUM]
