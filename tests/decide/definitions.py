"""Definitions that the tests of this folder decide about."""

from sympy import Eq, Piecewise, sign, sqrt

from symopt.language import Optimizer, Sequence, grad, t
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
    return adam.replace(name=name, update=[*adam.update[:3], Eq(theta[t], theta[t - 1] - rate * m[t] / size)])


folded = _adam("folded Adam", sqrt(v[t]) + eps * sqrt(1 - beta2**t))
hatted = _adam("Adam with the folded epsilon", sqrt(v[t]) + eps)

r, w = Sequence("r", sign="nonnegative"), Sequence("w")


def _descent(name: str, *update: Eq) -> Optimizer:
    init = {s: 0 for s in (w, velocity) if any(eq.lhs == s[t] for eq in update)}
    return Optimizer(name, hyper=[eta, mu], init=init, update=[Eq(g[t], grad(theta[t - 1])), *update])


_average = Eq(velocity[t], mu * velocity[t - 1] + (1 - mu) * g[t])
by_step = _descent("1/t", Eq(theta[t], theta[t - 1] - eta * g[t] / t))
by_counter = _descent("1/t, counted", Eq(w[t], w[t - 1] + 1), Eq(theta[t], theta[t - 1] - eta * g[t] / w[t]))
corrected = _descent("corrected", _average, Eq(theta[t], theta[t - 1] - eta * velocity[t] / (1 - mu**t)))
normalised = _descent(
    "normalised",
    Eq(velocity[t], mu * velocity[t - 1] + g[t]),
    Eq(w[t], mu * w[t - 1] + 1),
    Eq(theta[t], theta[t - 1] - eta * velocity[t] / w[t]),
)
running = _descent(
    "corrected average kept",
    Eq(velocity[t], (mu * (1 - mu ** (t - 1)) * velocity[t - 1] + (1 - mu) * g[t]) / (1 - mu**t)),
    Eq(theta[t], theta[t - 1] - eta * velocity[t]),
)
one_line = Optimizer(
    "heavy ball in one line", hyper=[eta, mu], init={w: theta[0]},
    update=[
        Eq(theta[t], theta[t - 1] + mu * (theta[t - 1] - w[t - 1]) - eta * grad(theta[t - 1])), Eq(w[t], theta[t - 1]),
    ],
)  # fmt: skip
signs = _descent("sign", Eq(theta[t], theta[t - 1] - eta * sign(g[t])))
two_signs = _descent("two signs", Eq(theta[t], theta[t - 1] - eta * Piecewise((1, g[t] > 0), (-1, True))))
rooted = adagrad.replace(
    name="the root kept", init={r: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])), Eq(r[t], sqrt(r[t - 1] ** 2 + g[t] ** 2)),
        Eq(theta[t], theta[t - 1] - eta * g[t] / (r[t] + eps)),
    ],
)  # fmt: skip
