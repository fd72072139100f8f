"""Numbers that are nearly equal, and what floating-point formats resolve."""

from __future__ import annotations

import numpy as np
import pytest

from symopt.audit import Judgement
from symopt.audit.facts import Around, fact_opinion
from symopt.audit.facts.numbers import FORMATS
from symopt.read.notation import Statement, read

SINGLE = "In float32,"
RIGHT = [
    (r"2^{-23} \approx 1.2 \times 10^{-7}", ""),
    (r"2^{-23} \approx 1.19 \times 10^{-7}", ""),
    (r"2^{-24} \approx 10^{-7}", ""),
    (r"\epsilon = 2^{-23} \approx 10^{-7}", ""),
    (r"\frac{1}{3} \approx 0.33", ""),
    (r"2^{10} \approx 1000", ""),
    (r"\epsilon = 2^{-23}", SINGLE),
    (r"\epsilon_{mach} \approx 1.2 \times 10^{-7}", SINGLE),
    (r"u = 2^{-24}", SINGLE),
    (r"x_{max} \approx 3.4 \times 10^{38}", SINGLE),
    (r"\epsilon \approx 2.2 \times 10^{-16}", "With double precision"),
    (r"(2 - 2^{-23}) \times 2^{127} \approx 3.4 \times 10^{38}", ""),
]
WRONG = [
    (r"2^{-23} \approx 1.2 \times 10^{-8}", "", r"2^{-23} \approx 1.19 \times 10^{-7}"),
    (r"2^{-23} \approx 10^{-6}", "", r"2^{-23} \approx 1.19 \times 10^{-7}"),
    (r"\epsilon \approx 2.2 \times 10^{-16}", SINGLE, r"\epsilon \approx 2^{-23}"),
    (r"\epsilon = 2^{-52}", SINGLE, r"\epsilon = 2^{-23}"),
]
OPEN = [(r"\epsilon = 10^{-8}", "We set"), (r"\eta = 0.001", SINGLE), (r"\epsilon = 10^{-3}", SINGLE)]


def verdict(source: str, line: str) -> tuple[str, str, str]:
    (content,) = read([source])
    assert isinstance(content, Statement)
    found = fact_opinion(content, source, Around(line))
    return ("", "", "") if found is None else (str(found.verdict), found.proof, found.fix)


@pytest.mark.parametrize(("source", "line"), RIGHT)
def test_what_is_near_enough_is_right(source: str, line: str) -> None:
    assert verdict(source, line)[:2] == ("correct", "proved")


@pytest.mark.parametrize(("source", "line", "fix"), WRONG)
def test_what_is_far_off_is_mended(source: str, line: str, fix: str) -> None:
    assert verdict(source, line) == (str(Judgement.ERRATUM), "refuted", fix)
    assert verdict(fix, line)[0] == "correct"


@pytest.mark.parametrize(("source", "line"), OPEN)
def test_settings_are_left_alone(source: str, line: str) -> None:
    assert verdict(source, line)[0] in ("", "given")


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_formats_are_numpys(name: str) -> None:
    (known,) = (f for f in FORMATS if f.name == name)
    theirs = np.finfo(name)
    assert [float(c) for c in known.constants.values()] == [
        float(theirs.eps), float(theirs.eps) / 2, float(theirs.max), float(theirs.tiny)
    ]  # fmt: skip
