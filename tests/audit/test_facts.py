"""Newton, BFGS, conjugate gradients, expansions, limits: right formulas pass, wrong ones are mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from symopt.audit import Judgement
from symopt.audit.facts import Around, fact_opinion
from symopt.audit.facts.entries import entries
from symopt.read.notation import Statement, read

from .documents import displayed, findings

TABLES = Path(__file__).parent / "facts"


def rows(name: str) -> list[str]:
    return [line for line in (TABLES / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def verdict(source: str) -> tuple[str, str, str]:
    (content,) = read([source])
    assert isinstance(content, Statement), content
    opinion = fact_opinion(content, source, Around())
    return ("", "", "") if opinion is None else (str(opinion.verdict), opinion.proof, opinion.fix)


@pytest.mark.parametrize("source", rows("right.txt"))
def test_what_is_right_is_proved(source: str) -> None:
    assert verdict(source)[:2] in (("correct", "proved"), ("variant", "proved"))


@pytest.mark.parametrize("row", rows("wrong.txt"))
def test_what_is_wrong_is_mended(row: str) -> None:
    source, _, fix = row.partition(" => ")
    found = verdict(source)
    assert found[0] == "erratum"
    assert found[2] == fix
    assert verdict(fix)[:2] == ("correct", "proved")


@pytest.mark.parametrize("source", rows("other.txt"))
def test_what_is_neither_is_left_alone(source: str) -> None:
    assert verdict(source)[0] in ("", "given")


def test_every_entry_is_of_a_known_method() -> None:
    from symopt.optimizers import vector_methods

    assert {e.system for e in entries()} <= {*vector_methods(), "dfp", "sr1", "line-search"}


def test_the_document_says_it_too(tmp_path: Path) -> None:
    right = r"x_{n+1} = x_n - H_f(x_n)^{-1} \nabla f(x_n)"
    wrong = r"x_{n+1} = x_n + \frac{f(x_n)}{f'(x_n)}"
    first, second = findings(displayed([right, wrong]), tmp_path)
    assert (first.verdict, first.system) == (Judgement.CORRECT, "newton")
    assert (second.verdict, second.rewrite) == (Judgement.ERRATUM, "sign flipped")
    assert second.fix == r"x_{n+1} = x_n - \frac{f(x_n)}{f'(x_n)}"
    assert second.witness["claimed"] != second.witness["correct"]
