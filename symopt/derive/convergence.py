"""The language of convergence: rates and numbers of steps."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import Verdict, follows, holds, identity
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.quadratic import linear_method
from symopt.derive.recurrences import solve_recurrence
from symopt.derive.stability import assumption
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import Expect, Grad, HyperSymbol, Sequence, t
from symopt.language.vocabulary import positive

_unit = sp.Interval.open(0, 1)
_sigma = HyperSymbol("sigma", positive, "standard deviation of the gradient noise")


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def _le(left: Any, right: Any) -> Any:
    return sp.Le(left, right, evaluate=False)


def _ge(left: Any, right: Any) -> Any:
    return sp.Ge(left, right, evaluate=False)


def linear_rate(optimizer: Optimizer) -> Derivation:
    """The error of a method of one state on a quadratic, after t steps.

    Raises:
        NotDerivable: the method is no linear map, or one of several states.
    """
    method = linear_method(optimizer)
    if len(method.states) != 1:
        raise NotDerivable(f"{optimizer.name}: more than one state is carried along; see its spectral radius")
    root: Any = sp.Matrix(method.matrix)[0, 0]
    x = optimizer.params
    result = _eq(x[t], root**t * x[0])
    step = Step(method.statement, "apply it t times", result, follows(method.on_quadratic, result))
    return Derivation("Linear convergence", (step,), name="linear-rate", assumptions=(assumption(method),))


def steps_to_precision() -> Derivation:
    """How many steps a linear rate takes to shrink the error by a factor epsilon."""
    c, b = (sp.Symbol(name, positive=True) for name in ("c", "b"))
    rate, eps = HyperSymbol("r", _unit, "rate"), HyperSymbol("epsilon", _unit, "precision")
    enough = _ge(t, b / c)
    shrunk = _le(sp.exp(-c * t), sp.exp(-b))
    steps = (
        Step(
            _le(rate**t, eps), "write r = exp(-c) and epsilon = exp(-b)", shrunk,
            identity(sp.exp(-c) ** t, sp.exp(-c * t)),
        ),
        Step(
            shrunk, "the exponential function increases", _le(b, c * t), holds(_le(b, c * t), assuming=[enough]),
        ),
        Step(
            _le(b, c * t), "divide by c", _ge(t, sp.log(1 / eps) / sp.log(1 / rate)),
            holds(enough, assuming=[_le(b, c * t)]),
        ),
    )  # fmt: skip
    return Derivation(
        "Steps to a given precision", steps, Guarantee.TIGHT_BOUND, name="steps-to-precision",
        assumptions=("the error is multiplied by the rate r at each step",),
    )  # fmt: skip


def harmonic_rate(optimizer: Optimizer) -> Derivation:
    r"""The mean squared error of a stochastic gradient method at the learning rate 1/(lambda t): one over t.

    .. math:: E[\theta_t^2] = \frac{\sigma^2}{\lambda^2 t}

    on :math:`\lambda\theta^2/2`, whatever the start.

    Raises:
        NotDerivable: the method is not gradient descent on a quadratic.

    Source: Robbins & Monro 1951; Chung 1954.
    """
    method = linear_method(optimizer)
    lam, rate, x = method.curvature, method.rate, optimizer.params
    noise = Sequence("xi", r"\xi")[t]
    kept, gain = (sp.Matrix(m)[0, 0] for m in (method.matrix, method.noise))
    if len(method.states) != 1 or rate is None or sp.expand(kept - (1 - rate * lam)) != 0 or gain != -rate:
        raise NotDerivable(f"{optimizer.name}: a step on a quadratic is not theta - eta*(lambda*theta + noise)")
    row = _eq(x[t], (1 - rate * lam) * x[t - 1] - rate * noise)
    both: Any = Expect(x[t - 1] * noise)
    means = (Expect(x[t] ** 2), Expect(x[t - 1] ** 2), Expect(noise**2))
    squared = _eq(means[0], (1 - rate * lam) ** 2 * means[1] - 2 * rate * (1 - rate * lam) * both + rate**2 * means[2])
    error, weighted = Sequence("e"), Sequence("u")
    spread = _sigma**2
    recurrence = _eq(error[t], (1 - rate * lam) ** 2 * error[t - 1] + rate**2 * spread)
    at_rate = {rate: 1 / (lam * t)}
    slowing = _eq(error[t], (1 - 1 / t) ** 2 * error[t - 1] + spread / (lam**2 * t**2))
    summed = _eq(weighted[t], weighted[t - 1] + spread / lam**2)
    solved = solve_recurrence([summed], {weighted[0]: 0})[0]
    result = _eq(error[t], spread / (lam**2 * t))
    mean_square: Any = Expect(row.rhs**2)
    steps = (
        Step((*optimizer.update, _eq(Grad(x[t - 1]), lam * x[t - 1] + noise)), "put the gradient in", row,
             _with_noise(optimizer, lam, noise, row.rhs)),
        Step(row, "square, and take expectations", squared, identity(mean_square, squared.rhs)),
        Step(squared, "the noise is independent of the past, with mean 0: the mixed term is 0", recurrence,
             identity(squared.rhs.xreplace({both: sp.S.Zero, means[1]: error[t - 1], means[2]: spread}),
                      recurrence.rhs)),
        Step(recurrence, "put in the learning rate 1/(lambda t)", slowing,
             identity(recurrence.rhs.xreplace(at_rate), slowing.rhs)),
        Step(slowing, "multiply by t**2, and write u[t] for t**2 e[t]", summed,
             identity(t**2 * slowing.rhs, (t - 1) ** 2 * error[t - 1] + spread / lam**2)),
        Step(summed, "add up; u starts at 0, so the start is forgotten at the first step", solved.statement,
             solved.steps[-1].verdict),
        Step(solved.statement, "divide by t**2", result, identity(solved.value / t**2, result.rhs)),
    )  # fmt: skip
    return Derivation(
        "With learning rates 1/(lambda t) the error is one over t", steps, name="harmonic-rate",
        assumptions=(
            f"the function is {lam}*theta**2/2 with {lam} > 0, and the learning rate at step t is 1/({lam} t)",
            "the noise xi of each gradient is independent of the past, with mean 0 and variance sigma**2",
            "e[t] is the mean of theta[t]**2",
        ),
        remarks=("A mean squared error of epsilon takes sigma**2/(lambda**2 epsilon) steps.",),
        source="Robbins & Monro 1951; Chung 1954", optimizer=optimizer,
    )  # fmt: skip


def _with_noise(optimizer: Optimizer, curvature: Any, noise: Any, row: Any) -> Verdict:
    """Whether the step with the gradient curvature * point + noise is the row."""
    values: dict[Any, Any] = {}
    for equation in optimizer.update:
        values[equation.lhs] = equation.rhs.xreplace(values).replace(Grad, lambda point: curvature * point + noise)
    return identity(values[optimizer.params[t]], row)
