"""Counts of steps, relative errors of gradient checks, steps of differences."""

from __future__ import annotations

import pytest

from symopt.audit.facts import Around, fact_opinion
from symopt.read.notation import Statement, read

RIGHT = [
    (r"k = \frac{\log \epsilon}{\log \rho}", ""),
    (r"k \approx \frac{\log(1/\epsilon)}{\log(1/\rho)}", ""),
    (r"n = -\frac{\log(1/\epsilon)}{\log \mu}", ""),
    (r"\frac{|f'_a - f'_n|}{\max(|f'_a|, |f'_n|)}", ""),
    (r"e = \frac{\|g - d\|}{\|g\| + \|d\|}", ""),
    (r"h \approx \sqrt{\epsilon}", "For forward differences the best step is"),
    (r"h \approx \epsilon^{1/3}", "For central differences the best step is"),
]
WRONG = [
    (r"k = \frac{\log \rho}{\log \epsilon}", r"k = \frac{\log \epsilon}{\log \rho}"),
    (r"k = \frac{\log(1/\epsilon)}{\log \rho}", r"k = -\frac{\log(1/\epsilon)}{\log \rho}"),
    (r"e = \frac{|a + b|}{\max(|a|, |b|)}", r"e = \frac{|a - b|}{\max(|a|, |b|)}"),
]
OPEN = [r"k = \frac{\log n}{\log 2}", r"h = \sqrt{x}", r"n = \frac{a}{b}", r"\frac{|a - b|}{c}"]


def verdict(source: str, line: str = "") -> tuple[str, str]:
    (content,) = read([source])
    assert isinstance(content, Statement)
    found = fact_opinion(content, source, Around(line))
    return ("", "") if found is None else (str(found.verdict), found.fix)


@pytest.mark.parametrize(("source", "line"), RIGHT)
def test_what_is_right_is_called_so(source: str, line: str) -> None:
    assert verdict(source, line)[0] == "correct"


@pytest.mark.parametrize(("source", "fix"), WRONG)
def test_what_is_wrong_is_mended(source: str, fix: str) -> None:
    assert verdict(source) == ("erratum", fix)
    assert verdict(fix)[0] == "correct"


@pytest.mark.parametrize("source", OPEN)
def test_other_formulas_are_left_alone(source: str) -> None:
    assert verdict(source)[0] in ("", "given")
