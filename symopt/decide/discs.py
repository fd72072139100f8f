r"""Where the roots of a polynomial lie: Schur, Cohn and Jury's criterion.

A real polynomial of degree 1 or 2 with leading coefficient 1 has all its roots in :math:`|z| < r` if and
only if

.. math:: p(r) > 0, \quad (-1)^n p(-r) > 0, \quad r^n - (-1)^n p(0) > 0 \text{ for } n = 2,

and in :math:`|z| \le r` if and only if these are :math:`\ge 0` and :math:`|p(0)| \le r^n`. For higher degrees the
degree is lowered by :math:`p \to (p - p(0) p^*) / z`, with :math:`p^*(z) = z^n p(1/z)`.

Source: Jury 1964, Theory and Application of the z-Transform Method, section 3.3; a proof for quadratics is
``proofs/jury.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

import sympy as sp

from symopt.decide.certificate import Certificate, Statement, conjunction
from symopt.decide.holds import holds
from symopt.decide.verdict import Status, Verdict

MAX_DEGREE = 6
ARGUMENT = "Jury's criterion for the roots, by the signs of polynomials"


def criterion(polynomial: sp.Expr, z: sp.Symbol, radius: Any = 1, *, closed: bool = False) -> tuple[Any, ...]:
    """The comparisons that hold if and only if every root lies within the radius.

    Args:
        polynomial: in z, with real coefficients and leading coefficient 1.
        z: the variable.
        radius: a positive expression.
        closed: roots on the circle are let in; for degrees 1 and 2 only.

    Raises:
        ValueError: the polynomial is constant, not monic, or of too high a degree.
    """
    parts = sp.Poly(polynomial, z)
    degree = int(parts.degree())
    if degree < 1 or degree > (2 if closed else MAX_DEGREE) or sp.cancel(parts.LC() - 1) != 0:
        raise ValueError(f"{polynomial} is not a monic polynomial in {z} of a degree that is decided here")
    kind = sp.Ge if closed else sp.Gt
    if degree > 2:
        return _lowered(parts, z, radius)
    last = parts(0)
    sides = [parts(radius), (-1) ** degree * parts(-radius)]
    if degree == 2:
        sides += [radius**2 - last] + ([radius**2 + last] if closed else [])
    return tuple(kind(_tidy(side), 0, evaluate=False) for side in sides)


def _lowered(parts: sp.Poly, z: sp.Symbol, radius: Any) -> tuple[Any, ...]:
    """|a_0| < a_n for the scaled polynomial, and for each one of lower degree made from it."""
    coefficients = [c * radius ** (parts.degree() - i) for i, c in enumerate(parts.all_coeffs())]
    found: list[Any] = []
    while len(coefficients) > 1:
        first, last = coefficients[0], coefficients[-1]
        found += [sp.Gt(_tidy(first - last), 0, evaluate=False), sp.Gt(_tidy(first + last), 0, evaluate=False)]
        reduced = [first * a - last * b for a, b in zip(coefficients, reversed(coefficients), strict=True)]
        coefficients = [_tidy(c) for c in reduced[:-1]]
    return tuple(found)


def _tidy(e: Any) -> Any:
    return sp.factor(sp.expand(e))


def roots_within(
    polynomial: sp.Expr, z: sp.Symbol, radius: Any = 1, *, assuming: Iterable[Any] = (), closed: bool = False,
    limit: float = 5.0,
) -> Verdict:  # fmt: skip
    """Whether every root of the polynomial lies within the radius, wherever the assumptions hold.

    Args and Raises as for ``criterion``; ``assuming`` as for ``holds``. Refuted by numbers at which a comparison
    of the criterion is false.
    """
    given = tuple(assuming)
    wanted = criterion(polynomial, z, radius, closed=closed)
    found = conjunction(holds(claim, assuming=given, limit=limit / len(wanted)) for claim in wanted)
    return _about(
        found, Statement("roots within", (polynomial, z, sp.sympify(radius, strict=True), given, sp.Integer(closed)))
    )


def root_beyond(
    polynomial: sp.Expr, z: sp.Symbol, radius: Any = 1, *, assuming: Iterable[Any] = (), limit: float = 5.0
) -> Verdict:
    """Whether some root has an absolute value of at least the radius, wherever the assumptions hold.

    Args and Raises as for ``criterion``. Proved if one comparison of the criterion is false throughout.
    """
    given = tuple(assuming)
    wanted = criterion(polynomial, z, radius)
    statement = Statement("root beyond", (polynomial, z, sp.sympify(radius, strict=True), given))
    # Short tries first: the comparison that is false is often seen at once, and the others cost their whole limit.
    for share, claim in product((0.02, 0.98), wanted):
        never = sp.Le(claim.lhs, 0, evaluate=False)
        found = holds(never, assuming=given, limit=share * limit / len(wanted))
        if found.proved:
            return _about(found, statement)
    return Verdict(Status.UNDECIDED, reason="no comparison of Jury's criterion is false wherever the assumptions hold")


def _about(found: Verdict, statement: Statement) -> Verdict:
    """A verdict on comparisons as one on roots."""
    if found.proved and found.certificate is not None:
        made = Certificate(statement, ARGUMENT, found.certificate.cases)
        return Verdict(Status.PROVED, argument=ARGUMENT, certificate=made)
    if found.refuted:
        return Verdict(Status.REFUTED, argument="a comparison of Jury's criterion is false", witness=found.witness)
    return found
