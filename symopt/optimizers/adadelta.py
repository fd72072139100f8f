"""Adadelta. Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method", arXiv:1212.5701, Algorithm 1.

RMS is the paper's notation (equation 9), not a state: RMS[x][t] = sqrt(E[x^2][t] + epsilon).
The step reads the average of squared updates as it stood before that step.
"""

from sympy import Expr, sqrt

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import eps, g, rho, theta

squared_gradients = Sequence("Eg2", "E[g^2]", sign="nonnegative")
squared_updates = Sequence("Edelta2", r"E[\Delta\theta^2]", sign="nonnegative")
delta = Sequence("delta", r"\Delta\theta")


def rms(mean_square: Expr) -> Expr:
    return sqrt(mean_square + eps)


adadelta = Optimizer(
    "adadelta",
    title="Adadelta",
    hyper=[rho(0.95), eps(1e-6)],
    init={squared_gradients: 0, squared_updates: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(squared_gradients[t], rho * squared_gradients[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(delta[t], -rms(squared_updates[t - 1]) / rms(squared_gradients[t]) * g[t]),
        Eq(squared_updates[t], rho * squared_updates[t - 1] + (1 - rho) * delta[t] ** 2),
        Eq(theta[t], theta[t - 1] + delta[t]),
    ],
    source="Zeiler 2012, arXiv:1212.5701, Algorithm 1; defaults: section 4.1",
)
