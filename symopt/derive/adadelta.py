r"""Adadelta under constant gradients: its average of squared steps is bounded, has one fixed point, and tends to it.

With every gradient g, the averages E of squared gradients and x of squared steps are

.. math:: E_t = (1 - \rho^t) g^2, \quad x_t = \rho x_{t-1} + (1 - \rho) \frac{x_{t-1} + \epsilon}{E_t + \epsilon} g^2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from symopt.decide import conjunction, follows, holds, identity, solves
from symopt.derive.constant_gradients import gradient
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, Sequence, t

_SUPPOSED = ("every gradient is g, which is not 0", "epsilon > 0")


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def _le(left: Any, right: Any) -> Any:
    return sp.Le(left, right, evaluate=False)


class _Parts:
    """The quantities of an optimizer that scales gradients by the averages of squared steps and of squared gradients.

    Raises NotDerivable where it is no such optimizer.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.g = gradient(optimizer)
        self.eps, self.rho = sp.Symbol("epsilon", positive=True), _share(optimizer)
        states = [s for s in optimizer.states if s != optimizer.params]
        drawn = {eq.lhs for eq in optimizer.update if isinstance(eq.rhs, Grad)}
        averaged = {s: _averaged(optimizer, s, self.rho) for s in states}
        of_gradients = [s for s, a in averaged.items() if a in drawn]
        others = [s for s, a in averaged.items() if a is not None and a not in drawn]
        if len(states) != 2 or not of_gradients or not others:
            raise NotDerivable(f"{optimizer.name} does not average squared gradients and squared steps")
        self.squares, self.steps = of_gradients[0], others[0]
        self.move: Any = averaged[self.steps]
        known = sp.sqrt(self.steps[t - 1] + _epsilon(optimizer)) / sp.sqrt(self.squares[t] + _epsilon(optimizer))
        (call,) = drawn or {None}
        if not follows(optimizer, _eq(self.move**2, known**2 * call**2)).proved:
            raise NotDerivable(f"{optimizer.name}: a step is not the gradient times the quotient of the two roots")


def _share(optimizer: Optimizer) -> Any:
    shares = [h.symbol for h in optimizer.hyper if h.domain == sp.Interval.Ropen(0, 1)]
    if len(shares) != 1:
        raise NotDerivable(f"{optimizer.name} has not one decay rate for both of its averages")
    return shares[0]


def _epsilon(optimizer: Optimizer) -> Any:
    named = [h.symbol for h in optimizer.hyper if h.name == "epsilon"]
    if not named:
        raise NotDerivable(f"{optimizer.name} has no epsilon")
    return named[0]


def _averaged(optimizer: Optimizer, s: Sequence, rho: Any) -> Any:
    """x where s_t = rho s_(t-1) + (1 - rho) x**2, else None."""
    rest = sp.factor(optimizer.equations[s.name] - rho * s[t - 1]) / (1 - rho)
    square = sp.cancel(rest)
    return square.base if square.is_Pow and square.exp == 2 and isinstance(square.base, At) else None


def fits(optimizer: Optimizer) -> bool:
    """Whether the optimizer is of Adadelta's kind."""
    try:
        _Parts(optimizer)
    except NotDerivable:
        return False
    return True


def adadelta_limit(optimizer: Optimizer) -> Iterator[Derivation]:
    """That the steps never exceed the gradient, and tend to it.

    Raises:
        NotDerivable: the optimizer is not of Adadelta's kind.
    """
    parts = _Parts(optimizer)
    yield _bounded(parts)
    yield _tends(parts)


def _next(parts: _Parts, before: Any, squares: Any) -> Any:
    """What a step makes of the average of squared steps."""
    return parts.rho * before + (1 - parts.rho) * (before + parts.eps) / (squares + parts.eps) * parts.g**2


def _bounded(parts: _Parts) -> Derivation:
    """0 <= x_t <= E_t, so that no step is longer than the gradient."""
    g, rho, big, small = parts.g, parts.rho, parts.squares, parts.steps
    average = _eq(big[t], rho * big[t - 1] + (1 - rho) * g**2)
    closed = (1 - rho**t) * g**2
    recurrence = _eq(small[t], _next(parts, small[t - 1], big[t]))
    # The gap between the averages, through what it was: E - x = rho (E' - x') + (1 - rho) g**2 (E - x')/(E + eps).
    old, gap, rise = (sp.Symbol(name, nonnegative=True) for name in ("x", "w", "d"))
    before = old + gap  # E at t - 1
    now = before + rise  # E at t, not below
    kept = rho * gap + (1 - rho) * g**2 * (gap + rise) / (now + parts.eps)
    up = _eq(now, rho * before + (1 - rho) * g**2)
    bound = _le(small[t], big[t])
    squared = (small[t - 1] + parts.eps) / (big[t] + parts.eps)
    short = _le(parts.move**2, g**2)
    grows = identity(closed - closed.subs(t, t - 1), (1 - rho) * rho ** (t - 1) * g**2)
    steps = (
        Step(average, "solve the recurrence of the squared gradients, which starts at 0", _eq(big[t], closed),
             solves([average], {big[0]: sp.S.Zero}, {big: closed})),
        Step(_eq(big[t], closed), "it grows with every step", _le(big[t - 1], big[t]), conjunction(
            [grows, holds(_le(0, (1 - rho) * rho ** (t - 1) * g**2))])),
        Step((recurrence, _le(big[t - 1], big[t])),
             "the gap between the two averages is a sum of two parts that are not negative if it was none before; both "
             "start at 0: induction on t", bound, conjunction([
                 identity(now - _next(parts, old, now), kept, assuming=[up]), holds(_le(0, kept)),
                 holds(_le(0, _next(parts, old, now)))])),
        Step((_eq(parts.move**2, squared * g**2), bound), "the quotient is at most 1", short,
             holds(_le((old + parts.eps) / (now + parts.eps) * g**2, g**2))),
    )  # fmt: skip
    return Derivation(
        "No step is longer than the gradient", steps, Guarantee.UPPER_BOUND, name="bound", assumptions=_SUPPOSED,
        optimizer=parts.optimizer,
        remarks=("The parameters and the gradient need not have the same units for this: there is no learning rate.",),
    )  # fmt: skip


