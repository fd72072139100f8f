r"""A method on a quadratic, where it is a linear map.

On :math:`f(\theta) = \lambda \theta^2 / 2` the gradient at a point is :math:`\lambda` times the point; a general
quadratic falls apart into such functions along its eigenvectors. A method whose step is linear in the gradient
then maps its states to its states, :math:`s_t = M s_{t-1}`, and :math:`s_t = M s_{t-1} + n \xi_t` where the gradient
carries noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, follows
from symopt.derive.errors import NotDerivable
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, HyperSymbol, Sequence, t
from symopt.language.vocabulary import positive

z = sp.Symbol("z")
"""The variable of characteristic polynomials."""
NOISE = sp.Symbol("xi", real=True)
"""What is added to the gradient of a step."""


@dataclass(frozen=True)
class LinearMethod:
    r"""A method on :math:`\lambda \theta^2 / 2`.

    Args:
        optimizer: the definition.
        on_quadratic: the definition with the gradient of the quadratic written in.
        curvature: the symbol :math:`\lambda`.
        states: the sequences that the step maps to themselves, the parameters first.
        matrix: :math:`M`.
        noise: :math:`n`.
    """

    optimizer: Optimizer
    on_quadratic: Optimizer
    curvature: HyperSymbol
    states: tuple[Sequence, ...]
    matrix: sp.ImmutableMatrix
    noise: sp.ImmutableMatrix

    @property
    def characteristic(self) -> sp.Expr:
        """The characteristic polynomial det(z I - M), in powers of z."""
        size = len(self.states)
        determinant: Any = (z * sp.eye(size) - sp.Matrix(self.matrix)).det(method="berkowitz")
        coefficients = sp.Poly(sp.expand(determinant), z).all_coeffs()
        return sp.Add(*(_of_power(tidy(c), size - k) for k, c in enumerate(coefficients)))

    @property
    def rate(self) -> HyperSymbol | None:
        """The learning rate, where there is one."""
        return next((h.symbol for h in self.optimizer.hyper if h.name == "eta"), None)

    @property
    def momentum(self) -> HyperSymbol | None:
        """The one coefficient in [0, 1) that the matrix depends on; None where there is not just one."""
        used: set[Any] = sp.Matrix(self.matrix).free_symbols
        found = [h.symbol for h in self.optimizer.hyper if h.domain == sp.Interval.Ropen(0, 1) and h.symbol in used]
        return found[0] if len(found) == 1 else None

    @property
    def statement(self) -> Any:
        """The step as an equation of vectors."""
        now, before = (sp.ImmutableMatrix([s[i] for s in self.states]) for i in (t, t - 1))
        return sp.Eq(now, sp.MatMul(self.matrix, before, evaluate=False), evaluate=False)

    def verdict(self) -> Verdict:
        """Whether each row of the matrix follows from the definition."""
        before = sp.Matrix([s[t - 1] for s in self.states])
        rows = list(sp.Matrix(self.matrix) * before)
        claims = [sp.Eq(s[t], row, evaluate=False) for s, row in zip(self.states, rows, strict=True)]
        return conjunction(follows(self.on_quadratic, claim) for claim in claims)


@lru_cache(maxsize=256)
def linear_method(optimizer: Optimizer) -> LinearMethod:
    r"""The method as a linear map on a quadratic.

    Args:
        optimizer: a definition whose step is linear in its states and the gradient, with constant coefficients.

    Raises:
        NotDerivable: it is not, with the equation at fault.
    """
    curvature = _curvature(optimizer)
    values: dict[Any, Any] = {}
    for equation in optimizer.update:
        values[equation.lhs] = _with_gradient(equation.rhs.xreplace(values), curvature)
    states = tuple(s for s in optimizer.states if _needed(s, optimizer, values))
    rows = [_row(optimizer, s, values[s[t]], states) for s in states]
    on_quadratic = optimizer.replace(
        name=f"{optimizer.name} on a quadratic",
        hyper=[*optimizer.hyper, curvature],
        update=[
            sp.Eq(eq.lhs, eq.rhs.replace(Grad, lambda point: curvature * point), evaluate=False)
            for eq in optimizer.update
        ],
    )
    matrix = sp.ImmutableMatrix([row[:-1] for row in rows])
    return LinearMethod(
        optimizer, on_quadratic, curvature, states, matrix, sp.ImmutableMatrix([row[-1] for row in rows])
    )


def is_linear(optimizer: Optimizer) -> bool:
    """Whether the optimizer is a linear map on a quadratic."""
    try:
        linear_method(optimizer)
    except NotDerivable:
        return False
    return True


def tidy(e: Any) -> Any:
    """The expression factored, or expanded where that has not more operations; with 1 - beta, not beta - 1."""
    factored: Any = sp.factor(e)
    expanded: Any = sp.expand(e)
    if sp.count_ops(expanded) < sp.count_ops(factored):
        return expanded
    parts = [_turned(f) for f in sp.Mul.make_args(factored)]
    return sp.Mul(*(f for f, _ in parts), *(sign for _, sign in parts))


def _of_power(coefficient: Any, power: int) -> Any:
    """The coefficient times the power of z, as -(1 + mu) z rather than (-1 - mu) z."""
    if power and coefficient.is_Add and coefficient.as_coeff_Add()[0].is_negative:
        return sp.Mul(-1, z**power, sp.expand(-coefficient))
    return coefficient * z**power


def _turned(factor: Any) -> tuple[Any, Any]:
    """A sum, or a power of one, whose constant is positive, and the sign that this costs."""
    base, exponent = factor.as_base_exp()
    if not (base.is_Add and exponent.is_Integer and base.as_coeff_Add()[0].is_negative):
        return factor, sp.S.One
    return sp.expand(-base) ** exponent, sp.S.NegativeOne**exponent


def _curvature(optimizer: Optimizer) -> HyperSymbol:
    taken = {h.name for h in optimizer.hyper} | {s.name for s in optimizer.sequences}
    return HyperSymbol("h" if "lambda" in taken else "lambda", positive, "curvature")


def _with_gradient(e: Any, curvature: HyperSymbol) -> Any:
    return e.replace(Grad, lambda point: curvature * point + NOISE)


def _needed(state: Sequence, optimizer: Optimizer, values: dict[Any, Any]) -> bool:
    """Whether the parameters ever depend on the state."""
    reached, new = set[Any](), {optimizer.params}
    while new:
        reached |= new
        new = {a.base for s in new for a in values[s[t]].atoms(At)} - reached
    return state in reached


def _row(optimizer: Optimizer, state: Sequence, value: Any, states: tuple[Sequence, ...]) -> list[Any]:
    """The state at t as coefficients of the states at t - 1 and of the noise."""
    odd = sorted((a for a in value.atoms(At) if a not in {s[t - 1] for s in states}), key=str)
    if odd:
        raise NotDerivable(f"{optimizer.name}: {state[t]} reads {odd[0]}, which is no state of the step before")
    stand_ins = {s[t - 1]: sp.Dummy(s.name) for s in states}
    variables = [*stand_ins.values(), NOISE]
    plain = sp.sympify(value, strict=True).xreplace(stand_ins)
    if plain.has(t):
        raise NotDerivable(f"{optimizer.name}: the step of {state} depends on t, so no one matrix makes every step")
    numerator, denominator = sp.fraction(sp.together(plain))
    if not numerator.is_polynomial(*variables) or denominator.has(*variables):
        raise _not_linear(optimizer, state)
    parts = sp.Poly(numerator, *variables)
    if parts.total_degree() > 1 or parts.coeff_monomial(1) != 0:
        raise _not_linear(optimizer, state)
    return [tidy(parts.coeff_monomial(x) / denominator) for x in variables]


def _not_linear(optimizer: Optimizer, state: Sequence) -> NotDerivable:
    equation = next(eq for eq in optimizer.update if eq.lhs.base == state)
    return NotDerivable(
        f"{optimizer.name}: {equation.lhs} = {equation.rhs} is not linear in the states and the gradient, "
        "so the method is not a linear map on a quadratic"
    )
