"""Losses told by their shape: penalties on the weights, the mean over examples with a penalty, likelihoods."""

from __future__ import annotations

from symopt.audit.facts.spelling import split
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.language import terms as T
from symopt.language.terms import Term

_PENALTIES = frozenset({"R", r"\Omega", r"\mathcal{R}", "r"})
_WEIGHTS = frozenset({"W", "w", r"\theta", r"\mathbf{w}", r"\mathbf{W}"})


def shape_opinion(left: Term, right: Term) -> Opinion | None:
    """What is to be said of a definition of a loss's part; None for anything else."""
    if left.head == "call" and left.name in _PENALTIES:
        return _named(_penalty(right))
    if _is_sigmoid(right):
        return _named("sigmoid")
    if _is_likelihood(right):
        return _named("negative-log-likelihood")
    if _is_loss(left) and right.head == "add" and len(right.args) == 2:
        mean, penalty = right.args
        if _is_mean(mean) and (_penalty(penalty) or _asks_penalty(penalty)):
            return _named("regularised-loss")
    if _is_loss(left) and _is_mean(right) and _is_example(right.args[1].args[2]):
        return _named("mean-loss")
    return None


_LOSSES = frozenset({"L", r"\ell", r"\mathcal{L}", "l", "J", "E", "C", r"\text{loss}"})


def _is_example(term: Term) -> bool:
    """Whether it is the loss of one example: ``L^{(i)}``, ``\\ell(\\hat{y}_i, y_i)``."""
    name = split(term.name).base
    return term.head in ("name", "at", "call") and name in _LOSSES


def _named(system: str) -> Opinion | None:
    return Opinion(Judgement.CORRECT, system=system, explanation="A definition.") if system else None


def _is_loss(left: Term) -> bool:
    return left.name in ("L", "J", "E", r"\mathcal{L}", "C") and left.head in ("name", "call")


def _terms(right: Term) -> list[Term]:
    """The addends under all sums, factors in front left out; a sum that ends early is read as going on."""
    match right.head:
        case "sum":
            return _terms(right.args[2])
        case "add":
            return [t for a in right.args for t in _terms(a)]
        case "mul":
            kept = [a for a in right.args if not _is_strength(a)]
            return _terms(kept[0]) if len(kept) == 1 else [right]
        case _:
            return [right]


def _is_strength(term: Term) -> bool:
    if term.head == "div":
        return all(_is_strength(a) for a in term.args)
    return term.head == "number" or (term.head == "name" and term.name in (r"\lambda", r"\alpha", r"\beta", r"\gamma"))


def _penalty(right: Term) -> str:
    kinds = frozenset(_kind(t) for t in _terms(right))
    named = {frozenset({"l1"}): "l1-regularisation", frozenset({"l2"}): "l2-regularisation"}
    return "elastic-net" if kinds == frozenset({"l1", "l2"}) else named.get(kinds, "")


def _kind(term: Term) -> str:
    if term.head == "pow" and term.args[1] == T.number(2):
        base = term.args[0]
        base = base.args[0] if base.head == "call" and base.name in ("norm", "abs") else base
        return "l2" if _is_weight(base) else ""
    if term.head == "call" and term.name == "abs" and _is_weight(term.args[0]):
        return "l1"
    return ""


def _is_weight(term: Term) -> bool:
    return term.head in ("name", "at") and (term.name in _WEIGHTS or term.name.split("_")[0] in _WEIGHTS)


def _asks_penalty(term: Term) -> bool:
    kept = [a for a in term.args if not _is_strength(a)] if term.head == "mul" else [term]
    return len(kept) == 1 and kept[0].head == "call" and kept[0].name in _PENALTIES


def _is_mean(term: Term) -> bool:
    """1/N times a sum over N examples."""
    if term.head != "mul" or len(term.args) != 2:
        return False
    share, total = term.args
    if share.head != "div" or share.args[0] != T.number(1) or total.head != "sum":
        return False
    return total.args[1] == share.args[1] or total.args[1].name == r"\ldots"


def _is_sigmoid(right: Term) -> bool:
    if right.head != "div" or right.args[0] != T.number(1) or right.args[1].head != "add":
        return False
    parts = right.args[1].args
    grown = [a for a in parts if a.head == "call" and a.name == "exp" and a.args[0].head == "neg"]
    return len(parts) == 2 and T.number(1) in parts and len(grown) == 1


def _is_likelihood(right: Term) -> bool:
    inner = right.args[0] if right.head == "neg" else None
    if inner is None or inner.head != "call" or inner.name != "log":
        return False
    return inner.args[0].head == "call" and inner.args[0].name in ("P", "p", r"\Pr")
