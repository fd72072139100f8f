"""What formulas about losses of several classes mean: the scores z_j, the right class c, and the class k asked about.

Sums over classes stay sums of any length K; a sum over examples is a factor, as in `scores`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symopt.audit.facts.scores import INPUTS, OUTPUTS, RATES, TARGETS, WEIGHTS, Misfit, NotAbout, logarithm, over, x
from symopt.audit.facts.spelling import Spelling, spelling
from symopt.language.terms import Term
from symopt.losses.classes import Delta, K, a, c, k, y, z
from symopt.rewrites.formula_mistakes import INDICATOR

hot = sp.Symbol("y_k", nonnegative=True)
"""The target of the class asked about; 1 for the right class and 0 for others, or any probability."""
other = sp.Symbol("l", integer=True, positive=True)
"""The class whose score is differentiated by, where that is another than the one asked about."""
PROBABILITIES = (OUTPUTS | {"softmax", "q", r"\sigma", "S"}) - {"h", "f"}
MARGINS = frozenset({r"\Delta", r"\delta", "m", r"\gamma"})


@dataclass(frozen=True)
class Asked:
    """What a formula's left side asks about.

    Args:
        index: how it calls the class; "" where it speaks of all classes at once.
        letter: what it calls the scores.
        label: how it calls the right class.
        second: how it calls the class whose score it differentiates by, where there are two.
    """

    index: str = ""
    letter: str = ""
    label: str = "y"
    second: str = ""
    bound: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def of(self, index: str) -> Any:
        """The class that an index stands for."""
        if index in self.bound:
            return self.bound[index]
        if index == self.index:
            return c if self.is_label(index) else k
        if index and index == self.second:
            return other
        if self.is_label(index):
            return c
        raise NotAbout(f"class {index}")

    def is_label(self, index: str) -> bool:
        return index[:1] in ("y", "t") or index == "c"

    def within(self, name: str, index: Any) -> Asked:
        return Asked(self.index, self.letter, self.label, self.second, {**self.bound, name: index})


def softmax(at: Any) -> Any:
    """The probability of a class."""
    j = sp.Symbol("j", integer=True, positive=True)
    return sp.exp(z[at]) / sp.Sum(sp.exp(z[j]), (j, 1, K))


def meaning(term: Term, asked: Asked) -> Any:
    """The value that a formula's side has, for any number of classes.

    Raises:
        NotAbout: a part that has no place in such a formula.
    """

    def go(part: Term) -> Any:
        return meaning(part, asked)

    own = _leaf(term, asked)
    if own is not None:
        return own
    match term.head:
        case "number" if term.value is not None:
            return sp.Rational(term.value.numerator, term.value.denominator)
        case "add":
            return sp.Add(*map(go, term.args))
        case "neg":
            return -go(term.args[0])
        case "mul":
            _check_shapes(term)
            return _product([go(a) for a in _paired(term)])
        case "div":
            return go(term.args[0]) / go(term.args[1])
        case "pow" if term.args[1].head == "name" and term.args[0].head == "name":
            return go(term.args[0])
        case "pow" if term.args[1].value is not None:
            return go(term.args[0]) ** go(term.args[1])
        case "sum":
            return _sum(term, asked)
        case "cases" if asked.second:
            return _by_class(term, asked)
        case "call":
            return _call(term, asked)
        case _:
            raise NotAbout(term.head)


def _paired(product: Term) -> list[Term]:
    """The factors, each weight with its input as one: ``w_j^T x`` is a score."""
    made: list[Term] = []
    for part in product.args:
        if made and _score(made[-1], part) is not None:
            made[-1] = Term("mul", (made[-1], part))
        else:
            made.append(part)
    return [product] if len(made) == 1 and made[0].head == "mul" else made


def _check_shapes(product: Term) -> None:
    """``X^T (P - Y)`` and ``(P - Y)^T X`` fit where examples are rows, ``X (P - Y)^T`` where they are columns."""
    turned = [part.head == "call" and part.name == "transpose" for part in product.args]
    for i, part in enumerate(product.args):
        if spelling(part.args[0] if turned[i] else part) == Spelling("X"):
            others = any(t for j, t in enumerate(turned) if j != i)
            if turned[i] == others:
                raise Misfit("X is multiplied along its weights where its examples have to be summed over")


def _product(values: list[Any]) -> Any:
    if len([v for v in values if v.has(over)]) > 1:
        raise NotAbout("a product of two sums")
    return sp.Mul(*values)


def _score(a: Term, b: Term) -> str | None:
    """The index of the class whose score ``w_j^T x`` is; None for anything else."""
    first, second = (
        spelling(p.args[0] if p.head == "call" and p.name == "transpose" else p) if p.head != "call"
        or p.name == "transpose" else None for p in (a, b)
    )  # fmt: skip
    if first is None or second is None:
        return None
    weight, data = (first, second) if first.base in WEIGHTS else (second, first)
    return weight.indices[0] if weight.base in WEIGHTS and data.base in INPUTS and weight.indices else None


def _leaf(term: Term, asked: Asked) -> Any:
    if term.head == "mul" and len(term.args) == 2:
        index = _score(*term.args) or _run_together(term, asked)
        return None if index is None else z[asked.of(index)]
    if term.head == "call" and term.name not in ("softmax",) and not _is_function(term):
        return None
    found = spelling(term)
    if found is None or term.head not in ("name", "at", "call"):
        return None
    base = found.base
    if base == r"\delta" and found.indices:
        return hot
    if base == asked.letter or (not asked.letter and base in ("z", "s", "f", "o", "h")):
        return z[asked.of(_class_of(found, asked))] if found.indices else _alone(term, asked)
    if term.head == "call" and base in ("f", "h", "g") and found.indices and found.indices[0] in asked.bound:
        return z[asked.of(found.indices[0])]
    if base in PROBABILITIES:
        return softmax(asked.of(_class_of(found, asked)))
    if base in TARGETS:
        return _target(found, asked)
    if base in INPUTS:
        return over * x if base == "X" else x
    if base == "K" and not found.indices:
        return K
    if base in MARGINS:
        return Delta
    if base in RATES or base in ("n", "N", "m", "M"):
        return sp.Symbol(base, positive=True)
    raise NotAbout(base)


def _run_together(term: Term, asked: Asked) -> str | None:
    """The index of ``s y_i``, whose subscript was lost on the way."""
    first, second = term.args
    found = spelling(second)
    if first.head != "name" or first.name not in ("s", "f", "z") or found is None or second.head == "call":
        return None
    index = "_".join((found.base, *found.indices))
    return index if index in asked.bound or (asked.is_label(index) and found.indices) else None


def _is_function(term: Term) -> bool:
    found = spelling(term)
    return found is not None and len(term.args) == 1 and (
        found.base in PROBABILITIES or found.base in ("f", "h", "g")
    )  # fmt: skip


def _alone(term: Term, asked: Asked) -> Any:
    raise NotAbout(f"{term.name} without a class")


def _class_of(found: Spelling, asked: Asked) -> str:
    """Which of the indices is the class; the class asked about where none is."""
    known = [i for i in found.indices if i in asked.bound or i in (asked.index, asked.second) or asked.is_label(i)]
    if known:
        return known[0]
    if any(i in ("j", "k", "l") for i in found.indices):
        raise NotAbout(f"class {found.indices}")
    return asked.index


def _target(found: Spelling, asked: Asked) -> Any:
    index = asked.of(_class_of(found, asked))
    return hot if index in (k, c) else y[index]


def _sum(term: Term, asked: Asked) -> Any:
    low, _, body = term.args
    names = {i for n in body.nodes() if (f := spelling(n)) is not None and f.base in INPUTS for i in f.indices}
    if term.name in names and "!=" not in low.name:
        return over * meaning(body, asked)
    index = sp.Symbol(f"j{len(asked.bound) or ''}", integer=True, positive=True)
    summand = meaning(body, asked.within(term.name, index))
    total = sp.Sum(summand, (index, 1, K))
    if "!=" not in low.name:
        return total
    sides = (low.args[0].name, low.args[1].name) if low.args else tuple(low.name.split(" != "))
    if sides[0] != term.name:
        raise NotAbout("a sum over something else")
    return total - summand.xreplace({index: asked.of(_normal(sides[1]))})


def _normal(index: str) -> str:
    return index.replace("{", "").replace("}", "")


def _by_class(term: Term, asked: Asked) -> Any:
    """``{ p_i (1 - p_i) if i = j; -p_i p_j if not }``."""
    if len(term.args) != 4:
        raise NotAbout("cases of something else")
    first, condition, second, rest = term.args
    found = [spelling(a) for a in condition.args]
    names = {f.base for f in found if f is not None}
    if names != {asked.index, asked.second} or condition.name not in ("=", "!=") or rest.name == condition.name:
        raise NotAbout("cases of something else")
    same, apart = (first, second) if condition.name == "=" else (second, first)
    return hot * meaning(same, asked) + (1 - hot) * meaning(apart, asked)


def _call(term: Term, asked: Asked) -> Any:
    if term.name == INDICATOR:
        return _indicator(term.args[0], asked)
    if term.name.startswith("max_") and len(term.args) == 1:
        return _greatest(term, asked)
    values = [meaning(a, asked) for a in term.args]
    match term.name, values:
        case "transpose", [inside]:
            return inside
        case "exp", [inside]:
            return sp.exp(inside)
        case "log", [inside]:
            return logarithm(inside)
        case (("max" | "min"), [_, *_]):
            return (sp.Max if term.name == "max" else sp.Min)(*values)
        case _:
            raise NotAbout(term.name)


def _greatest(term: Term, asked: Asked) -> Any:
    """``max_{j != y} f(s_j)``, of an f that grows: f of the greatest of the wrong classes' scores, class a."""
    own, _, excluded = term.name.removeprefix("max_").partition(" != ")
    if not asked.is_label(_normal(excluded)):
        raise NotAbout("a maximum over something else")
    value = meaning(term.args[0], asked.within(own, a))
    inner = value.args if isinstance(value, sp.Max) else (value,)
    if any(sp.expand(part - z[a]).has(z[a]) for part in inner if part.has(z[a])):
        raise NotAbout("a maximum of what may fall")
    return value


def _indicator(relation: Term, asked: Asked) -> Any:
    if relation.head != "relation":
        raise NotAbout("an indicator of nothing")
    if relation.name == "=":
        found = [spelling(a) for a in relation.args]
        names = {"_".join((f.base, *f.indices)) for f in found if f is not None}
        if names == {asked.index, asked.second}:
            return hot
        if len(names) != 2 or not (asked.index in names and any(asked.is_label(n) for n in names)):
            raise NotAbout("an indicator of other classes")
        return hot
    left, right = (meaning(a, asked) for a in relation.args)
    if relation.name not in ("<", "<=", ">", ">="):
        raise NotAbout("a condition on something else")
    return (1 + sp.sign(left - right if relation.name[0] == ">" else right - left)) / 2
