"""On a quadratic the formulas for beta agree, and conjugate gradients are heavy ball with the best coefficients.

With exact line searches on a quadratic the new gradient g' is orthogonal to the last one and to the last direction,
and g^T d = -g^T g: then Fletcher and Reeves's, Polak and Ribiere's and Hestenes and Stiefel's beta are one number.

Written without directions, x + alpha p with p = r + beta p_before moves by alpha r plus a share of the last move: a
heavy ball. Its coefficients are best, since the new gradient is orthogonal to r and to the last move (see
conjugate_gradients): no other point of that plane is lower.

Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., section 5.2.
"""

from collections.abc import Mapping
from typing import Any

from sympy import Eq

from symopt.decide import Verdict, linear_identity
from symopt.language import dot, t
from symopt.language.vectors import alpha, beta, d, g, p, r, x
from symopt.optimizers import get


def prove() -> Mapping[str, Verdict]:
    exact: list[Any] = [
        Eq(dot(g[t], g[t - 1]), 0, evaluate=False),
        Eq(dot(g[t], d[t - 1]), 0, evaluate=False),
        Eq(dot(g[t - 1], d[t - 1]), -dot(g[t - 1], g[t - 1]), evaluate=False),
    ]
    betas = {name: get(f"cg-{name}").equations["beta"] for name in
             ("fletcher-reeves", "polak-ribiere", "hestenes-stiefel")}  # fmt: skip
    move = alpha[t] * (r[t - 1] + beta[t - 1] * p[t - 2])
    ball = alpha[t] * r[t - 1] + alpha[t] * beta[t - 1] / alpha[t - 1] * (x[t - 1] - x[t - 2])
    return {
        "Polak-Ribiere is Fletcher-Reeves": linear_identity(
            betas["polak-ribiere"], betas["fletcher-reeves"], given=exact
        ),
        "Hestenes-Stiefel is Fletcher-Reeves": linear_identity(
            betas["hestenes-stiefel"], betas["fletcher-reeves"], given=exact
        ),
        "a heavy ball": linear_identity(
            move, ball, given=[Eq(x[t - 1], x[t - 2] + alpha[t - 1] * p[t - 2], evaluate=False)]
        ),
    }
