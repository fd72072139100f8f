"""Equal expressions made by valid laws, unequal ones made by mutation."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import sympy as sp

from symopt.language import t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, theta, v

x, y = sp.symbols("x y", real=True)
p, q = sp.symbols("p q", positive=True)
i = sp.Symbol("i", integer=True)

REALS = [x, y, g[t], m[t], theta[t - 1]]
POSITIVES = [p, q, eta, eps]
DECAYS = [beta1, beta2]

Law = Callable[[Any, Random], Any]


def expression(rng: Random, depth: int) -> Any:
    """A random expression of the kind that update rules are made of."""
    if depth == 0:
        return rng.choice([*REALS, *POSITIVES, *DECAYS, sp.Integer(rng.randint(1, 3))])
    a, b = expression(rng, depth - 1), expression(rng, depth - 1)
    return rng.choice([
        lambda: a + b, lambda: a - b, lambda: a * b, lambda: a / positive(rng, depth - 1),
        lambda: a / (1 - rng.choice(DECAYS) ** t), lambda: sp.sqrt(positive(rng, depth - 1)) * a,
        lambda: a / (sp.sqrt(positive(rng, depth - 1)) + eps), lambda: a * rng.choice(DECAYS) ** t + b,
        lambda: sp.Abs(a) + b, lambda: rng.choice([sp.Max, sp.Min])(a, b), lambda: a**2 + b,
    ])()  # fmt: skip


def positive(rng: Random, depth: int) -> Any:
    """A random expression that is positive wherever it is defined."""
    b = rng.choice(DECAYS)
    return rng.choice([
        lambda: rng.choice(POSITIVES), lambda: v[t] + eps, lambda: (v[t] + eps) / (1 - b**t),
        lambda: expression(rng, max(depth - 1, 0)) ** 2 + rng.choice(POSITIVES),
        lambda: rng.choice(POSITIVES) / (1 - b),
        lambda: p * rng.choice(POSITIVES), lambda: b * v[t] + (1 - b) * g[t] ** 2 + eps,
    ])()  # fmt: skip


def _split_root(e: Any, _: Random) -> Any:
    if e.is_Pow and e.exp == sp.Rational(1, 2):
        top, bottom = sp.fraction(sp.together(e.base))
        if bottom != 1 and all(f.is_positive for f in sp.Mul.make_args(bottom)):
            return sp.sqrt(top) / sp.sqrt(bottom)
    return None


def _shift_power(e: Any, _: Random) -> Any:
    return e.base * sp.Pow(e.base, t - 1, evaluate=False) if e.is_Pow and e.exp == t else None


def _times_one(e: Any, rng: Random) -> Any:
    factor = positive(rng, 0)
    return sp.expand(e * factor) / factor


def _plus_zero(e: Any, rng: Random) -> Any:
    a, b = rng.sample([*REALS, *POSITIVES], 2)
    return e + (a + b) ** 2 - a**2 - 2 * a * b - b**2


def _rationalise(e: Any, rng: Random) -> Any:
    a, b = rng.sample(POSITIVES, 2)
    return e * (sp.sqrt(a) - b) * (sp.sqrt(a) + b) / (a - b**2)


def _absolute(e: Any, rng: Random) -> Any:
    if isinstance(e, sp.Abs):
        return rng.choice([sp.Max(e.args[0], -e.args[0]), e.args[0] * sp.sign(e.args[0])])
    return None


def _extreme(e: Any, _: Random) -> Any:
    if isinstance(e, (sp.Max, sp.Min)) and len(e.args) == 2:
        a, b = e.args
        return (a + b + (1 if isinstance(e, sp.Max) else -1) * sp.Abs(a - b)) / 2
    return None


def _geometric(e: Any, _: Random) -> Any:
    for b in DECAYS:
        if e == 1 - b**t:
            return (1 - b) * sp.Sum(b ** (t - i), (i, 1, t))
    return None


def _piecewise(e: Any, rng: Random) -> Any:
    edge = rng.choice(REALS)
    return sp.Piecewise((e, edge > 0), (e + edge - edge / 2 - edge / 2, True))


def _roots_merged(e: Any, rng: Random) -> Any:
    a, b = rng.sample(POSITIVES, 2)
    return e * sp.sqrt(a * b / 4) * 2 / (sp.sqrt(a, evaluate=False) * sp.sqrt(b))


LAWS: list[Law] = [
    lambda e, _: sp.expand(e), lambda e, _: sp.together(e), lambda e, _: sp.factor_terms(e), _split_root, _shift_power,
    _times_one, _plus_zero, _rationalise, _absolute, _extreme, _geometric, _piecewise, _roots_merged,
]  # fmt: skip
"""Each returns an expression equal to the one given wherever both are defined, or None."""


def _nodes(e: Any) -> list[tuple[tuple[int, ...], Any]]:
    """Every part that is a number, with its path; not the inside of indices, conditions and sums."""
    found = [((), e)]
    if isinstance(e, (sp.Add, sp.Mul, sp.Pow, sp.Abs, sp.Max, sp.Min)):
        for k, a in enumerate(e.args):
            found += [((k, *path), node) for path, node in _nodes(a)]
    return found


def _put(e: Any, path: tuple[int, ...], new: Any) -> Any:
    if not path:
        return new
    args = list(e.args)
    args[path[0]] = _put(args[path[0]], path[1:], new)
    return e.func(*args)


def rewritten(e: Any, rng: Random) -> Any:
    """An equal expression, by a few laws at random places."""
    for _ in range(rng.randint(1, 3)):
        path, node = rng.choice([n for n in _nodes(e) if not n[1].has(sp.Sum, sp.Piecewise)] or [((), e)])
        changed = rng.choice(LAWS)(node, rng)
        if changed is not None:
            e = _put(e, path, changed)
    return e


def mutated(e: Any, rng: Random) -> Any:
    """The expression with one part changed: usually, but not surely, another value."""
    path, node = rng.choice(_nodes(e))
    options = [node + 1, 2 * node, -node, node**2, node * rng.choice(DECAYS), node + rng.choice(REALS)]
    if node in DECAYS:
        options += [DECAYS[1 - DECAYS.index(node)], 1 - node] * 2
    if node.is_Pow and node.exp == t:
        options += [node.base, node.base ** (t + 1), node.base ** (t - 1)] * 2
    if node.is_Pow and node.exp == sp.Rational(1, 2):
        options += [node.base, sp.sqrt(node.base + eps)] * 2
    if isinstance(node, (sp.Abs, sp.Max, sp.Min)):
        options += [node.args[0]] * 4
    if node.is_Add:
        options += [sp.Add(*node.args[1:])] * 2
    return _put(e, path, rng.choice(options))
