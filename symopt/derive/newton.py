"""Newton's method: its order of convergence, and the one step that a quadratic takes."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import conjunction, holds, identity, linear_identity
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.language.linear import Hessian, Jacobian, Residual
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, Sequence, Shape, t

_ORACLES = ((Residual, Jacobian, 0), (Grad, Hessian, 1))
"""What is to vanish, its derivative, and which derivative of the function given it is."""


def _le(left: Any, right: Any) -> Any:
    return sp.Le(left, right, evaluate=False)


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def newton_order(optimizer: Optimizer) -> Derivation:
    r"""Newton's iteration squares its error at each step, times a constant.

    .. math:: x_{new} - r = \frac{f''(\xi)}{2 f'(x)} (x - r)^2

    at a root r of f; a method that minimises seeks a root of the derivative, so there it is
    :math:`f'''(\xi) / (2 f''(x))`.

    Args:
        optimizer: a method of one variable that asks for a function and its derivative at one point.

    Raises:
        NotDerivable: it is no such method, or its step is not Newton's.

    Source: Isaacson & Keller 1966, section 3.2.
    """
    value, slope, order, rhs = _parts(optimizer)
    if not rhs.is_commutative:
        raise NotDerivable(f"{optimizer.name} is of several variables; its order is derived for one")
    x, r, new, xi = sp.symbols("x r x_new xi", real=True)
    f = sp.Function("f", real=True)
    here, steep = sp.Symbol("value", real=True), sp.Symbol("slope", real=True, nonzero=True)
    bend = sp.Symbol("bend", real=True)
    named = {here: _derivative(f, x, order), steep: _derivative(f, x, order + 1), bend: _derivative(f, xi, order + 2)}
    taylor = _eq(0, here + steep * (r - x) + bend * (r - x) ** 2 / 2)
    step = _eq(new, rhs.xreplace({value: here, slope: steep}).xreplace({optimizer.params[t - 1]: x}))
    error = _eq(new - r, bend / (2 * steep) * (x - r) ** 2)
    shown = holds(error, assuming=[step, taylor])
    if not shown.proved:
        raise NotDerivable(f"{optimizer.name}: the step is not the function's value over its slope at full length")
    what = ("f", "f'", "f''", "f'''")[order : order + 3]
    steps = (
        Step(
            (taylor.xreplace(named), step.xreplace(named)),
            f"Taylor's theorem at x, with the remainder at some xi between x and the root r; divide by {what[1]}(x)",
            error.xreplace(named), shown,
        ),
    )  # fmt: skip
    return Derivation(
        "Newton's iteration converges quadratically", steps, name="newton-order",
        assumptions=(f"{what[0]} has a continuous second derivative", f"{what[1]}(x) is not 0", f"{what[0]}(r) = 0"),
        remarks=(
            f"Near the root the error is squared at each step, times {what[2]}(r)/(2 {what[1]}(r)) in the limit.",
        ),
        optimizer=optimizer, source="Isaacson & Keller 1966, section 3.2",
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


def newton_on_quadratic(optimizer: Optimizer) -> Derivation:
    """One step of Newton's method ends at the minimum of a quadratic, or at the root of a linear system.

    Args:
        optimizer: a method that asks for a gradient and a Hessian, or a residual and its Jacobian, at one point.

    Raises:
        NotDerivable: it is no such method, or its step ends elsewhere.
    """
    value, slope, order, rhs = _parts(optimizer)
    before = optimizer.params[t - 1]
    several = not rhs.is_commutative
    shape = {"shape": Shape.VECTOR} if several else {}
    target = Sequence("c", **shape)[t]  # pyright: ignore[reportArgumentType]  # the shape's keyword alone
    steep: Any = Sequence("A", shape=Shape.MATRIX)[t] if several else sp.Symbol("a", real=True, nonzero=True)
    there = rhs.xreplace({value: steep * (before - target), slope: steep})
    shown = linear_identity(there, target) if several else identity(there, target)
    if not shown.proved:
        raise NotDerivable(f"{optimizer.name}: one step does not end where the function's model does")
    # What does not change with the step is printed without one.
    printed = {x: sp.Symbol(x.base.name, commutative=not several) for x in (target, steep) if isinstance(x, At)}
    model = tuple(e.xreplace(printed) for e in (_eq(value, steep * (before - target)), _eq(slope, steep)))
    result = _eq(optimizer.params[t], printed[target])
    rule = "put both into the step" + ("; the matrix is supposed to be invertible" if several else "")
    steps = (Step((*optimizer.update, *model), rule, result, shown),)
    kind = "the function is a quadratic with its minimum at c" if order else "the equations are linear, with the root c"
    return Derivation(
        "Newton's method on a quadratic takes one step" if order else "Newton's method on linear equations takes one "
        "step", steps, name="newton-on-quadratic", assumptions=(kind,), optimizer=optimizer,
    )  # fmt: skip


def _parts(optimizer: Optimizer) -> tuple[Any, Any, int, Any]:
    """(the value asked for, its derivative, which derivative the value is, the step's right side)."""
    rhs = optimizer.equations.get(optimizer.params.name)
    for of_value, of_slope, order in _ORACLES:
        point = optimizer.params[t - 1]
        value, slope = of_value(point), of_slope(point)
        if rhs is not None and rhs.has(value) and rhs.has(slope):
            return value, slope, order, rhs
    raise NotDerivable(f"{optimizer.name} does not ask for a function and its derivative where the parameters are")


def _derivative(f: Any, x: Any, order: int) -> Any:
    return sp.Derivative(f(x), (x, order)) if order else f(x)


def fits(optimizer: Optimizer) -> bool:
    """Whether the definition is a method of Newton's kind."""
    try:
        _parts(optimizer)
    except NotDerivable:
        return False
    return True
