"""Gradient descent with weight decay, the decay written as a factor of the parameters.

Hanson & Pratt 1988, "Comparing biases for minimal network construction with back-propagation";
Goodfellow, Bengio & Courville 2016, "Deep Learning", equation 7.5. The penalty lambda/2 |theta|^2 on the
loss gives the same parameters.
"""

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import eta, g, theta, weight_decay

weight_decay_sgd = Optimizer(
    "gradient-descent-weight-decay",
    title="Gradient descent with weight decay",
    hyper=[eta, weight_decay],
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(theta[t], (1 - eta * weight_decay) * theta[t - 1] - eta * g[t]),
    ],
    source="Goodfellow, Bengio & Courville 2016, equation 7.5",
)
