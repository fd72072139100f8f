"""A neuron's gradient, held against the losses that it could belong to.

With the output p = sigmoid(w x + b) the derivative of a loss by w is dL/dp p (1 - p) x, so a claim names its loss:
half the squared error gives (p - y) p (1 - p) x, the cross-entropy (p - y) x.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.audit.facts.mistakes import mended
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide import identity
from symopt.language.terms import Term
from symopt.rewrites import mended_latex

p, y, x = sp.symbols("p y x", real=True)
LOSSES: dict[str, Any] = {
    "half the squared error": (p - y) ** 2 / 2,
    "the squared error": (p - y) ** 2,
    "the cross-entropy": -y * sp.log(p) - (1 - y) * sp.log(1 - p),
}
"""Of one example, in the output p and the target y."""
_TARGET = frozenset({"y", "t", "y_i", "d", r"\text{target}"})
_OUTPUT = frozenset({r"\hat{y}", r"\hat{y}_i", "a", "o", "p", r"\hat{p}"})
_INDEX = re.compile(r"^([a-zA-Z]+)[\^_]\{?\(?(\w+)\)?\}?$")


class _NotNeuron(Exception):
    """A part that no neuron's gradient has."""


def derivative(loss: str) -> Any:
    """The loss's derivative by the weight, for a sigmoid output."""
    return sp.cancel(sp.diff(LOSSES[loss], p) * p * (1 - p)) * x


def neuron_opinion(left: Term, right: Term, source: str) -> Opinion | None:
    """What is to be said of a gradient of a sigmoid neuron; None for anything else."""
    found = _judged(left, right)
    if found is None:
        return None
    loss, rewrite, sentence, new, shown = found
    system = "sigmoid-neuron"
    if new is None:
        return Opinion(Judgement.CORRECT, system=system, proof="proved", explanation=f"It is the gradient of {loss}.")
    fix = f"{mended_latex(left, left, source)} = {mended_latex(right, new, source)}"
    return Opinion(
        Judgement.ERRATUM, system=system, rewrite=rewrite, fix=fix, witness=dict(shown), proof="refuted",
        explanation=f"{sentence} It would be the gradient of {loss}.",
    )  # fmt: skip


@lru_cache(maxsize=512)
def _judged(left: Term, right: Term) -> tuple[str, str, str, Term | None, dict[str, str]] | None:
    weight = _weight(left)
    if weight is None:
        return None
    try:
        written = _value(right, weight)
    except _NotNeuron:
        return None
    if not {p, y} <= written.free_symbols:
        return None
    for loss in LOSSES:
        if identity(written, _expected(loss, weight)).proved:
            return loss, "", "", None, {}
    order = ["half the squared error", "the cross-entropy"] if written.has(p * (1 - p)) or sp.degree(
        sp.expand(written), p
    ) > 1 else ["the cross-entropy"]  # fmt: skip
    for loss in order:
        for mistake, new in mended(right, leaving_out=frozenset({"inverse missing", "division missing"})):
            try:
                value = _value(new, weight)
            except _NotNeuron:
                continue
            if identity(value, _expected(loss, weight)).proved:
                verdict = identity(written, _expected(loss, weight))
                if not verdict.refuted or verdict.witness is None:
                    return None
                shown = {k: str(v) for k, v in verdict.witness.assignments.items()}
                shown |= {"claimed": verdict.witness.left, "correct": verdict.witness.right}
                return loss, mistake.name, mistake.sentence, new, shown
    return None


def _weight(left: Term) -> tuple[str, str] | None:
    """The weight's letter and index; ``w^2`` reads as a square, and is the second weight's."""
    index = ""
    if left.head == "pow" and left.args[1].head == "number":
        left, index = left.args[0], str(left.args[1].value)
    if left.head != "grad" or left.name != "label" or left.args[0].head not in ("name", "at"):
        return None
    letter, own = _split(left.args[0])
    return letter, index or own


def _expected(loss: str, weight: tuple[str, str]) -> Any:
    made = derivative(loss)
    return made.subs(x, 1) if weight[0].startswith("b") else made


def _split(term: Term) -> tuple[str, str]:
    """A weight's letter and index."""
    if term.head == "at":
        return term.name, str(term.args[0].value if term.args[0].head == "number" else term.args[0].name)
    found = _INDEX.match(term.name)
    return (found[1], found[2]) if found else (term.name, "")


def _value(term: Term, weight: tuple[str, str]) -> Any:
    def go(part: Term) -> Any:
        return _value(part, weight)

    match term.head:
        case "number" if term.value is not None:
            return sp.Rational(term.value.numerator, term.value.denominator)
        case "add":
            return sp.Add(*map(go, term.args))
        case "neg":
            return -go(term.args[0])
        case "mul":
            return sp.Mul(*map(go, term.args))
        case "pow" if term.args[0] == Term("name", name="x") and str(term.args[1].value) == weight[1]:
            return x
        case "div" if term.args[1].head == "number":
            return go(term.args[0]) / go(term.args[1])
        case "call" if len(term.args) == 1 and term.name in (
            "f",
            "h",
            r"\sigma",
            "g",
            r"h_\theta",
            r"h_{\theta}",
            "h_w",
        ):
            return p
        case "name" if term.name in _TARGET:
            return y
        case "name" if term.name in _OUTPUT:
            return p
        case "name" | "at":
            letter, index = _split(term)
            if letter != "x" or (weight[1] and index not in (weight[1], "")) or weight[0].startswith("b"):
                raise _NotNeuron
            return x
        case _:
            raise _NotNeuron
