"""What the steps of vector-valued methods rest on: Newton's on a model, BFGS's on the secant equation, conjugacy.

In any number of dimensions; each line is decided by the normal form of products of vectors and matrices.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import conjunction, linear_identity
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.language import Sequence, Shape, dot, grad, hessian, identity, inverse, t, transpose, value
from symopt.language.optimizer import Optimizer
from symopt.language.vectors import A, B, H, alpha, p, r, rho, s, x, y

h = Sequence("h", shape=Shape.VECTOR)[t]
half = sp.Rational(1, 2)


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def newton_from_taylor(optimizer: Optimizer) -> Derivation:
    r"""The step as the least point of the quadratic that agrees with the function to second order.

    .. math:: m(h) = f + g^T h + \tfrac12 h^T H h = m(h^*) + \tfrac12 (h - h^*)^T H (h - h^*), \quad h^* = -H^{-1} g

    Args:
        optimizer: a method of several variables that asks for a gradient and a Hessian where the parameters are.

    Raises:
        NotDerivable: its step is not to that point.

    Source: Nocedal & Wright 2006, section 3.3.
    """
    here = optimizer.params[t - 1]
    slope, bend = grad(here), hessian(here)
    best = -inverse(bend) * slope

    def model(step: Any) -> Any:
        return value(here) + dot(slope, step) + half * dot(step, bend * step)

    square = model(best) + half * dot(h - best, bend * (h - best))
    lands = linear_identity(optimizer.equations[optimizer.params.name], here + best)
    if not lands.proved:
        raise NotDerivable(f"{optimizer.name}: the step is not to the least point of the quadratic model")
    name = sp.Symbol("m(h)")
    taylor = _eq(name, model(h))
    complete = Step(taylor, "complete the square", _eq(name, square), linear_identity(model(h), square))
    least = Step(
        complete.after, "the second part is least, zero, at one h alone where the Hessian is positive definite",
        _eq(h, best), linear_identity(dot(h - best, bend * (h - best)).subs(h, best), sp.Integer(0)),
    )  # fmt: skip
    step = Step(least.after, "step from the parameters by h", _eq(optimizer.params[t], here + best), lands)
    return Derivation(
        "Newton's step from the Taylor expansion", (complete, least, step), name="newton-from-taylor",
        assumptions=("the Hessian is positive definite", "m(h) is the Taylor expansion to second order"),
        remarks=("Where the Hessian is indefinite the step is to a saddle or a top of the model, perhaps uphill.",),
        optimizer=optimizer, source="Nocedal & Wright 2006, section 3.3",
    )  # fmt: skip


def secant(optimizer: Optimizer) -> tuple[Derivation, ...]:
    """The secant equation, symmetry, definiteness, and the matrix that is inverse to it.

    Args:
        optimizer: BFGS in either form.

    Raises:
        NotDerivable: it keeps no such matrix.
    """
    direct = "B" in optimizer.equations
    if not direct and "H" not in optimizer.equations:
        raise NotDerivable(f"{optimizer.name} keeps neither an approximate Hessian nor its inverse")
    matrix, after, into = (B, y[t], s[t]) if direct else (H, s[t], y[t])
    new = optimizer.equations[matrix.name].xreplace({rho[t]: 1 / dot(y[t], s[t])})
    start, old = _eq(matrix[t], new), matrix[t - 1]
    met = Step(
        start, f"multiply by {into}, the change of the {'parameters' if direct else 'gradient'}",
        _eq(matrix[t] * into, after), linear_identity(new * into, after, symmetric=[old]),
    )  # fmt: skip
    turned = Step(
        start, "transpose", _eq(transpose(matrix[t]), matrix[t]), linear_identity(transpose(new), new, symmetric=[old])
    )
    made = [
        Derivation("The secant equation", (met,), name="secant", optimizer=optimizer, source=optimizer.source),
        Derivation(
            "The matrix stays symmetric", (turned,), name="symmetry", optimizer=optimizer,
            assumptions=("the last matrix is symmetric",),
        ),
    ]  # fmt: skip
    return (*made, _inverse_of(optimizer, direct, new), *(() if direct else (_definite(optimizer, new),)))


def _inverse_of(optimizer: Optimizer, direct: bool, new: Any) -> Derivation:
    """The other form, by Sherman, Morrison and Woodbury: the product of both is the identity matrix."""
    old_h, old_b, product = H[t - 1], B[t - 1], 1 / dot(y[t], s[t])
    left = identity - product * s[t] * transpose(y[t])
    other_h = left * old_h * transpose(left) + product * s[t] * transpose(s[t])
    other_b = (
        old_b - old_b * s[t] * transpose(s[t]) * old_b / dot(s[t], old_b * s[t]) + y[t] * transpose(y[t]) * product
    )
    theirs, name = (other_h, "H") if direct else (other_b, "B")
    ours = new.xreplace({old_h: inverse(old_b)})
    both = (ours, theirs.xreplace({old_h: inverse(old_b)}))
    step = Step(
        _eq((B if direct else H)[t], new), "multiply by the matrix that Sherman, Morrison and Woodbury's formula gives",
        _eq(inverse((B if direct else H)[t]), theirs),
        linear_identity(both[0] * both[1], identity, symmetric=[old_b]),
    )  # fmt: skip
    return Derivation(
        f"The inverse is the other form, {name}", (step,), name="inverse", optimizer=optimizer,
        assumptions=("the last matrices are inverse to each other, and symmetric",),
        source="Sherman & Morrison 1950; Woodbury 1950",
    )  # fmt: skip


def _definite(optimizer: Optimizer, new: Any) -> Derivation:
    z = Sequence("z", shape=Shape.VECTOR)[t]
    product, old = 1 / dot(y[t], s[t]), H[t - 1]
    kept = z - product * y[t] * dot(s[t], z)
    parts = dot(kept, old * kept) + dot(s[t], z) ** 2 * product
    step = Step(
        _eq(H[t], new), "form the quadratic form at any vector z", _eq(dot(z, H[t] * z), parts),
        linear_identity(dot(z, new * z), parts, symmetric=[old]),
    )  # fmt: skip
    return Derivation(
        "The matrix stays positive definite", (step,), name="definiteness", optimizer=optimizer,
        assumptions=("the last matrix is symmetric and positive definite", "the curvature condition: y^T s > 0"),
        remarks=(
            "Neither part is negative. Where the second vanishes, s^T z = 0, the first is the old form at z itself, "
            "so both vanish only at z = 0.",
        ),
    )  # fmt: skip


def conjugacy(optimizer: Optimizer) -> tuple[Derivation, ...]:
    """New residuals orthogonal to the last, new directions conjugate to it: the step of the induction.

    Args:
        optimizer: linear conjugate gradients.

    Raises:
        NotDerivable: it has no residual and direction.
    """
    equations = optimizer.equations
    if not {"r", "p", "alpha", "beta"} <= equations.keys():
        raise NotDerivable(f"{optimizer.name} keeps no residual and direction of a quadratic")
    old, ahead, matrix = r[t - 1], p[t - 1], A[t]
    length, share = equations["alpha"], equations["beta"]
    moved = equations["r"].xreplace({alpha[t]: length})
    q, c = Sequence("q", shape=Shape.VECTOR)[t], sp.Symbol("b", real=True)
    along = _eq(old, ahead - c * q)  # p = r + beta q, with q the direction before
    orthogonal = linear_identity(
        dot(moved, old), sp.Integer(0), given=[along, _eq(dot(q, matrix * ahead), 0)], symmetric=[matrix]
    )
    level = linear_identity(
        dot(moved, ahead), sp.Integer(0), given=[_eq(dot(ahead, old), dot(old, old))], symmetric=[matrix]
    )
    new = r[t]
    turned = linear_identity(
        dot(new + share * ahead, matrix * ahead), sp.Integer(0),
        given=[
            _eq(matrix * ahead, (old - new) / alpha[t]), _eq(dot(new, old), 0), _eq(dot(new, ahead), 0),
            _eq(dot(ahead, old), dot(old, old)),
        ],
        symmetric=[matrix],
    )  # fmt: skip
    start = tuple(_eq(left, equations[left.base.name]) for left in (alpha[t], r[t], p[t]))
    supposed = ("the matrix is symmetric and positive definite", "the same held one step before")
    return (
        Derivation(
            "Residuals are orthogonal", (
                Step(start[:2], "multiply by the last residual", _eq(dot(r[t], r[t - 1]), 0), orthogonal),
                Step(start[:2], "multiply by the direction", _eq(dot(r[t], p[t - 1]), 0), level),
            ), name="orthogonality", assumptions=supposed, optimizer=optimizer, source="Hestenes & Stiefel 1952",
            remarks=(
                "By the same induction it is orthogonal to every earlier residual (proofs/conjugate_gradients.py); "
                "n + 1 orthogonal vectors of n coordinates include a zero, so the residual vanishes after n steps.",
            ),
        ),
        Derivation(
            "Directions are conjugate", (
                Step(start, "multiply by the matrix times the last direction", _eq(dot(p[t], A[t] * p[t - 1]), 0),
                     conjunction([orthogonal, level, turned])),
            ), Guarantee.IDENTITY, name="conjugacy", assumptions=supposed, optimizer=optimizer,
            source="Nocedal & Wright 2006, theorem 5.3",
        ),
    )  # fmt: skip


def is_newton(optimizer: Optimizer) -> bool:
    """Whether it asks for a gradient and a Hessian of several variables."""
    right = optimizer.equations.get(optimizer.params.name)
    return right is not None and not right.is_commutative and right.has(grad(x[t - 1])) and right.has(hessian(x[t - 1]))
