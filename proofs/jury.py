"""A real quadratic has its roots inside the unit circle just if p(1) > 0, p(-1) > 0 and p(0) < 1.

Two real roots r and s give p(1) = (1 - r)(1 - s), p(-1) = (1 + r)(1 + s) and p(0) = r s. Two complex ones,
a + i b and a - i b, give p(0) = a**2 + b**2, and then p(1) and p(-1) are positive by themselves.

Jury 1964, Theory and Application of the z-Transform Method, section 3.3.
"""

from typing import Any

from sympy import Ge, Gt, Interval, Le, Lt, Symbol

from symopt.decide import Verdict, holds
from symopt.language import HyperSymbol

r, s, c = (Symbol(name, real=True) for name in ("r", "s", "c"))
b = Symbol("b", positive=True)
inner_r, inner_s = (HyperSymbol(name, Interval.open(-1, 1)) for name in ("r", "s"))


def claim(kind: Any, left: Any, right: Any, *given: Any) -> Verdict:
    return holds(kind(left, right, evaluate=False), assuming=given)


def prove() -> dict[str, Verdict]:
    return {
        "real roots inside: p(1) > 0": claim(Gt, (1 - inner_r) * (1 - inner_s), 0),
        "real roots inside: p(-1) > 0": claim(Gt, (1 + inner_r) * (1 + inner_s), 0),
        "real roots inside: p(0) < 1": claim(Lt, inner_r * inner_s, 1),
        "one root from 1 on, the other up to 1: p(1) <= 0": claim(Le, (1 - r) * (1 - s), 0, r >= 1, s <= 1),
        "both roots from 1 on: p(0) >= 1": claim(Ge, r * s, 1, r >= 1, s >= 1),
        "one root up to -1, the other from -1 on: p(-1) <= 0": claim(Le, (1 + r) * (1 + s), 0, r <= -1, s >= -1),
        "both roots up to -1: p(0) >= 1": claim(Ge, r * s, 1, r <= -1, s <= -1),
        "complex roots: p(1) > 0 and p(-1) > 0, with c = 1 - a and c = 1 + a": claim(Gt, c**2 + b**2, 0),
    }
