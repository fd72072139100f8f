"""BFGS: the Hessian, or its inverse, learnt from how the gradient changes along the steps.

Broyden 1970; Fletcher 1970; Goldfarb 1970; Shanno 1970.
Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., Algorithm 6.1. The first matrix is the identity.
"""

from sympy import Eq

from symopt.language import Optimizer, dot, grad, identity, inverse, line_search, t, transpose
from symopt.language.vectors import B, H, alpha, d, g, rho, s, x, y

_MOVE = [
    Eq(alpha[t], line_search(x[t - 1], d[t])),
    Eq(x[t], x[t - 1] + alpha[t] * d[t]),
    Eq(g[t], grad(x[t])),
    Eq(s[t], x[t] - x[t - 1]),
    Eq(y[t], g[t] - g[t - 1]),
]

bfgs = Optimizer(
    "bfgs",
    title="BFGS, inverse form",
    hyper=[],
    init={g: grad(x[0]), H: identity},
    update=[
        Eq(d[t], -H[t - 1] * g[t - 1]),
        *_MOVE,
        Eq(rho[t], 1 / dot(y[t], s[t])),
        Eq(
            H[t],
            (identity - rho[t] * s[t] * transpose(y[t])) * H[t - 1] * (identity - rho[t] * y[t] * transpose(s[t]))
            + rho[t] * s[t] * transpose(s[t]),
        ),
    ],
    params=x,
    source="Nocedal & Wright 2006, Algorithm 6.1 and equation 6.17",
)

bfgs_direct = Optimizer(
    "bfgs-direct",
    title="BFGS, direct form",
    hyper=[],
    init={g: grad(x[0]), B: identity},
    update=[
        Eq(d[t], -inverse(B[t - 1]) * g[t - 1]),
        *_MOVE,
        Eq(
            B[t],
            B[t - 1]
            - B[t - 1] * s[t] * transpose(s[t]) * B[t - 1] / dot(s[t], B[t - 1] * s[t])
            + y[t] * transpose(y[t]) / dot(y[t], s[t]),
        ),
    ],
    params=x,
    source="Nocedal & Wright 2006, equation 6.19",
)
