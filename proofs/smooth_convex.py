"""Errors of gradient methods on convex functions: of the order of 1/k, and of 1/k**2 with Nesterov's acceleration.

f is convex, its gradient Lipschitz with constant L; e is f(x) - f(x*), D the squared distance to the minimum x*, G the
squared gradient. What is known of f enters as amounts that are not negative: a step of 1/L lowers f by G / (2 L) and r
more; convexity puts f(x*) above the tangent by s, and f(x) above the tangent in y by q. Each proof is a potential that
does not grow. Of gradient descent it is k e + L D / 2, so that e is at most L D_0 / (2 k). Of Nesterov's method it is
k (k + 1) e + 2 L D, D being the squared distance of z, so that e is at most 2 L D_0 / (k (k + 1)); there
y = (k x + 2 z) / (k + 2), the new x is y - g / L and the new z is z - (k + 1) g / (2 L).

Where the squared gradient is at least 2 mu e, as of strongly convex functions, e shrinks by 1 - mu / L each step. The
mean of the errors of n steps along subgradients of size at most g, with the learning rate R / (g sqrt(n)), is at most
R g / sqrt(n).

Nesterov 1983; Bansal & Gupta 2019, arXiv:1712.04581; Nesterov 2018, "Lectures on Convex Optimization", section 3.2.
"""

from collections.abc import Mapping

from sympy import Le, Symbol, sqrt

from symopt.decide import Verdict, holds, identity

k = Symbol("k", integer=True, nonnegative=True)
L, eta, R, g, n = (Symbol(name, positive=True) for name in ("L", "eta", "R", "g", "n"))
e, D, G, r, s, q, mu = (Symbol(name, nonnegative=True) for name in ("e", "D", "G", "r", "s", "q", "mu"))
x, z, best = (Symbol(name, real=True) for name in ("g.x", "g.z", "g.x*"))
"""Inner products of the gradient with the points."""


def prove() -> Mapping[str, Verdict]:
    down = G / (2 * L) + r
    slope = e + s  # the gradient times x - x*
    before, after = k * e + L * D / 2, (k + 1) * (e - down) + L * (D - 2 * slope / L + G / L**2) / 2
    lost = (k + 1) * r + s + k * G / (2 * L)

    y = (k * x + 2 * z) / (k + 2)
    error_y, error_x = y - best - s, (y - best - s) - (y - x - q)
    step = (k + 1) / (2 * L)
    first = k * (k + 1) * error_x + 2 * L * D
    second = (k + 1) * (k + 2) * (error_y - down) + 2 * L * (D - 2 * step * (z - best) + step**2 * G)
    wasted = k * (k + 1) * q + 2 * (k + 1) * s + (k + 1) * (k + 2) * r + (k + 1) * G / (2 * L)

    shrunk = e - (2 * mu * e + s) / (2 * L) - r
    mean = R**2 / (2 * eta * n) + eta * g**2 / 2
    return {
        "gradient descent, what the potential loses": identity(before - after, lost),
        "gradient descent, it does not grow": holds(Le(-lost, 0, evaluate=False)),
        "Nesterov, what the potential loses": identity(first - second, wasted),
        "Nesterov, it does not grow": holds(Le(-wasted, 0, evaluate=False)),
        "strongly convex": identity((1 - mu / L) * e - shrunk, s / (2 * L) + r),
        "subgradients, one step": identity(
            (D - 2 * eta * slope + eta**2 * g**2 - D) / (2 * eta), eta * g**2 / 2 - slope
        ),
        "subgradients, the best rate": identity(mean.subs(eta, R / (g * sqrt(n))), R * g / sqrt(n)),
    }
