"""Losses: softmax cross-entropy, hinge, likelihoods, sigmoids, penalties; worked out for three classes.

A formula over classes is written out for three of them, of which the first is the right one: ``s_j`` under a sum runs
over all, ``s_{y_i}`` is the first. What is left is an identity of numbers, and `decide` settles it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.audit.facts.mistakes import mended
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide import identity
from symopt.language.terms import Term
from symopt.rewrites import mended_latex

CLASSES = 3
s = sp.symbols(f"s_1:{CLASSES + 1}", real=True)
margin = sp.Symbol("Delta", positive=True)
_LABELLED = re.compile(r"^(.+?)_(?:\{([a-z]_\{?[a-z]\}?|[a-z])\}|([a-z](?:_[a-z])?))$")
_LOSS = re.compile(r"^(?:L|\\mathcal\{L\}|\\ell|J|E|C|l)(?:_\{?[a-z]\}?)?$|^\\(?:text|mathrm)\{loss\}")
_CLASS = "index of the class"
_PROBABILITY = sp.exp(s[0]) / sum(sp.exp(x) for x in s)


class _NotClasses(Exception):
    """A part that says nothing about classes."""


def loss_opinion(left: Term, right: Term, source: str) -> Opinion | None:
    """What is to be said of a loss or a probability; None for anything else."""
    found = _judged(left, right)
    if found is None:
        return None
    system, rewrite, sentence, new, witness = found
    if new is None:
        return Opinion(Judgement.CORRECT, system=system, proof="proved")
    between = source[(left.span or (0, 0))[1] : (right.span or (0, 0))[0]].strip(" &") or "="
    fix = f"{mended_latex(left, left, source)} {between} {mended_latex(right, new, source)}"
    return Opinion(
        Judgement.ERRATUM, system=system, rewrite=rewrite, explanation=sentence, fix=fix, witness=dict(witness),
        proof="refuted",
    )  # fmt: skip


@lru_cache(maxsize=512)
def _judged(left: Term, right: Term) -> tuple[str, str, str, Term | None, Mapping[str, str]] | None:
    label = _left_label(left)
    loss = left.head in ("name", "at") and _LOSS.match(left.name) is not None
    asked = [*(["softmax-cross-entropy", "multiclass-hinge"] if loss else []), *(["softmax"] if label else [])]
    for system in asked:
        if _is(system, right, label):
            return system, "", "", None, {}
    for system in asked:
        found = _mended(system, right, label)
        if found is not None:
            return found
    return None


def _left_label(left: Term) -> str:
    """The class that a probability on the left is about: k in ``P(Y = k | X)`` and in ``p_k``."""
    if left.head == "call" and left.name in ("P", "p", r"\Pr"):
        for node in left.args:
            if node.head == "relation" and node.name == "=" and node.args[1].head == "name":
                return node.args[1].name
    base, label = _split(left.name) if left.head == "name" else ("", "")
    return label if base in ("p", r"\hat{y}", r"\sigma", "a", "q", r"\hat{p}") else ""


def _split(name: str) -> tuple[str, str]:
    """A name and its index: ``s_{y_i}`` is s at y_i."""
    found = _LABELLED.match(name)
    return (found[1], found[2] or found[3]) if found else (name, "")


def _is(system: str, right: Term, label: str) -> bool:
    try:
        value = _value(right, {}, label)
    except (_NotClasses, TypeError, ValueError):
        return False
    return value is not None and _agrees(system, value)


def _agrees(system: str, value: Any) -> bool:
    if not value.free_symbols >= set(s):
        return False
    match system:
        case "softmax":
            return identity(value, _PROBABILITY).proved
        case "softmax-cross-entropy":
            return value.has(sp.log) and identity(sp.exp(-value), _PROBABILITY).proved
        case _:
            gap = margin if margin in value.free_symbols else sp.Integer(1)
            return identity(value, sum((sp.Max(0, x - s[0] + gap) for x in s[1:]), sp.Integer(0))).proved


def _mended(system: str, right: Term, label: str) -> tuple[str, str, str, Term | None, Mapping[str, str]] | None:
    try:
        written = _value(right, {}, "") if system == "softmax" else _value(right, {}, label)
    except (_NotClasses, TypeError, ValueError):
        return None
    if system == "softmax":
        found = _other_label(right, label)
        if found is not None:
            return found
    for mistake, new in mended(right):
        if mistake.name not in ("sign flipped", "fraction upside down") or not _is(system, new, label):
            continue
        verdict = identity(written, _value(new, {}, label))
        if verdict.refuted and verdict.witness is not None:
            shown = {k: str(v) for k, v in verdict.witness.assignments.items()}
            return system, mistake.name, mistake.sentence, new, {
                **shown, "claimed": verdict.witness.left, "correct": verdict.witness.right,
            }  # fmt: skip
    return None


def _other_label(right: Term, label: str) -> tuple[str, str, str, Term | None, Mapping[str, str]] | None:
    """A softmax that is right for another class than the left side speaks of."""
    labels = {_split(n.name)[1] for _, n in right.walk() if n.head == "name"} - {label, ""}
    if len(labels) != 1:
        return None
    (other,) = labels
    if not _is("softmax", right, other):
        return None

    def change(node: Term) -> Term | None:
        base, index = _split(node.name) if node.head == "name" else ("", "")
        return Term("name", name=f"{base}_{label}") if index == other else None

    verdict = identity(_PROBABILITY, _PROBABILITY.subs({s[0]: s[1], s[1]: s[0]}, simultaneous=True))
    if not verdict.refuted or verdict.witness is None:
        return None
    values = {name: str(v) for name, v in verdict.witness.assignments.items()}
    sentence = f"The left side speaks of class ${label}$, the right side of class ${other}$."
    witness = {**values, "claimed": verdict.witness.right, "correct": verdict.witness.left}
    return "softmax", _CLASS, sentence, right.map(change), witness


def _value(term: Term, bound: Mapping[str, int], label: str) -> Any:
    """The term for three classes; ``label`` is the one index that stands for the right class."""

    def go(part: Term) -> Any:
        return _value(part, bound, label)

    score = _score(term, bound, label)
    if score is not None:
        return score
    match term.head:
        case "number" if term.value is not None:
            return sp.Rational(term.value.numerator, term.value.denominator)
        case "name" if term.name in (r"\Delta", r"\delta", "m"):
            return margin
        case "add":
            return sp.Add(*map(go, term.args))
        case "neg":
            return -go(term.args[0])
        case "mul":
            return sp.Mul(*map(go, term.args))
        case "div":
            return go(term.args[0]) / go(term.args[1])
        case "call" if term.name in ("exp", "log", "max"):
            made: Any = {"exp": sp.exp, "log": sp.log, "max": sp.Max}[term.name]
            return made(*map(go, term.args))
        case "sum":
            return sum(_value(term.args[2], {**bound, term.name: k}, label) for k in _range(term, label))
        case _:
            raise _NotClasses


def _range(term: Term, label: str) -> range:
    low, high, _ = term.args
    if "!=" in low.name:
        sides = (low.args[0].name, low.args[1].name) if low.args else tuple(low.name.split(" != "))
        if sides[0] != term.name or (label and sides[1] != label):
            raise _NotClasses
        return range(1, CLASSES)
    if low.name == r"\ldots" or (low.value == 1 and high.head == "name"):
        return range(CLASSES)
    raise _NotClasses


def _score(term: Term, bound: Mapping[str, int], label: str) -> Any:
    """A class's score, if the term is one."""
    index = ""
    if term.head == "at" and len(term.args) == 1 and term.args[0].head == "name":
        index = term.args[0].name
    elif term.head == "name" or (term.head == "call" and "_" in term.name and term.name[0] in "fsh"):
        index = _split(term.name)[1]
    elif term.head == "mul" and len(term.args) == 2 and all(a.head == "name" for a in term.args):
        index = term.args[1].name if term.args[0].name in ("s", "f", "z") else ""
    if not index:
        return None
    if index in bound:
        return s[bound[index]]
    if label and index != label:
        raise _NotClasses
    if not label and not index.startswith("y"):
        raise _NotClasses
    return s[0]
