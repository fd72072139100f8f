r"""When the length rho_t of RAdam's average exceeds a threshold: at which steps, for which decay rates.

With :math:`S_t = \sum_{j<t} \beta^j`,

.. math:: (\rho_t - c) S_t = p_t(\beta) = \sum_{j=0}^{t-1} (2 j + 1 - c) \beta^j,

so rho exceeds c exactly where :math:`p_t` is positive. That is so at no step up to c; at each later step from one
decay rate on, which falls towards (c - 1)/(c + 1) as t grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, holds, identity, solves
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.rectification import squares
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import Sequence, t

_SOURCE = "Liu et al. 2020, arXiv:1908.03265, section 4"
_J = sp.Symbol("j", integer=True, nonnegative=True)
_RHO = sp.Function("rho")
LAST_TRIED = 1000
"""The step up to which the first one over the threshold is looked for."""


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def _length(beta: Any, step: Any = t) -> Any:
    return 2 / (1 - beta) - 1 - 2 * step * beta**step / (1 - beta**step)


def growth(optimizer: Optimizer) -> Derivation:
    """rho grows with every step, towards rho_inf."""
    beta = squares(optimizer).slope
    gap = beta ** (t + 1) - 1 - (t + 1) * (beta - 1)
    before = beta**t - 1 - t * (beta - 1)
    kept = sp.Symbol("w", nonnegative=True)
    bernoulli = sp.Ge(gap, 0, evaluate=False)
    step = _eq(gap, beta * before + t * (beta - 1) ** 2)
    difference = 2 * beta**t * gap / ((1 - beta**t) * (1 - beta ** (t + 1)))
    apart = _eq(_RHO(t + 1) - _RHO(t), difference)
    positive = [
        holds(sp.Ge(beta * kept + t * (beta - 1) ** 2, 0, evaluate=False)),
        identity(before.subs(t, 1), sp.S.Zero),
    ]
    steps = (
        Step(_eq(_RHO(t), _length(beta)), "take it from the next", apart,
             identity(_length(beta, t + 1) - _length(beta), difference)),
        Step(_eq(sp.Symbol("w"), before), "write Bernoulli's difference through the one before it", step,
             identity(gap, step.rhs)),
        Step(step, "it is 0 at t = 1 and stays at least 0: induction on t", bernoulli, conjunction(positive)),
        Step((apart, bernoulli), "no factor is negative", sp.Ge(_RHO(t + 1), _RHO(t), evaluate=False),
             holds(sp.Ge(2 * beta**t * kept / ((1 - beta**t) * (1 - beta ** (t + 1))), 0, evaluate=False))),
    )  # fmt: skip
    return Derivation("rho grows with every step", steps, name="growth", optimizer=optimizer)


def crossing(optimizer: Optimizer, threshold: int) -> Derivation:
    """At which steps rho exceeds a whole number, and for which decay rates, exactly."""
    beta = squares(optimizer).slope
    term = (2 * _J + 1 - threshold) * beta**_J
    polynomial, total = sp.Sum(term, (_J, 0, t - 1)), sp.Sum(beta**_J, (_J, 0, t - 1))
    scaled = _eq((_RHO(t) - threshold) * total, polynomial)
    first = _first(optimizer, beta, threshold)
    turn = threshold + 1
    at_turn = sp.Add(*((2 * k + 1 - threshold) * beta**k for k in range(turn)))
    lowest = sp.Gt(at_turn, 0, evaluate=False)
    early = sp.Le(sp.cancel(_length(beta, threshold)), threshold, evaluate=False)
    bound = sp.Rational(threshold - 1, threshold + 1)
    ever, far = sp.Gt(beta, bound, evaluate=False), 2 / (1 - beta) - 1
    above, below = sp.Gt(far, threshold, evaluate=False), sp.Le(far, threshold, evaluate=False)
    at_one = _eq(sp.Sum(2 * _J + 1 - threshold, (_J, 0, t - 1)), t * (t - threshold))
    steps = (
        Step(_eq(_RHO(t), _length(beta)), f"take {threshold} away, and multiply by the sum of the powers", scaled,
             _as_sums(beta, threshold)),
        Step(scaled, f"up to step {threshold} no decay rate will do, since rho grows with t", early, holds(early)),
        Step(scaled, f"at step {turn} it is above where", lowest,
             identity((_length(beta, turn) - threshold) * (1 - beta**turn) / (1 - beta), at_turn)),
        Step(scaled, "the coefficients change their sign once, so that from one decay rate on the sum is positive; at "
             "beta = 1 it is", at_one, conjunction([identity(at_one.lhs, at_one.rhs), *_turns_once(threshold)])),
        Step(ever, "above this decay rate rho exceeds it in the long run", above, holds(above, assuming=[ever])),
        Step(sp.Le(beta, bound, evaluate=False), "up to it, never", below,
             holds(below, assuming=[sp.Le(beta, bound, evaluate=False)])),
        *first,
    )  # fmt: skip
    return Derivation(
        f"When rho exceeds {threshold}", steps, Guarantee.TIGHT_BOUND, name=f"threshold {threshold}",
        optimizer=optimizer, source=_SOURCE,
    )  # fmt: skip


def _as_sums(beta: Any, threshold: int) -> Verdict:
    """(rho_t - c) S_t and the polynomial solve one recurrence from zero."""
    n = Sequence("n")
    i = sp.Symbol("i", integer=True, positive=True)
    recurrence = [_eq(n[t], n[t - 1] + (2 * t - 1 - threshold) * beta ** (t - 1))]
    start = {n[0]: sp.S.Zero}
    power = (1 - beta**t) / (1 - beta)
    closed = (2 / (1 - beta) - 1 - threshold) * power - 2 * t * beta**t / (1 - beta)
    summed = sp.Sum((2 * i - 1 - threshold) * beta ** (i - 1), (i, 1, t))
    return conjunction([
        identity((_length(beta) - threshold) * power, closed),
        solves(recurrence, start, {n: closed}), solves(recurrence, start, {n: summed}),
    ])  # fmt: skip


def _turns_once(threshold: int) -> Iterator[Verdict]:
    """For x >= 1, p(x b) >= x**k p(b): each coefficient times x**j - x**k is at least 0, k being where they turn."""
    x, more = sp.Symbol("x", positive=True), sp.Symbol("n", integer=True, positive=True)
    k = (threshold - 1) // 2
    given = [sp.Ge(x, 1, evaluate=False)]
    for j in range(k + 1):
        yield holds(sp.Ge((2 * j + 1 - threshold) * (x**j - x**k), 0, evaluate=False), assuming=given)
    larger = sp.Symbol("y", nonnegative=True)  # x = 1 + y, and (1 + y)**n >= 1
    power = sp.Symbol("p", positive=True)
    yield holds(sp.Ge(power * (1 + larger), 1, evaluate=False), assuming=[sp.Ge(power, 1, evaluate=False)])
    after = 2 * (k + more) + 1 - threshold
    yield holds(sp.Ge(after * x**k * (power - 1), 0, evaluate=False), assuming=[sp.Ge(power, 1, evaluate=False)])


def _first(optimizer: Optimizer, beta: Any, threshold: int) -> tuple[Step, ...]:
    """The first step over the threshold at the default decay rate."""
    default = next((h.default for h in optimizer.hyper if h.symbol == beta), None)
    total, step = sp.S.Zero, 0
    while default is not None and total <= 0 and step < LAST_TRIED:
        total += (2 * step + 1 - threshold) * default**step
        step += 1
    if default is None or total <= 0:
        return ()
    before, after = (sp.nsimplify(_length(default, k)) for k in (step - 1, step))
    shown = conjunction([
        holds(sp.Le(before, threshold, evaluate=False)), holds(sp.Gt(after, threshold, evaluate=False)),
    ])  # fmt: skip
    claims = (sp.Le(_RHO(step - 1), threshold, evaluate=False), sp.Gt(_RHO(step), threshold, evaluate=False))
    return (Step(_eq(beta, default), "at the customary decay rate", claims, shown),)
