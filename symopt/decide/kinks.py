"""Whether two expressions with absolute values, signs and extremes are equal wherever none of them has a kink.

With |u| = u sign u and max(a, b) = (a + b + |a - b|) / 2 both are made of signs alone, and each sign is 1 or -1 off the
kinks: all cases are decided one by one. Cases that cannot be are decided with the others, so what is true only without
them is left undecided.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy as sp

from symopt.decide.certificate import conjunction
from symopt.decide.identity import identity
from symopt.decide.verdict import Status, Verdict

MOST = 5
"""How many signs are told apart."""


def identity_off_kinks(lhs: Any, rhs: Any) -> Verdict:
    """Whether lhs = rhs wherever no sign in them is that of 0."""
    sides = [_in_signs(side) for side in (lhs, rhs)]
    atoms = sorted(set[Any]().union(*(side.atoms(_Sign) for side in sides)), key=sp.default_sort_key)
    if len(atoms) > MOST:
        return Verdict(Status.UNDECIDED, reason="too many signs")
    cases = (dict(zip(atoms, values, strict=True)) for values in product((1, -1), repeat=len(atoms)))
    verdict = conjunction(identity(*(side.xreplace(case) for side in sides), limit=0.5) for case in cases)
    return verdict if verdict.proved else Verdict(Status.UNDECIDED, reason="the cases differ, some may be impossible")


class _Sign(sp.Function):
    """A sign that is 1 or -1, of an argument that is told apart as it is written."""

    nargs = 1


def _sign(u: Any) -> Any:
    """The sign, without factors whose own are known."""
    product: Any = sp.factor(u)
    factors = sp.Mul.make_args(product)
    u = sp.expand(sp.Mul(*(f for f in factors if not (f.is_positive or f.is_negative))))
    made: Any = _Sign  # calls of SymPy's functions are typed as classes
    turned = sum(bool(f.is_negative) for f in factors) % 2 == 1
    if u == 1:
        return -1 if turned else 1
    if u.could_extract_minus_sign():
        u, turned = -u, not turned
    return -made(u) if turned else made(u)


def _in_signs(e: Any) -> Any:
    """The expression with absolute values and extremes written in signs."""
    if not e.args:
        return e
    if isinstance(e, sp.sign):
        return _sign(e.args[0])
    written: tuple[Any, ...] = e.args
    args = [_in_signs(a) for a in written]
    if isinstance(e, sp.Abs):
        return args[0] * _sign(written[0])
    if isinstance(e, sp.Max | sp.Min) and len(args) == 2:
        first, second = written
        a, b = args
        gap = (a - b) * _sign(first - second)
        return (a + b + (gap if isinstance(e, sp.Max) else -gap)) / 2
    return e.func(*args)
