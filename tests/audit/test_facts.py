"""Newton, BFGS, conjugate gradients, expansions, limits: right formulas pass, wrong ones are mended."""

from __future__ import annotations

import re
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


STATED = frozenset({"sigmoid", "l1-regularisation", "l2-regularisation", "elastic-net", "regularised-loss", "mean-loss",
                    "negative-log-likelihood"})  # fmt: skip
"""Definitions: there is nothing to prove."""


def verdict(source: str) -> tuple[str, str, str]:
    (content,) = read([source])
    assert isinstance(content, Statement), content
    opinion = fact_opinion(content, source, Around())
    if opinion is None:
        return "", "", ""
    assert opinion.proof or opinion.system in STATED or opinion.verdict is Judgement.GIVEN
    assert not any("+/-" in str(value) for value in (opinion.witness or {}).values()), "a witness is checked by hand"
    return str(opinion.verdict), "proved" if opinion.system in STATED else opinion.proof, opinion.fix


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


REMARKS = {
    (r"O(k^2 M)", "L-BFGS: the cost is $O(k^2 M)$"): ("variant", "O(kM)"),
    (r"O(kM)", "L-BFGS: the size is $O(kM)$"): ("correct", ""),
    (r"O(kM)", "Sorting costs $O(kM)$"): ("", ""),
    (r"O(M^3)", r"it takes $O(M^3)$ time; inverting the Hessian takes $O(M^3)$"): ("", ""),
    (r"O(M^3)", r"to invert the Hessian takes $O(M^3)$"): ("correct", ""),
    (r"\log(\log(\epsilon))", r"time $\log(\log(\epsilon))$"): ("erratum", r"\log(\log(1/\epsilon))"),
    (r"\log(\log(1/\epsilon))", r"time $\log(\log(1/\epsilon))$"): ("", ""),
    (r"\log(\epsilon)", r"time $\log(\epsilon)$"): ("variant", ""),
    (r"\log(\epsilon)", r"the entropy has a term $\log(\epsilon)$"): ("", ""),
    (r"O(\mu^{2^n})", r"Quadratic: the error is $O(\mu^{2^n})$"): ("correct", ""),
    (r"\epsilon_{n+1} \propto \epsilon_n^2", r"Quadratic: $\epsilon_{n+1} \propto \epsilon_n^2$"): ("correct", ""),
    (r"\epsilon_{n+1} \propto \epsilon_n^2", r"Linear: $\epsilon_{n+1} \propto \epsilon_n^2$"): ("", ""),
    (r"\epsilon_{n+1} \leq \mu \epsilon_n", r"linear: $\epsilon_{n+1} \leq \mu \epsilon_n$"): ("correct", ""),
}  # fmt: skip


@pytest.mark.parametrize(("row", "expected"), REMARKS.items(), ids=lambda r: r[1] if isinstance(r, tuple) else "")
def test_remarks_live_on_the_words_around_them(row: tuple[str, str], expected: tuple[str, str]) -> None:
    source, line = row
    (content,) = read([source])
    assert isinstance(content, Statement)
    opinion = fact_opinion(content, source, Around(line))
    assert (("", "") if opinion is None else (str(opinion.verdict), opinion.fix)) == expected


def test_sufficient_decrease_is_mended_where_a_line_search_is_spoken_of() -> None:
    wrong = r"f(x_k + \alpha_k p_k) \le f(x_k) - c_1 \alpha_k \nabla f(x_k)^T p_k"
    (content,) = read([wrong])
    assert isinstance(content, Statement)
    assert fact_opinion(content, wrong, Around()) is None
    found = fact_opinion(content, wrong, Around("The Armijo condition is"))
    assert found is not None
    assert (found.verdict, found.proof) == (Judgement.ERRATUM, "refuted")
    assert verdict(found.fix)[:2] == ("correct", "proved")


SIGNS = {"+": "correct", "~": "variant", "-": "erratum", "?": ""}
"""Right; a bound that is not tight; wrong; left alone."""


def said(formula: str, line: str) -> str:
    (content,) = read([formula])
    opinion = fact_opinion(content, formula, Around(line)) if isinstance(content, Statement) else None
    if opinion is None:
        return ""
    if opinion.verdict is Judgement.ERRATUM:
        assert opinion.witness
        assert opinion.proof == "refuted"
        assert said(opinion.fix, line.replace(formula, opinion.fix)) == "correct"
    return str(opinion.verdict)


@pytest.mark.parametrize("row", rows("growth.txt"))
def test_orders_of_growth_are_held_against_what_is_derived(row: str) -> None:
    """The row's mark is for its last formula; of a row without mistake no formula is called wrong."""
    line = row[2:]
    *others, formula = re.findall(r"\$([^$]*)\$", line)
    assert said(formula, line) == SIGNS[row[0]]
    assert not any(said(other, line) == "erratum" for other in others)


def test_every_entry_is_of_a_known_method() -> None:
    from symopt.optimizers import vector_methods

    others = "dfp sr1 line-search normal-equations ridge-regression barzilai-borwein cg-dai-yuan steepest-descent"
    fits = "newton-regularised gauss-newton levenberg-marquardt"
    assert {e.system for e in entries()} <= {*vector_methods(), *others.split(), *fits.split()}


def test_the_document_says_it_too(tmp_path: Path) -> None:
    right = r"x_{n+1} = x_n - H_f(x_n)^{-1} \nabla f(x_n)"
    wrong = r"x_{n+1} = x_n + \frac{f(x_n)}{f'(x_n)}"
    first, second = findings(displayed([right, wrong]), tmp_path)
    assert (first.verdict, first.system) == (Judgement.CORRECT, "newton")
    assert (second.verdict, second.rewrite) == (Judgement.ERRATUM, "sign flipped")
    assert second.fix == r"x_{n+1} = x_n - \frac{f(x_n)}{f'(x_n)}"
    assert second.witness["claimed"] != second.witness["correct"]
