"""Conjugate gradients: linear, for quadratics; and the nonlinear methods that vary its beta.

Hestenes & Stiefel 1952; Fletcher & Reeves 1964; Polak & Ribiere 1969.
Nocedal & Wright 2006, "Numerical Optimization", 2nd ed., Algorithms 5.2 and 5.4, equations 5.41, 5.44 to 5.46.
The matrix of a quadratic is its Hessian, and the residual here is b - A x, the negative gradient.
"""

from typing import Any

from sympy import Eq, Max, Mod, Piecewise

from symopt.language import Optimizer, dot, grad, hessian, line_search, t
from symopt.language.vectors import A, alpha, beta, d, g, p, r, x
from symopt.language.vocabulary import period

conjugate_gradients = Optimizer(
    "conjugate-gradients",
    title="Conjugate gradients, linear",
    hyper=[],
    init={r: -grad(x[0]), p: -grad(x[0])},
    update=[
        Eq(A[t], hessian(x[t - 1])),
        Eq(alpha[t], dot(r[t - 1], r[t - 1]) / dot(p[t - 1], A[t] * p[t - 1])),
        Eq(x[t], x[t - 1] + alpha[t] * p[t - 1]),
        Eq(r[t], r[t - 1] - alpha[t] * A[t] * p[t - 1]),
        Eq(beta[t], dot(r[t], r[t]) / dot(r[t - 1], r[t - 1])),
        Eq(p[t], r[t] + beta[t] * p[t - 1]),
    ],
    params=x,
    source="Nocedal & Wright 2006, Algorithm 5.2",
)


def _nonlinear(name: str, title: str, share: Any, source: str) -> Optimizer:
    return Optimizer(
        name,
        title=f"Conjugate gradients, {title}",
        hyper=[period(10)] if share.has(period) else [],
        init={g: grad(x[0]), d: -grad(x[0])},
        update=[
            Eq(alpha[t], line_search(x[t - 1], d[t - 1], "strict-wolfe")),
            Eq(x[t], x[t - 1] + alpha[t] * d[t - 1]),
            Eq(g[t], grad(x[t])),
            Eq(beta[t], share),
            Eq(d[t], -g[t] + beta[t] * d[t - 1]),
        ],
        params=x,
        source=source,
    )


_CHANGE = g[t] - g[t - 1]
_BEFORE = dot(g[t - 1], g[t - 1])

fletcher_reeves = _nonlinear(
    "cg-fletcher-reeves", "Fletcher-Reeves", dot(g[t], g[t]) / _BEFORE,
    "Fletcher & Reeves 1964; Nocedal & Wright 2006, Algorithm 5.4",
)  # fmt: skip
fletcher_reeves_restarted = _nonlinear(
    "cg-fletcher-reeves-restarted", "Fletcher-Reeves, restarted every k steps",
    Piecewise((0, Eq(Mod(t, period), 0)), (dot(g[t], g[t]) / _BEFORE, True)),
    "Fletcher & Reeves 1964, who restart every n + 1 steps; Nocedal & Wright 2006, section 5.2, every n",
)  # fmt: skip
polak_ribiere = _nonlinear(
    "cg-polak-ribiere", "Polak-Ribiere", dot(g[t], _CHANGE) / _BEFORE,
    "Polak & Ribiere 1969; Nocedal & Wright 2006, equation 5.44",
)  # fmt: skip
polak_ribiere_plus = _nonlinear(
    "cg-polak-ribiere-plus", "Polak-Ribiere, never negative", Max(dot(g[t], _CHANGE) / _BEFORE, 0),
    "Gilbert & Nocedal 1992; Nocedal & Wright 2006, equation 5.45",
)  # fmt: skip
hestenes_stiefel = _nonlinear(
    "cg-hestenes-stiefel", "Hestenes-Stiefel", dot(g[t], _CHANGE) / dot(_CHANGE, d[t - 1]),
    "Hestenes & Stiefel 1952; Nocedal & Wright 2006, equation 5.46",
)  # fmt: skip
