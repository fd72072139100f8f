"""Stability on a quadratic: where the spectral radius is below 1, what it is, and where two eigenvalues meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, holds, identity, root_beyond, roots_within
from symopt.decide.discs import criterion
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.quadratic import LinearMethod, linear_method, tidy, z
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import HyperSymbol, t

P = sp.Function("p")
RADIUS = sp.Function("rho")
M = sp.Symbol("M", commutative=False)
UNIT = sp.Symbol("I", commutative=False)
SOURCE = "Polyak 1964, section 3; Jury 1964; O'Donoghue & Candes 2015, arXiv:1204.3982, section 3"
_SHORT = 0.5  # seconds for what is tried in order to leave it out


@dataclass(frozen=True)
class Stability:
    """Where a method converges on a quadratic.

    Args:
        method: the linear map.
        conditions: the comparisons that hold where the method is stable, and together only there.
        derivation: how they are found, proved step by step.
    """

    method: LinearMethod
    conditions: tuple[Any, ...]
    derivation: Derivation


def assumption(method: LinearMethod) -> str:
    name = method.curvature
    return f"the function is {name}*theta**2/2, as along each eigenvector of a quadratic's Hessian, with {name} > 0"


def polynomial_of(method: LinearMethod) -> Any:
    """The statement p(z) = det(z I - M)."""
    return sp.Eq(P(z), method.characteristic, evaluate=False)


def transition(optimizer: Optimizer) -> Derivation:
    r"""The step on :math:`\lambda\theta^2/2` as a matrix, and its characteristic polynomial.

    Raises:
        NotDerivable: the method is not a linear map on a quadratic.
    """
    method = linear_method(optimizer)
    determinant: Any = (z * sp.eye(len(method.states)) - sp.Matrix(method.matrix)).det(method="laplace")
    steps = (
        Step(method.on_quadratic.update, "put each line into the next", method.statement, method.verdict()),
        Step(
            method.statement, "take the determinant of z I - M", polynomial_of(method),
            identity(determinant, method.characteristic),
        ),
    )  # fmt: skip
    title = "Transition matrix and characteristic polynomial"
    return Derivation(title, steps, name="transition", assumptions=(assumption(method),))


@lru_cache(maxsize=256)
def stability(optimizer: Optimizer) -> Stability:
    """The hyperparameters with which a method converges on a quadratic, from wherever it starts.

    It does if and only if every eigenvalue is less than 1 in absolute value, which Jury's criterion says without
    finding them. The comparisons that always hold are dropped; the others are solved for the learning rate where
    they are linear in it.

    Raises:
        NotDerivable: the method is not a linear map on a quadratic.
    """
    method = linear_method(optimizer)
    polynomial = method.characteristic
    wanted = criterion(polynomial, z)
    asked = tuple(c for c in wanted if not holds(c, limit=_SHORT).proved)
    conditions = _minimal(tuple(_solved(c, method) for c in asked), polynomial)
    steps = (
        Step(
            polynomial_of(method), "require of its coefficients what Jury's criterion does", wanted,
            conjunction(_equivalent(polynomial, wanted)),
        ),
        Step(
            wanted, "drop what always holds, and solve for the learning rate",
            conditions[0] if len(conditions) == 1 else conditions, conjunction(_equivalent(polynomial, conditions)),
        ),
    )  # fmt: skip
    remark = (
        "Within the region every eigenvalue is less than 1 in absolute value; outside, one is not. "
        "In n dimensions the largest eigenvalue of the Hessian decides."
    )
    derivation = Derivation(
        "Stability region", steps, Guarantee.TIGHT_BOUND, name="stability", assumptions=(assumption(method),),
        remarks=(remark,), source=SOURCE,
    )  # fmt: skip
    return Stability(method, conditions, derivation)


def _equivalent(polynomial: Any, conditions: tuple[Any, ...]) -> Iterator[Verdict]:
    """Within the conditions every root is inside the unit circle; where one fails, some root is not."""
    yield roots_within(polynomial, z, assuming=conditions)
    for condition in conditions:
        always = holds(condition, limit=_SHORT)
        opposite = {sp.Gt: sp.Le, sp.Lt: sp.Ge}[condition.func](condition.lhs, condition.rhs, evaluate=False)
        yield always if always.proved else root_beyond(polynomial, z, assuming=[opposite])


def _minimal(conditions: tuple[Any, ...], polynomial: Any) -> tuple[Any, ...]:
    """The conditions without those that follow from the rest."""
    kept = conditions
    for condition in conditions:
        rest = tuple(c for c in kept if c != condition)
        if rest and roots_within(polynomial, z, assuming=rest, limit=_SHORT).proved:
            kept = rest
    return kept


def _solved(condition: Any, method: LinearMethod) -> Any:
    """The condition as a bound on the learning rate, where it is one."""
    rate = method.rate
    parts = None if rate is None else sp.Poly(sp.expand(condition.lhs), rate)
    if parts is None or parts.degree() != 1:
        return condition
    slope, rest = parts.all_coeffs()
    for relation in (sp.Gt, sp.Lt):
        if holds(relation(slope, 0, evaluate=False), limit=_SHORT).proved:
            return relation(rate, tidy(-rest / slope), evaluate=False)
    return condition


# Eigenvalues


def trace_and_determinant(method: LinearMethod) -> tuple[sp.Expr, sp.Expr]:
    """Of a matrix of two states. Raises NotDerivable where there are more or fewer."""
    if len(method.states) != 2:
        raise NotDerivable(
            f"{method.optimizer.name}: the number of states that the step maps to themselves is "
            f"{len(method.states)}; eigenvalues are compared where there are two"
        )
    parts = sp.Poly(method.characteristic, z)
    return tidy(-parts.coeff_monomial(z)), tidy(parts.coeff_monomial(1))


def discriminant(method: LinearMethod) -> sp.Expr:
    """Of a characteristic polynomial of degree 2: below zero where the eigenvalues are complex."""
    trace, determinant = trace_and_determinant(method)
    return tidy(trace**2 - 4 * determinant)


def spectral_radius(optimizer: Optimizer) -> Derivation:
    """The largest absolute value of an eigenvalue: the factor by which the error shrinks, in the long run.

    Raises:
        NotDerivable: the method is no linear map on a quadratic, or one of more than two states.
    """
    method = linear_method(optimizer)
    if len(method.states) == 1:
        root: Any = sp.Matrix(method.matrix)[0, 0]
        result = sp.Eq(RADIUS(M), sp.Abs(root), evaluate=False)
        polynomial: Any = method.characteristic
        verdict = identity(polynomial.subs(z, root), sp.S.Zero)
        steps = (Step(polynomial_of(method), "the eigenvalue is the root", result, verdict),)
    else:
        steps = _of_two(method)
    return Derivation("Spectral radius", steps, name="spectral-radius", assumptions=(assumption(method),))


def _of_two(method: LinearMethod) -> tuple[Step, Step]:
    trace, determinant = trace_and_determinant(method)
    inside = discriminant(method)
    oscillating, separate = sp.Le(inside, 0, evaluate=False), sp.Ge(inside, 0, evaluate=False)
    root = sp.sqrt(inside)
    split = sp.Mul(z - (trace + root) / 2, z - (trace - root) / 2, evaluate=False)
    never = holds(sp.Gt(inside, 0, evaluate=False), limit=_SHORT)
    apart = (sp.Abs(trace) + root) / 2
    pieces = [(sp.sqrt(determinant), oscillating), (apart, sp.true)]
    result = sp.Eq(RADIUS(M), apart if never.proved else sp.Piecewise(*pieces, evaluate=False), evaluate=False)
    # a + i b is a root by its real and its imaginary part, and a**2 + b**2 is the product of the two roots.
    a, b = trace / 2, sp.sqrt(-inside) / 2
    x, w = sp.Symbol("x", real=True), sp.Symbol("w", nonnegative=True)
    larger = sp.Max(sp.Abs(x + w), sp.Abs(x - w)), sp.Abs(x) + w
    complex_pair = [
        identity(a**2 - b**2 - trace * a + determinant, sp.S.Zero, assuming=[oscillating]),
        identity(2 * a * b - trace * b, sp.S.Zero, assuming=[oscillating]),
        identity(a**2 + b**2, determinant, assuming=[oscillating]),
    ]
    sizes = [never] if never.proved else complex_pair
    sizes += [identity(*larger, assuming=[x >= 0]), identity(*larger, assuming=[x <= 0])]
    rule = (
        "a pair of complex roots has the square root of their product as its absolute value; of two real roots, "
        "(T + w)/2 and (T - w)/2, the larger absolute value is (|T| + w)/2"
    )
    return (
        Step(polynomial_of(method), "split it into its roots", sp.Eq(P(z), split, evaluate=False),
             identity(method.characteristic, split, assuming=[separate])),
        Step(sp.Eq(P(z), split, evaluate=False), rule, result, conjunction(sizes)),
    )  # fmt: skip


# Critical damping


def critical_damping(optimizer: Optimizer) -> Derivation:
    r"""Where the two eigenvalues meet, and the powers of the matrix there.

    With one eigenvalue r of multiplicity 2, (M - r I)**2 = 0, so that M**t = r**t I + t r**(t-1) (M - r I). A form
    for two separate eigenvalues is 0/0 there.

    Raises:
        NotDerivable: no linear map of two states with a momentum coefficient, or none found where they meet.
    """
    method = linear_method(optimizer)
    momentum, rate = method.momentum, method.rate
    inside: Any = discriminant(method)
    polynomial: Any = method.characteristic
    if momentum is None or rate is None:
        raise NotDerivable(f"{optimizer.name}: there is no one momentum coefficient to damp it by")
    value, double = _meeting(method, inside, momentum, rate)
    slow = (sp.Lt(rate, 1 / method.curvature, evaluate=False),)
    meets, root = (sp.Eq(left, right, evaluate=False) for left, right in ((momentum, value), (z, double)))
    form = double**t * UNIT + t * double ** (t - 1) * (M - double * UNIT)
    matrix = sp.Matrix(method.matrix).subs(momentum, value)
    power = double**t * sp.eye(2) + t * double ** (t - 1) * (matrix - double * sp.eye(2))
    pairs = [(power.subs(t, 1), matrix), (matrix * power, power.subs(t, t + 1))]
    entries = [(left[i, j], right[i, j]) for left, right in pairs for i in (0, 1) for j in (0, 1)]
    steps = (
        Step(
            sp.Eq(inside, 0, evaluate=False), "solve for the momentum coefficient", meets,
            identity(inside.subs(momentum, value), sp.S.Zero, assuming=slow),
        ),
        Step(
            meets, "both eigenvalues are half the trace", root,
            identity(polynomial.subs(momentum, value), (z - double) ** 2, assuming=slow),
        ),
        Step(
            root, "by induction on t: (M - r I)**2 = 0, with r the one eigenvalue", sp.Eq(M**t, form, evaluate=False),
            conjunction(identity(left, right, assuming=slow) for left, right in entries),
        ),
    )  # fmt: skip
    return Derivation(
        "Critical damping", steps, name="critical-damping", assumptions=(assumption(method), str(slow[0])),
        remarks=("A form with two separate eigenvalues divides zero by zero here; this one has a value.",),
    )  # fmt: skip


def _meeting(method: LinearMethod, inside: Any, momentum: HyperSymbol, rate: HyperSymbol) -> tuple[Any, Any]:
    """The momentum coefficient with which the eigenvalues meet, for learning rates below 1/curvature, and where."""
    root = sp.Symbol("root", positive=True)
    slow = sp.Lt(root, 1, evaluate=False)
    half = trace_and_determinant(method)[0] / 2
    for found in sp.solve(sp.factor(inside.subs(rate, root**2 / method.curvature)), momentum):
        value = tidy(found)
        inner = (sp.Ge(value, 0, evaluate=False), sp.Lt(value, 1, evaluate=False))
        if all(holds(claim, assuming=[slow], limit=_SHORT).proved for claim in inner):
            double = tidy(sp.cancel(half.subs({rate: root**2 / method.curvature, momentum: value})))
            return tuple(e.subs(root, sp.sqrt(rate * method.curvature)) for e in (value, double))
    raise NotDerivable(f"{method.optimizer.name}: no momentum coefficient was found with which the eigenvalues meet")
