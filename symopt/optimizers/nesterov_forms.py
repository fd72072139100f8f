"""Nesterov momentum in other printed forms, all with the parameters where the gradient is asked or before.

Positive velocity: the velocity is subtracted. Rewritten: Bengio et al. 2013's form with the gradient in
the step, theta + mu v - eta g, the same numbers as the phi form. Simplified: PyTorch's, with the learning
rate outside the velocity; at a constant rate its parameters are those of the rewritten form.
"""

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eta, g, mu, theta
from symopt.language.vocabulary import velocity as v

nesterov_positive = Optimizer(
    "nesterov-positive",
    title="Nesterov momentum, positive velocity",
    hyper=[eta, mu(0.9)],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1] - mu * v[t - 1])),
        Eq(v[t], mu * v[t - 1] + eta * g[t]),
        Eq(theta[t], theta[t - 1] - v[t]),
    ],
    source="Ruder 2016, arXiv:1609.04747, section 4.2",
)

nesterov_rewritten = Optimizer(
    "nesterov-rewritten",
    title="Nesterov momentum, gradient in the step",
    hyper=[eta, mu],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], mu * v[t - 1] - eta * g[t]),
        Eq(theta[t], theta[t - 1] + mu * v[t] - eta * g[t]),
    ],
    source="Bengio et al. 2013, arXiv:1212.0901, section 3.5; Keras (Chollet et al. 2015), SGD, nesterov=True",
)

nesterov_simplified = Optimizer(
    "nesterov-simplified",
    title="Nesterov momentum, simplified",
    hyper=[eta, mu],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], mu * v[t - 1] + g[t]),
        Eq(theta[t], theta[t - 1] - eta * (g[t] + mu * v[t])),
    ],
    source="PyTorch (Paszke et al. 2019, arXiv:1912.01703), torch.optim.SGD, nesterov=True",
)