def _tends(parts: _Parts) -> Derivation:
    """x_t tends to g**2, the one fixed point, so that the steps tend to the gradient."""
    g, rho, eps, big, small = parts.g, parts.rho, parts.eps, parts.squares, parts.steps
    level = sp.Symbol("x", nonnegative=True)
    fixed = _eq(level, _next(parts, level, g**2))
    solved = _eq(level, g**2)
    slope = rho + (1 - rho) * g**2 / (big[t] + eps)
    gap = big[t] - small[t]
    before = big[t - 1] - small[t - 1]
    rest = (1 - rho) * g**2 * (big[t] - big[t - 1]) / (big[t] + eps)
    recurrence = _eq(gap, slope * before + rest)
    rate = rho + (1 - rho) * g**2 / (g**2 + eps / 2)
    now, old = sp.Symbol("E", nonnegative=True), sp.Symbol("E_before", nonnegative=True)
    up = _eq(now, rho * old + (1 - rho) * g**2)
    late = _le(g**2 - eps / 2, big[t])
    stays = _le(rho + (1 - rho) * g**2 / (now + eps), rate)
    dying = (1 - rho) ** 2 * rho ** (t - 1) * g**4 / (big[t] + eps)
    limit = _eq(sp.Limit(small[t], t, sp.oo), g**2)
    steps = (
        Step(fixed, "in the long run E = g**2: solve for the fixed point", solved, conjunction([
            identity(_next(parts, g**2, g**2), g**2),
            identity(level - _next(parts, level, g**2), (1 - rho) * eps * (level - g**2) / (g**2 + eps))])),
        Step(_eq(small[t], _next(parts, small[t - 1], big[t])), "write it for the gap between the averages", recurrence,
             identity(now - _next(parts, level, now), (rho + (1 - rho) * g**2 / (now + eps)) * (old - level)
                      + (1 - rho) * g**2 * (now - old) / (now + eps), assuming=[up])),
        Step(recurrence, "E grows by (1 - rho) rho**(t - 1) g**2 a step", _eq(gap, slope * before + dying), identity(
            (1 - rho) * g**2 * ((1 - rho) * rho ** (t - 1) * g**2) / (now + eps),
            (1 - rho) ** 2 * rho ** (t - 1) * g**4 / (now + eps))),
        Step((_eq(gap, slope * before + dying), late),
             "once E is within epsilon/2 of g**2 the factor is at most a number below 1",
             (_le(slope, rate), sp.Lt(rate, 1, evaluate=False)), conjunction([
                 holds(stays, assuming=[_le(g**2 - eps / 2, now)]),
                 holds(sp.Lt(rate, 1, evaluate=False), assuming=[sp.Ne(g, 0, evaluate=False)])])),
        _shrinks(gap),
        Step(_shrinks(gap).after, "its powers tend to 0, and E tends to g**2", limit,
             identity(((1 - rho**t) * g**2).subs(rho**t, 0), g**2)),
        Step(limit, "so the square of a step tends to that of the gradient", _eq(
            sp.Limit(parts.move**2, t, sp.oo), g**2), identity((g**2 + eps) / (g**2 + eps) * g**2, g**2)),
    )  # fmt: skip
    return Derivation(
        "The steps tend to the gradient", steps, Guarantee.LIMIT, name="limit", assumptions=_SUPPOSED,
        optimizer=parts.optimizer,
        remarks=(
            "The gap shrinks by about 1 - (1 - rho) epsilon/(g**2 + epsilon) a step: slowly where epsilon is small, so "
            "that the first steps, of the size of sqrt(epsilon), grow for long.",
        ),
    )  # fmt: skip


def _shrinks(gap: Any) -> Step:
    """What shrinks by a factor q at least, but for C rho**t, is at most K r**t for an r below 1 above both."""
    q, r, most, added, power = (sp.Symbol(name, positive=True) for name in ("q", "r", "K", "C", "p"))
    before = (_le(gap, q * sp.Symbol("gap_before") + added * r**t), sp.Ge(most * (r - q), added * r, evaluate=False))
    shown = holds(_le(q * most * power + added * r * power, most * r * power), assuming=[before[1]])
    rule = (
        "with q that number, and r between it and 1, rho**t is at most r**t: choose K large enough, and at least the "
        "gap now; induction on t"
    )
    return Step(before, rule, _le(gap, most * r**t), shown)
