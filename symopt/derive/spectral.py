"""Powers of a matrix in closed form, from its eigenvalues, whatever their multiplicities.

With the eigenvalues r of multiplicity m_r and the projections P_r on their generalised eigenspaces,

    A^n = sum over r, j < m_r of binomial(n, j) r^(n - j) (A - r)^j P_r,

where an eigenvalue 0 contributes A^j P_0 at n = j alone. P_r is a polynomial in A: the other
factors of the characteristic polynomial, q(A), times the Taylor polynomial of 1/q at r.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.derive.errors import NotDerivable

_LAMBDA = sp.Symbol("lambda_of_characteristic_polynomial")


@dataclass(frozen=True)
class Mode:
    """An eigenvalue with the matrices (A - r)^j P_r, as far as they are not zero."""

    root: Any
    matrices: tuple[Any, ...]


def modes(matrix: Any) -> tuple[Mode, ...]:
    """The eigenvalues with their matrices. Raises NotDerivable where the eigenvalues have no closed form here."""
    roots = eigenvalues(matrix)
    size = matrix.shape[0]
    made: list[Mode] = []
    for root, multiplicity in roots:
        others: Any = sp.Mul(*((_LAMBDA - r) ** m for r, m in roots if r != root))
        cofactor = sp.eye(size)
        for r, m in roots:
            if r != root:
                for _ in range(m):
                    cofactor = _tidy(cofactor * (matrix - r * sp.eye(size)))
        shifted = matrix - root * sp.eye(size)
        taylor = sp.zeros(size, size)
        power = sp.eye(size)
        for j in range(multiplicity):
            coefficient = sp.diff(1 / others, _LAMBDA, j).subs(_LAMBDA, root) / sp.factorial(j)
            taylor += coefficient * power
            power = power * shifted
        projection = _tidy(cofactor * taylor)
        matrices: list[Any] = []
        for _ in range(multiplicity):
            if projection.is_zero_matrix:
                break
            matrices.append(projection)
            projection = _tidy(shifted * projection)
        made.append(Mode(root, tuple(matrices)))
    return tuple(made)


def eigenvalues(matrix: Any) -> list[tuple[Any, int]]:
    """The roots of the characteristic polynomial with their multiplicities, from its factors."""
    # Powers such as mu**k are symbols to SymPy's polynomials, which cannot put them in order otherwise.
    powers = {p: sp.Dummy(real=True) for p in matrix.atoms(sp.Pow) if not p.exp.is_Rational}
    back = {name: p for p, name in powers.items()}
    polynomial = matrix.xreplace(powers).charpoly(_LAMBDA).as_expr()
    found: dict[Any, int] = {}
    for factor, multiplicity in sp.factor_list(polynomial, _LAMBDA)[1]:
        for root in _roots(sp.Poly(factor, _LAMBDA)):
            value = root.xreplace(back)
            found[value] = found.get(value, 0) + multiplicity
    return list(found.items())


def _roots(factor: Any) -> list[Any]:
    if factor.degree() == 1:
        a, b = factor.all_coeffs()
        return [sp.factor_terms(sp.cancel(-b / a))]
    if factor.degree() == 2:
        a, b, c = factor.all_coeffs()
        inside = sp.expand(b**2 - 4 * a * c)
        if inside == 0:
            return [sp.cancel(-b / (2 * a))] * 2
        root = sp.sqrt(sp.factor(inside))
        return [sp.expand((-b + root) / (2 * a)), sp.expand((-b - root) / (2 * a))]
    raise NotDerivable(
        f"the characteristic polynomial has the factor {factor.as_expr()} of degree {factor.degree()}, "
        "whose roots have no closed form that is worth printing"
    )


def _tidy(matrix: Any) -> Any:
    return matrix.applyfunc(tidy)


def tidy(e: Any) -> Any:
    """The expression as one quotient in lowest terms, with at most first powers of square roots."""
    if e.is_Rational:
        return e
    roots = sorted((p for p in e.atoms(sp.Pow) if p.exp.is_Rational and abs(p.exp) == sp.S.Half), key=str)
    if e.has(sp.I) or (roots and not e.free_symbols):
        return sp.factor_terms(sp.radsimp(sp.expand(e)))
    if not roots:
        return sp.factor(e)
    names = {p.base: sp.Dummy() for p in roots}
    rational = e.xreplace({p: names[p.base] ** (2 * p.exp) for p in roots})
    parts: Any = sp.fraction(sp.cancel(sp.together(rational)))
    top, bottom = parts
    for inside, name in names.items():
        top = sp.rem(sp.expand(top), name**2 - inside, name)
    back = {name: sp.sqrt(inside) for inside, name in names.items()}
    printed: Any = sp.factor(top / bottom).xreplace(back)
    return sp.factor_terms(printed)
