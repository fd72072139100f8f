"""Definitions that the tests of this folder decide about."""

from sympy import Eq, sqrt

from symopt.language import Optimizer, grad, t
from symopt.language.vocabulary import beta, beta1, beta2, eps, eta, g, m, mu, phi, theta, v, velocity
from symopt.optimizers.adam import adam

step = Eq(theta[t], theta[t - 1] - eta * velocity[t], evaluate=False)

descent = Optimizer("descent", hyper=[eta], update=[Eq(theta[t], theta[t - 1] - eta * grad(theta[t - 1]))])
inside = Optimizer(
    "learning rate inside the velocity", hyper=[eta, mu], init={velocity: 0},
    update=[Eq(velocity[t], mu * velocity[t - 1] + eta * grad(theta[t - 1])), Eq(theta[t], theta[t - 1] - velocity[t])],
)  # fmt: skip
accumulated = Optimizer(
    "accumulated velocity", hyper=[eta, mu], init={velocity: 0},
    update=[Eq(velocity[t], mu * velocity[t - 1] + grad(theta[t - 1])), step],
)  # fmt: skip
averaged = Optimizer(
    "averaged velocity", hyper=[eta, beta], init={velocity: 0},
    update=[Eq(velocity[t], beta * velocity[t - 1] + (1 - beta) * grad(theta[t - 1])), step],
)  # fmt: skip
lookahead = Optimizer(
    "Nesterov, gradient ahead", hyper=[eta, mu], init={velocity: 0},
    update=[
        Eq(velocity[t], mu * velocity[t - 1] - eta * grad(theta[t - 1] + mu * velocity[t - 1])),
        Eq(theta[t], theta[t - 1] + velocity[t]),
    ],
)  # fmt: skip
shifted = Optimizer(
    "Nesterov, shifted parameters", hyper=[eta, mu], init={velocity: 0}, params=phi,
    update=[
        Eq(g[t], grad(phi[t - 1])), Eq(velocity[t], mu * velocity[t - 1] - eta * g[t]),
        Eq(phi[t], phi[t - 1] + mu * velocity[t] - eta * g[t]),
    ],
)  # fmt: skip
adagrad = Optimizer(
    "adagrad", hyper=[eta, eps], init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])), Eq(v[t], v[t - 1] + g[t] ** 2),
        Eq(theta[t], theta[t - 1] - eta * g[t] / (sqrt(v[t]) + eps)),
    ],
)  # fmt: skip


def _adam(name: str, size: object) -> Optimizer:
    rate = eta * sqrt(1 - beta2**t) / (1 - beta1**t)
    return adam.replace(name=name, update=[*adam.update[:3], Eq(theta[t], theta[t - 1] - rate * m[t] / size)])  # type: ignore[operator]


folded = _adam("folded Adam", sqrt(v[t]) + eps * sqrt(1 - beta2**t))
hatted = _adam("Adam with the folded epsilon", sqrt(v[t]) + eps)
