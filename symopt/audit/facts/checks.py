"""How many steps a linear rate takes, and how a gradient check measures: its relative error, its step.

An error that shrinks by rho at each step is below epsilon after log(epsilon) / log(rho) steps. A forward difference is
best at a step of the order of sqrt(epsilon), a central one at the cube root: proofs/finite_differences.py.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import sympy as sp

from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide import identity
from symopt.language.terms import Term
from symopt.read.notation import Statement
from symopt.rewrites import formula_mends, mended_latex, mistake

_COUNTS = frozenset({"k", "n", "t", "T", "N", "K", "m"})
_ERRORS = frozenset({r"\epsilon", r"\varepsilon", r"\delta"})
_RATES = frozenset({r"\rho", r"\mu", "r", "c", "q", r"\gamma", r"\beta", r"\alpha"})
_epsilon, _rho = sp.symbols("epsilon rho", positive=True)
_WAYS = frozenset({"sign flipped", "fraction upside down"})
_FORWARD, _CENTRAL = (re.compile(rf"\b{word}", re.IGNORECASE) for word in ("forward|one-sided", "cent(?:ral|red|ered)"))


def check_opinion(content: Statement, source: str, text: str) -> Opinion | None:
    """What is to be said of a count of steps, a relative error or a difference's step; None for anything else."""
    if not content.steps:
        return _relative(content.left, source)
    (symbol, right), *more = content.steps
    if more:
        return None
    if content.left.name in _COUNTS and symbol in ("=", "~", ">=", ">"):
        return _steps(right, source)
    if content.left.name[:1] == "h" and symbol in ("=", "~", "propto"):
        return _best_step(right, text)
    return _relative(right, source) if symbol == "=" else None


def _steps(right: Term, source: str) -> Opinion | None:
    value, expected = _logs(right), sp.log(_epsilon) / sp.log(_rho)
    if value is None:
        return None
    if identity(value, expected).proved:
        return Opinion(
            Judgement.CORRECT, system="linear-convergence", proof="proved",
            explanation="An error that shrinks by the same share at each step is below epsilon then.",
        )  # fmt: skip
    verdict = identity(value, expected)
    for entry, new in formula_mends(right):
        mended = _logs(new) if entry.name in _WAYS else None
        if mended is not None and verdict.refuted and verdict.witness and identity(mended, expected).proved:
            shown = {k: str(v) for k, v in verdict.witness.assignments.items()}
            start, end = right.span or (0, len(source))
            return Opinion(
                Judgement.ERRATUM, system="linear-convergence", rewrite=entry.name, explanation=entry.sentence,
                fix=f"{source[:start]}{mended_latex(right, new, source)}{source[end:]}", proof="refuted",
                witness={**shown, "claimed": verdict.witness.left, "correct": verdict.witness.right},
            )  # fmt: skip
    return None


def _logs(term: Term) -> Any:
    """The value of a quotient of logarithms of the error and the rate; None for anything else."""
    if term.head == "neg":
        inner = _logs(term.args[0])
        return None if inner is None else -inner
    if term.head != "div" or any(a.name != "log" and not _negated_log(a) for a in term.args):
        return None
    parts = [_log(a) for a in term.args]
    if None in parts or {s for p in parts for s in p.free_symbols} != {_epsilon, _rho}:
        return None
    return parts[0] / parts[1]


def _negated_log(term: Term) -> bool:
    return term.head == "neg" and term.args[0].name == "log"


def _log(term: Term) -> Any:
    if term.head == "neg":
        inner = _log(term.args[0])
        return None if inner is None else -inner
    of = term.args[0]
    turned = of.head == "div" and of.args[0].value == 1
    name = (of.args[1] if turned else of).name
    symbol = _epsilon if name in _ERRORS else _rho if name in _RATES else None
    if symbol is None:
        return None
    return -sp.log(symbol) if turned else sp.log(symbol)


def _best_step(right: Term, text: str) -> Opinion | None:
    root = right.name == "sqrt" and right.args[0].name in _ERRORS
    power = right.args[1] if right.head == "pow" and right.args[0].name in _ERRORS else None
    exponent = Fraction(1, 2) if root else None
    if power is not None:
        value = power.value
        if power.head == "div" and power.args[0].value is not None and power.args[1].value:
            value = power.args[0].value / power.args[1].value
        exponent = value
    if exponent is None:
        return None
    kinds = {Fraction(1, 2): ("forward", _FORWARD), Fraction(1, 3): ("central", _CENTRAL)}
    kind, word = kinds.get(exponent, ("", None))
    if word is None or not word.search(text):
        return None
    return Opinion(
        Judgement.CORRECT, system="finite-difference",
        explanation=f"The step that balances the truncation of {kind} differences against rounding.",
    )  # fmt: skip


def _relative(term: Term, source: str) -> Opinion | None:
    """``|a - b| / max(|a|, |b|)``, or over the sum of both."""
    if term.head != "div" or term.args[0].name not in ("abs", "norm"):
        return None
    top, bottom = term.args
    inside = top.args[0]
    if inside.head != "add" or len(inside.args) != 2:
        return None
    a, b = (part.args[0] if part.head == "neg" else part for part in inside.args)
    sizes = {Term("call", (part,), top.name) for part in (a, b)}
    whole = bottom.head == "add" or bottom.name == "max"
    if not whole or not sizes <= set(bottom.args):
        return None
    if inside.args[1].head == "neg":
        return Opinion(
            Judgement.CORRECT, system="gradient-check", explanation="The relative error of a gradient check."
        )
    entry = mistake("sign flipped")
    new = term.put((0, 0, 1), Term("neg", (inside.args[1],)))
    start, end = term.span or (0, len(source))
    return Opinion(
        Judgement.ERRATUM, system="gradient-check", rewrite=entry.name, proof="refuted",
        explanation="Two equal derivatives would be off by all of their size: their difference belongs here.",
        fix=f"{source[:start]}{mended_latex(term, new, source)}{source[end:]}",
        witness={"a": "1", "b": "1", "claimed": "2" if bottom.name == "max" else "1", "correct": "0"},
    )  # fmt: skip
