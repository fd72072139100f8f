"""What a moving average is on average when its inputs' means move: Kingma and Ba's zeta, and how large it can be."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, holds, identity, solves
from symopt.derive.averages import Average, average
from symopt.derive.closed import solve
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.expectations import STEP, within
from symopt.derive.linear import system_of
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import Sequence, t

_SOURCE = "Kingma & Ba 2015, arXiv:1412.6980, section 3, equation 4"
_ZETA = Sequence("zeta", r"\zeta")


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def _le(left: Any, right: Any) -> Any:
    return sp.Le(left, right, evaluate=False)


def drift(optimizer: Optimizer, name: str) -> Derivation:
    r"""The mean of a moving average under gradients whose means change: an error term zeta besides.

    .. math:: E[x_t] = S_t E[f_t] + \zeta_t, \quad \zeta_t = \sum_{i=1}^t c\,a^{t-i} (E[f_i] - E[f_t]).

    Here S_t is the sum of the weights. If the means move by D a step, zeta is
    :math:`-D \sum_i c\,a^{t-i} (t - i)`, whose closed form is the last statement.

    Args:
        optimizer: a definition.
        name: one of its states that is a moving average.

    Source: Kingma & Ba 2015, section 3, equation 4.
    """
    x = average(optimizer, name)
    mean, move = Sequence("mean", r"\operatorname{mean}"), sp.Symbol("D", real=True)
    recurrence = _eq(x.state[t], x.slope * x.state[t - 1] + x.gain * mean[t])
    weight = x.gain * x.slope ** (t - STEP)
    summed: Any = sp.Sum(weight * mean[STEP], (STEP, 1, t))
    moved: Any = sp.Sum(weight * (move * STEP - move * t), (STEP, 1, t))
    plain = _eq(x.state[t], summed)
    total, _ = x.total()
    error: Any = sp.Sum(weight * (mean[STEP] - mean[t]), (STEP, 1, t))
    split = _eq(x.state[t], total * mean[t] + error)
    lag: Any = sp.Sum(-move * weight * (t - STEP), (STEP, 1, t))
    steady = _eq(_ZETA[t], lag)
    closed, proof = _lag(x, move)
    return Derivation(
        f"The mean of {x.state} when gradients drift",
        (
            Step(
                recurrence,
                "write the average as a sum; mean is the input's mean at each step",
                plain,
                solves([recurrence], {x.state[0]: sp.S.Zero}, {x.state: summed}),
            ),
            Step(plain, "set apart the present mean; zeta is the sum that is left", split, identity(summed, split.rhs)),
            Step(_eq(_ZETA[t], error), "let the means move by D a step", steady, identity(moved, lag)),
            Step(steady, "sum", _eq(_ZETA[t], closed), proof),
        ),
        name=name,
        optimizer=optimizer,
        assumptions=("the mean of the input moves by D a step",),
        remarks=(
            "The error is small if the weights of the far past are, and 0 if the gradients are stationary (D = 0).",
        ),
        source="Kingma & Ba 2015, arXiv:1412.6980, section 3, equation 4",
    )


def _lag(x: Average, move: Any) -> tuple[Any, Verdict]:
    """-D times the sum of the weights times their ages, in closed form, with the proof.

    A term ages by one each step, so with the sum S of the weights L_t = a L_(t-1) - D a S_(t-1). The sum
    and the closed form both solve this from zero, so they are equal.
    """
    lag, total = Sequence("lag"), Sequence("total")
    equations = (
        _eq(lag[t], x.slope * lag[t - 1] - move * x.slope * total[t - 1]),
        _eq(total[t], x.slope * total[t - 1] + x.gain),
    )
    start = {lag[0]: sp.S.Zero, total[0]: sp.S.Zero}
    weight = x.gain * x.slope ** (t - STEP)
    sums = {lag: sp.Sum(-move * weight * (t - STEP), (STEP, 1, t)), total: sp.Sum(weight, (STEP, 1, t))}
    found = solve(system_of(equations, start))[-1].forms
    value = x.simplified(found[lag[t]])
    closed = solves(equations, start, {lag: value, total: found[total[t]]})
    summed = solves(equations, start, sums)
    return value, closed if summed.proved else summed


def centre_of_mass(x: Average) -> tuple[Any, Verdict]:
    """The mean age of the weights of a moving average by step t, with its proof."""
    value, verdict = _lag(x, sp.S.NegativeOne)
    total, _ = x.total()
    return x.simplified(value / total), verdict


def _size(x: Average) -> Any:
    """|c|, from its sign."""
    for size in (x.gain, -x.gain):
        if holds(sp.Ge(size, 0, evaluate=False)).proved:
            return size
    raise NotDerivable(f"{x.optimizer.name}: the sign of the weights of {x.state} is not known")


def drift_bound(optimizer: Optimizer, name: str) -> Derivation:
    r"""How large the error term can be when the input's mean moves by at most D a step.

    .. math:: |\zeta_t| \le D \sum_{i=1}^t c\,a^{t-i} (t - i) \le \frac{D c a}{(1 - a)^2}

    Args:
        optimizer: a definition.
        name: one of its states that is a moving average.

    Source: Kingma & Ba 2015, section 3, equation 4.
    """
    x = average(optimizer, name)
    within(x)
    mean, most = Sequence("mean", r"\operatorname{mean}"), sp.Symbol("D", nonnegative=True)
    weight = x.gain * x.slope ** (t - STEP)
    apart = mean[STEP] - mean[t]
    error: Any = sp.Sum(weight * apart, (STEP, 1, t))
    size_of_gain = _size(x)
    heavy = size_of_gain * x.slope ** (t - STEP)
    sizes = _le(sp.Abs(_ZETA[t]), sp.Sum(heavy * sp.Abs(apart), (STEP, 1, t)))
    moved = _le(sp.Abs(apart), most * (t - STEP))
    lag: Any = sp.Sum(most * heavy * (t - STEP), (STEP, 1, t))
    closed, proof = _lag(x, -most * size_of_gain / x.gain)
    bound = most * size_of_gain * x.slope / (1 - x.slope) ** 2
    p, d = (sp.Symbol(s, real=True) for s in ("p", "d"))
    w, size, age = (sp.Symbol(s, nonnegative=True) for s in ("w", "s", "n"))
    triangle = holds(_le(sp.Abs(p + w * d), sp.Abs(p) + w * sp.Abs(d)))
    steps = (
        Step(_eq(_ZETA[t], error), "add the sizes of the terms", sizes,
             conjunction([triangle, holds(sp.Ge(size_of_gain * w, 0, evaluate=False))])),
        Step(_le(sp.Abs(mean[t] - mean[t - 1]), most), "from step i to step t the mean makes t - i moves", moved,
             conjunction([triangle, holds(_le(size + most, most * (age + 1)), assuming=[_le(size, most * age)])])),
        Step((sizes, moved), "put it into the sum", _le(sp.Abs(_ZETA[t]), lag),
             holds(_le(w * size, most * w * age), assuming=[_le(size, most * age)])),
        Step(_le(sp.Abs(_ZETA[t]), lag), "sum", _le(sp.Abs(_ZETA[t]), closed), proof),
        Step(_le(sp.Abs(_ZETA[t]), closed), "what is taken away is not negative", _le(sp.Abs(_ZETA[t]), bound),
             holds(_le(closed, bound))),
    )  # fmt: skip
    return Derivation(
        f"How large the drift of {x.state} can be", steps, Guarantee.UPPER_BOUND, name=f"{name} bound",
        optimizer=optimizer, assumptions=("the mean of the input moves by at most D a step",), source=_SOURCE,
        remarks=("Each weight counts with its age: forgetting faster keeps the error smaller.",),
    )  # fmt: skip
