"""Changes of variables between two optimizers: what is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from typing import Any

import sympy as sp

from symopt.language.optimizer import Optimizer
from symopt.language.symbols import Hyper, t

_UNITS = (sp.Interval.Ropen(0, 1), sp.Interval.open(0, 1))


@dataclass(frozen=True)
class Matching:
    """The second optimizer's hyperparameters and states, by name, in the first's."""

    hypers: Mapping[str, sp.Expr]
    states: Mapping[str, sp.Expr]


def by_name(a: Optimizer, b: Optimizer) -> Mapping[str, sp.Expr] | None:
    """Hyperparameters of equal names are equal; None where b has one that a has not."""
    mine = {h.name: h.symbol for h in a.hyper}
    return {h.name: mine[h.name] for h in b.hyper} if all(h.name in mine for h in b.hyper) else None


def of_hypers(a: Optimizer, b: Optimizer) -> Iterator[dict[str, sp.Expr]]:
    """Ways to write b's hyperparameters in a's, equal names first, then fewest changes."""
    options = [_values(a, h) for h in b.hyper]
    places = product(*(range(len(o)) for o in options))
    for picked in sorted(places, key=sum):
        yield {h.name: o[i] for h, o, i in zip(b.hyper, options, picked, strict=True)}


def _values(a: Optimizer, wanted: Hyper) -> list[sp.Expr]:
    bounded = isinstance(wanted.domain, sp.Interval) and wanted.domain.end.is_finite
    same: list[sp.Expr] = [
        h.symbol for h in a.hyper if h.domain == wanted.domain or (bounded and h.domain.is_subset(wanted.domain))
    ]
    same.sort(key=lambda s: s != wanted.symbol)
    decays = _decays(a)
    values: list[sp.Expr] = [*same]
    if wanted.domain in _UNITS:
        values += [1 - x for x in decays]
    elif wanted.domain.is_subset(sp.Interval(0, sp.oo)):
        values += [x * f for x in same[:2] for b in decays for f in (1 - b, 1 / (1 - b))]
        values += [x * (1 - b) / (1 - c) for x in same[:1] for b, c in permutations(decays, 2)]
    if sp.S.Zero in wanted.domain:
        values.append(sp.S.Zero)
    return values


def _decays(a: Optimizer) -> list[sp.Expr]:
    decays: list[sp.Expr] = [h.symbol for h in a.hyper if h.domain in _UNITS]
    return decays


def _rates(a: Optimizer) -> list[sp.Expr]:
    rates: list[sp.Expr] = [h.symbol for h in a.hyper if h.symbol.is_positive]
    return rates[:2]


@lru_cache(maxsize=256)
def constant_factors(a: Optimizer) -> tuple[sp.Expr, ...]:
    """Small monomials in a's hyperparameters, the simplest first."""
    factors: list[sp.Expr] = [sp.S.One]
    for e in [*_rates(a), *(1 - b for b in _decays(a)), *_decays(a)]:
        factors += [f * g for f in factors[:9] for g in (e, 1 / e)]
    return tuple(factors)


@lru_cache(maxsize=256)
def moving_factors(a: Optimizer) -> tuple[sp.Expr, ...]:
    """Factors that change with the step as bias corrections and counters do, after the constant 1."""
    decays = [b**t for b in _decays(a)]
    return (sp.S.One, *(e for b in decays for e in (1 - b, 1 / (1 - b), b)), t, t + 1)


def bases(a: Optimizer) -> list[sp.Expr]:
    """What may stand after a factor: nothing, a state, its square, and the root of one that is never negative."""
    states: list[Any] = [s[t] for s in a.states]
    roots = [sp.sqrt(s[t]) for s in a.states if s.is_nonnegative]
    return [*states, sp.S.One, *roots, *(s**2 for s in states)]


def of_params(a: Optimizer, b: Optimizer) -> list[sp.Expr]:
    """a's parameters, and they with a small multiple of another of a's states added, or replaced by another."""
    if a.query == a.params[t - 1] and b.query == b.params[t - 1]:
        # Both ask at their parameters, so these must be the same.
        return [a.params[t]]
    if b.query == b.params[t - 1]:
        # b's parameters are where it asks, which must be where a does.
        asked: Any = a.query
        return [asked.xreplace({t: t + 1})]
    rates, decays = [sp.S.One, *_rates(a)], [sp.S.One, *_decays(a)]
    others = [s for s in a.states if s != a.params]
    moved = [a.params[t] + sign * r * d * s[t] for s in others for r in rates for d in decays for sign in (1, -1)]
    return [a.params[t], *moved, *(s[t] for s in others)]
