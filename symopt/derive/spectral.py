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

_LAMBDA = sp.Symbol("lambda_of_characteristic_polynomial")


@dataclass(frozen=True)
class Mode:
    """An eigenvalue with the matrices (A - r)^j P_r, as far as they are not zero.

    Args:
        root: r; or a symbol that stands for each root of ``polynomial`` in turn.
        matrices: (A - r)^j P_r; with such a symbol, polynomials in it.
        polynomial: irreducible, of degree 3 or more; None where the eigenvalue is written out.
    """

    root: Any
    matrices: tuple[Any, ...]
    polynomial: Any = None


def modes(matrix: Any) -> tuple[Mode, ...]:
    """The eigenvalues with their matrices."""
    factors = _factors(matrix)
    roots = [(root, m) for factor, m in factors if factor.degree() <= 2 for root in _roots(factor)]
    found: dict[Any, int] = {}
    for root, m in roots:
        found[root] = found.get(root, 0) + m
    written = _written_out(matrix, list(found.items()), [(f, m) for f, m in factors if f.degree() > 2])
    return (*written, *(_of_factor(matrix, f, m, factors) for f, m in factors if f.degree() > 2))


def _written_out(matrix: Any, roots: list[tuple[Any, int]], rest: list[tuple[Any, int]]) -> tuple[Mode, ...]:
    """The modes of the eigenvalues that are written out; ``rest`` are the other factors."""
    size = matrix.shape[0]
    made: list[Mode] = []
    for root, multiplicity in roots:
        others: Any = sp.Mul(*((_LAMBDA - r) ** m for r, m in roots if r != root), *(f.as_expr() ** m for f, m in rest))
        cofactor = _times_factors(sp.eye(size), matrix, rest)
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


def _factors(matrix: Any) -> list[tuple[Any, int]]:
    """The factors of the characteristic polynomial with their multiplicities, monic."""
    # Powers such as mu**k are symbols to SymPy's polynomials, which cannot put them in order otherwise.
    powers = {p: sp.Dummy(real=True) for p in matrix.atoms(sp.Pow) if not p.exp.is_Rational}
    back = {name: p for p, name in powers.items()}
    polynomial = matrix.xreplace(powers).charpoly(_LAMBDA).as_expr()
    found: list[tuple[Any, int]] = sp.factor_list(polynomial, _LAMBDA)[1]
    return [(sp.Poly(sp.Poly(f, _LAMBDA).monic().as_expr().xreplace(back), _LAMBDA), m) for f, m in found]


def _roots(factor: Any) -> list[Any]:
    if factor.degree() == 1:
        a, b = factor.all_coeffs()
        return [sp.factor_terms(sp.cancel(-b / a))]
    a, b, c = factor.all_coeffs()
    inside = sp.expand(b**2 - 4 * a * c)
    if inside == 0:
        return [sp.cancel(-b / (2 * a))] * 2
    root = sp.sqrt(sp.factor(inside))
    return [sp.expand((-b + root) / (2 * a)), sp.expand((-b - root) / (2 * a))]


# Roots that are not written out


def _of_factor(matrix: Any, factor: Any, multiplicity: int, factors: list[tuple[Any, int]]) -> Mode:
    """The mode of each root r of a factor q, in polynomials in r modulo q."""
    size = matrix.shape[0]
    taken = {str(s) for s in matrix.free_symbols}
    root = sp.Symbol(next(name for name in ("r", "z", "zeta", "root") if name not in taken))
    polynomial = factor.as_expr().subs(_LAMBDA, root)
    quotient = _without_root(factor, root)
    rest = [(f, m) for f, m in factors if f != factor]
    others: Any = quotient**multiplicity * sp.Mul(*(f.as_expr() ** m for f, m in rest))
    cofactor = _times_factors(sp.eye(size), matrix, [*rest, (sp.Poly(quotient, _LAMBDA), multiplicity)])
    shifted = matrix - root * sp.eye(size)
    taylor, power = sp.zeros(size, size), sp.eye(size)
    for j in range(multiplicity):
        coefficient = sp.diff(1 / others, _LAMBDA, j).subs(_LAMBDA, root) / sp.factorial(j)
        taylor += remainder(coefficient, root, polynomial) * power
        power = power * shifted
    projection = _reduced(cofactor * taylor, root, polynomial)
    matrices: list[Any] = []
    for _ in range(multiplicity):
        if projection.is_zero_matrix:
            break
        matrices.append(projection)
        projection = _reduced(shifted * projection, root, polynomial)
    return Mode(root, tuple(matrices), polynomial)


def _without_root(factor: Any, root: Any) -> Any:
    """q(lambda) / (lambda - r) modulo q(r): synthetic division, whose remainder is q(r)."""
    value, terms = sp.S.Zero, []
    for a in factor.all_coeffs()[:-1]:
        value = sp.expand(value * root + a)
        terms.append(value)
    return sp.Add(*(c * _LAMBDA ** (len(terms) - 1 - k) for k, c in enumerate(terms)))


def _times_factors(start: Any, matrix: Any, factors: list[tuple[Any, int]]) -> Any:
    """The matrix times the factors, each taken of the matrix, to their multiplicities."""
    size, made = matrix.shape[0], start
    for factor, multiplicity in factors:
        value = sp.zeros(size, size)
        for a in factor.all_coeffs():
            value = (value * matrix + a * sp.eye(size)).applyfunc(sp.expand)
        for _ in range(multiplicity):
            made = (made * value).applyfunc(sp.expand)
    return made


def _reduced(matrix: Any, root: Any, polynomial: Any) -> Any:
    return matrix.applyfunc(lambda e: remainder(e, root, polynomial))


def remainder(e: Any, root: Any, polynomial: Any) -> Any:
    """The polynomial in the root that a quotient is, modulo the root's polynomial."""
    # The coefficients are of a field, so that a quotient has an inverse: the polynomial is irreducible.
    top, bottom = sp.fraction(sp.cancel(sp.together(e)))
    modulus = sp.Poly(polynomial, root)
    symbols = sorted((e.free_symbols | polynomial.free_symbols) - {root}, key=str)
    domain = sp.QQ.frac_field(*symbols) if symbols else sp.QQ
    high, low, modulus = (sp.Poly(x, root, domain=domain) for x in (top, bottom, modulus.as_expr()))
    found = high.rem(modulus) if low.degree() == 0 else (high * low.rem(modulus).invert(modulus)).rem(modulus)
    value = found.as_expr() / (low.as_expr() if low.degree() == 0 else 1)
    parts = sp.Poly(value, root, domain=domain)
    return sp.Add(*(sp.factor(c) * root**k for (k,), c in parts.terms()))


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
