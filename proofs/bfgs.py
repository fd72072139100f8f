"""BFGS: the new matrix fits the last step, stays symmetric and positive definite, and the two forms are inverse.

Everything is proved for any number of dimensions. Positive definiteness rests on two identities: with
V = I - rho y s^T and rho = 1/(y^T s) > 0,

    z^T H' z = (V z)^T H (V z) + rho (s^T z)^2,

a sum of two parts that are not negative; both vanish only where s^T z = 0, and then V z = z, so that z^T H z = 0
and z = 0. The curvature condition y^T s > 0, which Wolfe's line search provides, is what makes rho positive.

Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., section 6.1.
"""

from collections.abc import Mapping

from sympy import Eq

from symopt.decide import Verdict, linear_identity
from symopt.language import Sequence, Shape, dot, identity, inverse, t, transpose
from symopt.language.vectors import B, H, rho, s, y
from symopt.optimizers import get

before, direct = H[t - 1], B[t - 1]
z = Sequence("z", shape=Shape.VECTOR)[t]


def prove() -> Mapping[str, Verdict]:
    bfgs, other = get("bfgs"), get("bfgs-direct")
    new = bfgs.equations["H"].subs(rho[t], bfgs.equations["rho"])
    new_direct = other.equations["B"]
    v = identity - rho[t] * y[t] * transpose(s[t])
    return {
        "secant equation, inverse form": linear_identity(new * y[t], s[t]),
        "secant equation, direct form": linear_identity(new_direct * s[t], y[t]),
        "symmetry, inverse form": linear_identity(transpose(new), new, symmetric=[before]),
        "symmetry, direct form": linear_identity(transpose(new_direct), new_direct, symmetric=[direct]),
        "the quadratic form is a sum of two parts": linear_identity(
            dot(z, bfgs.equations["H"] * z), dot(v * z, before * v * z) + rho[t] * dot(s[t], z) ** 2
        ),
        "where the second part is zero, the first is the old form": linear_identity(
            dot(v * z, before * v * z), dot(z, before * z), given=[Eq(dot(s[t], z), 0, evaluate=False)]
        ),
        "the direct form is the inverse of the inverse form": linear_identity(
            new_direct * new.subs(before, inverse(direct)), identity, symmetric=[direct]
        ),
    }
