"""A particular solution for inputs that are polynomials times powers, by undetermined coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symopt.derive.linear import System
from symopt.derive.printed import outward
from symopt.language.symbols import At, t


def particular(system: System, multiplicities: Mapping[Any, int]) -> tuple[Any, Any]:
    """(a solution for the inputs of the form t**k c**t, the inputs that are not).

    Args:
        system: with constant coefficients.
        multiplicities: of its eigenvalues, as far as they raise the degree.
    """
    size = len(system.states)
    free = sp.zeros(size, 1)
    by_base: dict[Any, Any] = {}
    for row in range(size):
        for part in terms_of(system.forcing[row]):
            read = None if part == 0 else _exponential(part)
            if read is None:
                free[row] += part
                continue
            base, polynomial = read
            by_base.setdefault(base, sp.zeros(size, 1))[row] += polynomial
    total = sp.zeros(size, 1)
    for base, inputs in by_base.items():
        total += base**t * _solved(system.matrix, base, inputs, multiplicities.get(base, 0))
    return total, free


def terms_of(e: Any) -> list[Any]:
    """The terms of an input; a bracket is multiplied out only where one of its terms has the form t**k c**t."""
    found: list[Any] = []
    for part in sp.Add.make_args(e):
        constant, moving = part.as_independent(t, *part.atoms(At), as_Add=False)
        inside: Any = moving.args
        if moving.is_Add and any(_exponential(p) is not None for p in inside):
            found += [term for p in inside for term in terms_of(constant * p)]
        elif constant.is_Add and moving == 1:
            found += [term for p in constant.args for term in terms_of(p)]
        elif part != 0:
            found.append(part)
    return found


def _exponential(part: Any) -> tuple[Any, Any] | None:
    """(c, p(t)) where the product is c**t p(t)."""
    base, polynomial = sp.S.One, sp.S.One
    factors: Any = sp.Mul.make_args(part)
    for factor in factors:
        if factor.is_Pow and factor.exp.has(t) and not factor.base.has(t):
            slope = sp.diff(factor.exp, t)
            if slope.has(t) or not slope.is_Integer:
                return None
            base *= factor.base**slope
            polynomial *= factor.base ** sp.expand(factor.exp - slope * t)
        elif factor.is_polynomial(t) and not any(a.index.has(t) for a in factor.atoms(At)):
            polynomial *= factor
        else:
            return None
    return base, polynomial


def _solved(matrix: Any, base: Any, inputs: Any, multiplicity: int) -> Any:
    """q with c q(t) = A q(t - 1) + c p(t), of degree deg p + the multiplicity of c."""
    size = matrix.shape[0]
    degree = max(int(sp.Poly(p, t).degree()) for p in inputs if p != 0) + multiplicity
    unknown = [[sp.Dummy(f"q{row}{k}") for k in range(degree + 1)] for row in range(size)]
    guess = sp.Matrix([sum(c * t**k for k, c in enumerate(row)) for row in unknown])
    difference = base * guess - matrix * guess.subs(t, t - 1) - base * inputs
    equations = [c for e in difference for c in sp.Poly(sp.expand(e), t).all_coeffs()]
    flat = [c for row in unknown for c in row]
    found: Any = next(iter(sp.linsolve(equations, flat)))
    values = {c: outward(sp.factor(v.subs(dict.fromkeys(flat, 0)))) for c, v in zip(flat, found, strict=True)}
    return guess.xreplace(values)
