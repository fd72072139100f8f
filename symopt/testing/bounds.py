"""How far one coordinate moves in one step at most, whatever the gradients: found from the equations, and proved.

A candidate is the step that a definition takes at a gradient of one, or of any size, where nothing is remembered and
epsilon is zero; or, where a step is a first moment over the root of a second one, what the inequality of Cauchy and
Schwarz allows. ``symopt.decide`` says whether it is a bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, holds, identity
from symopt.language import At, Grad, Norm, Optimizer, Sequence, t
from symopt.language.vocabulary import eps

_G = sp.Symbol("g", real=True)
_K = sp.Symbol("k", positive=True)


@dataclass(frozen=True)
class Bound:
    """A coordinate's step is never larger than this.

    Args:
        size: the bound, of hyperparameters and the step t.
        assuming: conditions on the hyperparameters under which it is one.
        verdict: the proof.
    """

    size: sp.Expr
    assuming: tuple[Any, ...]
    verdict: Verdict


def step_bound(optimizer: Optimizer) -> Bound | None:
    """A proved bound of the definition's steps; None where none is found."""
    for find in (_of_one_step, _of_moments):
        for bound in find(optimizer):
            if bound.verdict.proved:
                return bound
    return None


def _of_one_step(optimizer: Optimizer) -> Iterator[Bound]:
    """Bounds that hold whatever the states are."""
    move, facts = _named(_move(optimizer, frozenset()))
    if not move.has(_G):
        return
    limited = [h.symbol + 1 for h in optimizer.hyper] if move.has(sp.Min, sp.Max, sp.Piecewise) else []
    tried: set[Any] = {sp.S.Zero}
    for value in (sp.S.One, sp.oo, *limited):
        at = dict.fromkeys(move.atoms(At), sp.S.Zero) | {_G: value, eps: sp.S.Zero}
        try:
            size: Any = sp.Abs(move.xreplace(at | dict.fromkeys(facts, value)))
        except (TypeError, ValueError):  # SymPy's, where something undefined would have to be compared
            continue
        if size not in tried and not size.has(sp.nan, sp.oo, sp.zoo):
            tried.add(size)
            yield Bound(size, (), _at_most(optimizer, move, size, _coordinates(facts)))


def _of_moments(optimizer: Optimizer) -> Iterator[Bound]:
    """Bounds of a first moment over the root of a second: m^2 <= k v is kept by every step.

    With m_t = a m + p g and v_t = b v + q g^2, a^2 < b and k = p^2 b / (q (b - a^2)),
    k v_t - m_t^2 = b (k v - m^2) + ((b - a^2) m - a p g)^2 / (b - a^2).
    """
    averages = {s: found for s in optimizer.init if (found := _average(optimizer, s)) is not None}
    for m, (a, p, asked) in averages.items():
        for v, (b, q, squared) in averages.items():
            if squared != asked**2 or optimizer.init[m] != 0 or optimizer.init[v] != 0:
                continue
            gap = b - a**2
            k = p**2 * b / (q * gap)
            kept = _kept(optimizer, (m, v), k, (a, p, b, q, asked))
            # By names of their own: symbols that holds may solve for. Declared signs are kept.
            first, second = sp.Symbol("m", real=True), sp.Symbol("v", nonnegative=True)
            move = _move(optimizer, frozenset({m, v})).xreplace({m[t]: first, v[t]: second})
            size: Any = sp.sqrt(move.xreplace({first: sp.sqrt(_K), second: sp.S.One, eps: sp.S.Zero}) ** 2)
            if move.has(second) and not size.has(sp.nan, sp.oo, sp.zoo, Grad, At):
                fact = sp.Ge(_K * second - first**2, 0, evaluate=False)
                bound = _at_most(optimizer, move, size, (fact,))
                yield Bound(size.xreplace({_K: k}), (sp.Gt(gap, 0, evaluate=False),), conjunction([kept, bound]))


def _kept(optimizer: Optimizer, pair: tuple[Sequence, Sequence], k: Any, parts: tuple[Any, ...]) -> Verdict:
    """That k v - m^2 after the step is a positive multiple of what it was, and a square over something positive."""
    a, p, b, q, g = parts
    m, v = (s[t - 1] for s in pair)
    gap = b - a**2  # assumed to be positive
    after = k * (b * v + q * g**2) - (a * m + p * g) ** 2
    verdict = identity(after, b * (k * v - m**2) + (gap * m - a * p * g) ** 2 / gap)
    signs = (sp.Ge(b, 0, evaluate=False), sp.Gt(q, 0, evaluate=False), sp.Gt(p**2, 0, evaluate=False))
    return conjunction([verdict, *(holds(sign, hypers=optimizer.hyper) for sign in signs)])


def _average(optimizer: Optimizer, s: Sequence) -> tuple[Any, Any, Any] | None:
    """(a, p, x) of s_t = a s_{t-1} + p x, with x a gradient or its square."""
    right: Any = _inlined(optimizer, frozenset()).get(s[t], sp.S.Zero)
    found: set[Any] = right.atoms(Grad)
    if len(found) != 1:
        return None
    (g,) = found
    before, asked = sp.Dummy(), sp.Dummy()
    polynomial = sp.expand(right.xreplace({s[t - 1]: before, g: asked}))
    if not polynomial.is_polynomial(before, asked) or polynomial.has(At, Grad):
        return None
    terms = sp.Poly(polynomial, before, asked).terms()
    rates = dict(terms)
    powers = set(rates) - {(1, 0)}
    if (1, 0) not in rates or len(powers) != 1 or not powers <= {(0, 1), (0, 2)}:
        return None
    ((_, power),) = powers
    return sp.factor(rates[1, 0]), sp.factor(rates[0, power]), g**power


def _move(optimizer: Optimizer, keep: frozenset[Sequence]) -> Any:
    """theta_t - theta_{t-1}, all but some sequences written out."""
    theta = optimizer.params
    return sp.expand(_inlined(optimizer, keep)[theta[t]] - theta[t - 1])


def _inlined(optimizer: Optimizer, keep: frozenset[Sequence]) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for equation in optimizer.update:
        right: Any = equation.rhs.xreplace({e: x for e, x in made.items() if e.base not in keep})
        made[equation.lhs] = right
    return made


def _named(move: Any) -> tuple[Any, dict[Any, Any]]:
    """The expression with a symbol for the gradient and one for each norm, and what each of them is the norm of.

    By symbols, so that ``holds`` may solve for them.
    """
    named = {n: sp.Symbol(f"n{i}", nonnegative=True) for i, n in enumerate(sorted(move.atoms(Norm), key=str))}
    asked = dict.fromkeys(move.atoms(Grad), _G)
    asked = asked if len(asked) == 1 else {}
    return move.xreplace(named).xreplace(asked), {named[n]: n.args[0].xreplace(asked) for n in named}


def _coordinates(norms: dict[Any, Any]) -> tuple[Any, ...]:
    """That no coordinate is larger than the norm."""
    return tuple(sp.Ge(n + sign * x, 0, evaluate=False) for n, x in norms.items() for sign in (1, -1))


def _at_most(optimizer: Optimizer, value: Any, size: Any, assuming: tuple[Any, ...]) -> Verdict:
    """That the value's size is no larger: by squares, which do away with roots, or each side by itself."""
    squares = holds(sp.Le(value**2, size**2, evaluate=False), hypers=optimizer.hyper, assuming=assuming)
    if squares.proved or squares.refuted:
        return squares
    sides = (sp.Le(v, size, evaluate=False) for v in (value, -value))
    return conjunction(holds(side, hypers=optimizer.hyper, assuming=assuming) for side in sides)
