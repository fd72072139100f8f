"""The language of convergence: orders, rates, numbers of steps, and sums of learning rates."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, follows, holds, identity
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.quadratic import linear_method
from symopt.derive.stability import assumption
from symopt.language.optimizer import Optimizer
from symopt.language.schedule import Schedule
from symopt.language.symbols import HyperSymbol, t
from symopt.language.vocabulary import eta0, positive

_unit = sp.Interval.open(0, 1)
_sigma = HyperSymbol("sigma", positive, "standard deviation of the gradient noise")
_decay = HyperSymbol("kappa", positive, "decay rate of the learning rate")


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def _le(left: Any, right: Any) -> Any:
    return sp.Le(left, right, evaluate=False)


def _ge(left: Any, right: Any) -> Any:
    return sp.Ge(left, right, evaluate=False)


# Newton's iteration


def newton_order() -> Derivation:
    """Newton's iteration squares its error at each step, times f''/(2 f')."""
    x, r, new, xi = sp.symbols("x r x_new xi", real=True)
    f = sp.Function("f", real=True)
    here, slope = sp.Symbol("f(x)", real=True), sp.Symbol("f'(x)", real=True, nonzero=True)
    bend = sp.Symbol("f''(xi)", real=True)
    named = {here: f(x), slope: sp.Derivative(f(x), x), bend: sp.Derivative(f(xi), (xi, 2))}
    taylor = _eq(0, here + slope * (r - x) + bend * (r - x) ** 2 / 2)
    step = _eq(new, x - here / slope)
    error = _eq(new - r, bend / (2 * slope) * (x - r) ** 2)
    steps = (
        Step(
            (taylor.xreplace(named), step.xreplace(named)),
            "Taylor's theorem at x, with the remainder at some xi between x and the root r; divide by f'(x)",
            error.xreplace(named), holds(error, assuming=[step, taylor]),
        ),
    )  # fmt: skip
    return Derivation(
        "Newton's iteration converges quadratically", steps, name="newton-order",
        assumptions=("f has a continuous second derivative", "f'(x) is not 0", "f(r) = 0"),
        remarks=("Near the root the error is squared at each step, times f''(r)/(2 f'(r)) in the limit.",),
        source="Isaacson & Keller 1966, section 3.2",
    )  # fmt: skip


def newton_steps() -> Derivation:
    """The error after k steps of an iteration that squares it: C e_k <= (C e_0)**(2**k)."""
    u, w, new, n = (sp.Symbol(name, positive=True) for name in ("u", "w", "u_new", "n"))
    c, first, last = (sp.Symbol(name, positive=True) for name in ("C", "e_0", "e_k"))
    k = sp.Symbol("k", integer=True, nonnegative=True)
    grows = holds(_le(new, w**2), assuming=[_le(new, u**2), _le(u, w)])
    result = _le(c * last, (c * first) ** (2**k))
    doubled = identity((w**n) ** 2, w ** (2 * n))
    e_next = sp.Symbol("e_next", positive=True)
    before = _le(e_next, c * last**2)
    step = Step(before, "induction on k: square both sides of what holds at k", result, conjunction([grows, doubled]))
    return Derivation(
        "Errors that are squared", (step,), Guarantee.UPPER_BOUND, name="newton-steps",
        assumptions=("each step squares the error, times at most C > 0",),
        remarks=(
            "Below epsilon after $\\log_2(\\log(1/(C\\epsilon)) / \\log(1/(C e_0)))$ steps: a double logarithm of "
            "the reciprocal of epsilon. The digits that are right double at each step.",
        ),
    )  # fmt: skip


def newton_on_quadratic() -> Derivation:
    """One step of Newton's method minimises a quadratic."""
    x, c, d = sp.symbols("x c d", real=True)
    a = sp.Symbol("a", real=True, nonzero=True)
    f = a * (x - c) ** 2 / 2 + d
    first, second = sp.diff(f, x), sp.diff(f, x, 2)
    function = _eq(sp.Function("f")(x), f)
    result = _eq(x - sp.Mul(first, 1 / second, evaluate=False), c)
    step = Step(function, "subtract f'/f'' from x", result, identity(x - first / second, c))
    return Derivation("Newton's method on a quadratic takes one step", (step,), name="newton-on-quadratic")


# Rates


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


def harmonic_rate() -> Derivation:
    """The mean squared error of stochastic gradient descent at the learning rate 1/(lambda t): one over t."""
    lam = HyperSymbol("lambda", positive, "curvature")
    e = sp.Function("e")
    bound = _sigma**2 / lam**2
    recurrence = _eq(e(t), (1 - 1 / t) ** 2 * e(t - 1) + bound / t**2)
    result = _eq(e(t), bound / t)
    later = t + 1
    verdict = conjunction(
        [
            identity((1 - sp.S.One / 1) ** 2 * sp.Symbol("e_0", real=True) + bound / 1**2, bound),
            identity((1 - 1 / later) ** 2 * bound / t + bound / later**2, bound / later),
        ]
    )
    step = Step(
        recurrence, "induction on t: the start drops out at t = 1, and the step from t to t + 1 is an identity", result,
        verdict,
    )  # fmt: skip
    return Derivation(
        "Stochastic gradient descent with steps 1/t", (step,), name="harmonic-rate",
        assumptions=(
            "the function is lambda*theta**2/2 with lambda > 0, and the learning rate at step t is 1/(lambda t)",
            "the noise of each gradient is independent of the past, with mean 0 and variance sigma**2",
            "e(t) is the mean of theta[t]**2",
        ),
        source="Robbins & Monro 1951; Chung 1954",
    )  # fmt: skip


