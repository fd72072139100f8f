"""The two loops of L-BFGS multiply by the matrix that BFGS would have built from the pairs in memory.

By induction on the number of pairs. With none, both multiply by gamma. With one pair more, the newest, the first
loop hands q - a y, a = rho s^T q, to the loops of the others; they give H (q - a y) by hypothesis; the second loop
adds (a - b) s with b = rho y^T H (q - a y). That is (I - rho s y^T) H (I - rho y s^T) q + rho s s^T q, for every H
and q, in any number of dimensions. Beside the induction, the definition with one, two and three pairs is compared
with the product written out.

Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., Algorithm 7.4 and equations 7.17 to 7.19.
"""

from collections.abc import Mapping
from typing import Any

from symopt.decide import Verdict, linear_identity
from symopt.language import Sequence, Shape, dot, identity, t, transpose
from symopt.language.vectors import H, g, rho, s, y
from symopt.optimizers import lbfgs_with
from symopt.optimizers.vector.lbfgs import gamma

q = Sequence("q", shape=Shape.VECTOR)[t]


def updated(matrix: Any, lag: int) -> Any:
    """BFGS's update by the pair of so many steps ago."""
    pair, change, scale = s[t - lag], y[t - lag], rho[t - lag]
    left = identity - scale * pair * transpose(change)
    right = identity - scale * change * transpose(pair)
    return left * matrix * right + scale * pair * transpose(pair)


def direction(memory: int) -> Any:
    """What the definition moves along, in terms of the gradient and the pairs."""
    equations = lbfgs_with(memory).equations
    inner = {name: e for name, e in equations.items() if name[:2] in ("a_", "b_", "q_", "r_")}
    made = equations["d"]
    for name in reversed(inner):
        made = made.subs(lbfgs_with(memory).sequence(name)[t], inner[name])
    return made


def prove() -> Mapping[str, Verdict]:
    a = rho[t - 1] * dot(s[t - 1], q)
    rest = H[t] * (q - a * y[t - 1])
    b = rho[t - 1] * dot(y[t - 1], rest)
    claims = {"one pair more": linear_identity(rest + (a - b) * s[t - 1], updated(H[t], 1) * q)}
    for memory in (1, 2, 3):
        matrix: Any = gamma[t] * identity
        for lag in range(memory, 0, -1):
            matrix = updated(matrix, lag)
        claims[f"the definition with {memory} pairs"] = linear_identity(direction(memory), -matrix * g[t - 1])
    return claims
