"""What a step costs: Newton M^3, BFGS M^2 if the product is written out, L-BFGS with k pairs k M.

Counted from the recurrences themselves. Every pair that L-BFGS remembers adds the same operations, 8 M and a few, and
the same two vectors: the step costs O(k M) operations and keeps O(k M) numbers. O(k^2 M), which some notes
print, is too much; no operation of the two loops touches two pairs at once.

BFGS as it is usually printed multiplies matrices; with the two rank-one factors multiplied out the same matrix costs
O(M^2). Newton's step solves a system, O(M^3).

Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., sections 6.1 and 7.2.
"""

from collections.abc import Mapping

from sympy import Integer, Poly

from symopt.decide import Verdict, conjunction, identity, linear_identity
from symopt.derive.cost import M, cost
from symopt.derive.orders import bfgs_written_out
from symopt.language import t
from symopt.language.vectors import H
from symopt.optimizers import get, lbfgs_with

PAIRS = range(1, 8)


def degree(name: str) -> Integer:
    return Integer(Poly(cost(get(name)).flops, M).degree())


def prove() -> Mapping[str, Verdict]:
    counted = {k: cost(lbfgs_with(k)) for k in PAIRS}
    more = counted[2].flops - counted[1].flops
    kept = counted[2].storage - counted[1].storage
    written_out = bfgs_written_out()
    image, product = next((eq.lhs, eq.rhs) for eq in written_out.update if eq.lhs.base.name == "u")
    return {
        "every pair adds the same operations": conjunction(
            identity(counted[k].flops, counted[1].flops + (k - 1) * more) for k in PAIRS
        ),
        "a pair's operations": identity(more, 8 * M + 1),
        "every pair adds two vectors and a number": conjunction(
            identity(counted[k].storage, counted[1].storage + (k - 1) * kept) for k in PAIRS
        ),
        "a pair's storage": identity(kept, 2 * M + 1),
        "Newton's step is cubic": identity(degree("newton"), Integer(3)),
        "BFGS as printed is cubic": identity(degree("bfgs"), Integer(3)),
        "BFGS written out is the same matrix": linear_identity(
            written_out.equations["H"].subs(image, product), get("bfgs").equations["H"], symmetric=[H[t - 1]]
        ),
        "BFGS written out is quadratic": identity(Integer(Poly(cost(written_out).flops, M).degree()), Integer(2)),
        "conjugate gradients take one product with the matrix": identity(
            Integer(Poly(cost(get("conjugate-gradients")).flops, M).degree()), Integer(2)
        ),
    }