# Sums of learning rates


def robbins_monro(schedule: Schedule) -> Derivation:
    """Whether a decay's rates sum to infinity and their squares do not, which is what Robbins and Monro ask.

    Args:
        schedule: step decay, exponential decay or 1/t decay.

    Raises:
        NotDerivable: another schedule.
    """
    for name, derive in _SUMS.items():
        if schedule.name == name:
            return derive()
    raise NotDerivable(f"{schedule.name}: the sums of its rates are not known; those of {', '.join(_SUMS)} are")


def _geometric(title: str, rate: Any, ratio: HyperSymbol, weight: Any, words: tuple[str, ...]) -> Derivation:
    """Rates that are, or whose blocks are, weight * ratio**i."""
    i = sp.Symbol("i", integer=True, positive=True)
    partial = _eq(sp.Sum(weight * ratio**i, (i, 0, t - 1)), weight * (1 - ratio**t) / (1 - ratio))
    bound = _le(partial.lhs, weight / (1 - ratio))
    steps = (
        Step(rate, "add the first t terms of a geometric series", partial, identity(partial.lhs, partial.rhs)),
        Step(
            partial, "drop what is taken away", bound,
            holds(_le(partial.rhs, weight / (1 - ratio))),
        ),
    )  # fmt: skip
    remark = "A finite sum: Robbins and Monro's first condition fails, and the steps may end short of the minimum."
    return Derivation(
        title, steps, Guarantee.UPPER_BOUND, name="robbins-monro", assumptions=words, remarks=(remark,),
        source="Robbins & Monro 1951",
    )  # fmt: skip


def _step_decay() -> Derivation:
    factor = HyperSymbol("gamma", _unit, "factor by which the learning rate drops")
    period = HyperSymbol("T", sp.Naturals, "steps between drops", integer=True)
    block = sp.Function("eta")(sp.Symbol("i", integer=True, positive=True))
    rate = _eq(block, period * eta0 * factor ** sp.Symbol("i", integer=True, positive=True))
    words = ("eta(i) is the sum over the i-th block of T steps with equal rates", "gamma < 1")
    return _geometric("Step decay has a finite sum", rate, factor, period * eta0, words)


def _exponential_decay() -> Derivation:
    ratio = HyperSymbol("q", _unit, "exp(-kappa)")
    i = sp.Symbol("i", integer=True, positive=True)
    rate = _eq(sp.Function("eta")(i), eta0 * ratio**i)
    words = ("q = exp(-kappa), with kappa > 0", "the sum is counted from i = 0, which only adds to it")
    return _geometric("Exponential decay has a finite sum", rate, ratio, eta0, words)


def _inverse_time_decay() -> Derivation:
    i, n = (sp.Symbol(name, integer=True, positive=True) for name in ("i", "n"))
    rate = eta0 / (1 + _decay * i)
    doubled = _ge(sp.Sum(rate, (i, n + 1, 2 * n)), eta0 / (1 + 2 * _decay))
    squares = _le(sp.Sum(rate**2, (i, 1, t)), eta0**2 / _decay)
    telescope = eta0**2 / _decay * (1 / (1 + _decay * (i - 1)) - 1 / (1 + _decay * i))
    partial = eta0**2 / _decay * (1 - 1 / (1 + _decay * t))
    sums: list[Verdict] = [
        holds(_le(rate**2, telescope)),
        identity(partial.subs(t, i) - partial.subs(t, i - 1), telescope),
        identity(partial.subs(t, 0), sp.S.Zero),
        holds(_le(partial, eta0**2 / _decay)),
    ]
    least = eta0 / (1 + 2 * _decay * n)
    halves = [holds(_ge(rate, least), assuming=[_le(i, 2 * n)]), holds(_ge(n * least, doubled.rhs))]
    first = _eq(sp.Function("eta")(i), rate)
    steps = (
        Step(first, "each of the n terms from n + 1 to 2 n is at least the last", doubled, conjunction(halves)),
        Step(
            doubled, "infinitely many such stretches: the sum of the rates is infinite; their squares are at most "
            "the terms of a telescoping sum", squares, conjunction(sums),
        ),
    )  # fmt: skip
    remark = "The sum of the rates is infinite and that of their squares is not: both conditions hold."
    return Derivation(
        "1/t decay meets Robbins and Monro's conditions", steps, Guarantee.UPPER_BOUND, name="robbins-monro",
        assumptions=("kappa > 0",), remarks=(remark,), source="Robbins & Monro 1951",
    )  # fmt: skip


_SUMS = {
    "step-decay": _step_decay, "exponential-decay": _exponential_decay, "inverse-time-decay": _inverse_time_decay,
}  # fmt: skip
