"""Lion. Chen, Liang, Huang, Real, Wang, Liu, Pham, Dong, Luong, Hsieh, Lu & Le 2023, "Symbolic Discovery
of Optimization Algorithms", arXiv:2302.06675, Algorithm 2.

The step takes the sign of one average and remembers another; the weight decay is decoupled and part of
the method.
"""

from sympy import sign

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta1, beta2, eta, g, m, theta, weight_decay

c = Sequence("c")

lion_undecayed = Optimizer(
    "lion-undecayed",
    title="Lion without weight decay",
    hyper=[eta(1e-4), beta1(0.9), beta2(0.99)],
    init={m: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(c[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(theta[t], theta[t - 1] - eta * sign(c[t])),
        Eq(m[t], beta2 * m[t - 1] + (1 - beta2) * g[t]),
    ],
    source="Chen et al. 2023, arXiv:2302.06675, Algorithm 2, with lambda 0",
)

lion = lion_undecayed.replace(
    name="lion",
    title="Lion",
    hyper=[*lion_undecayed.hyper, weight_decay],
    update=[
        *lion_undecayed.update[:2],
        Eq(theta[t], theta[t - 1] - eta * (sign(c[t]) + weight_decay * theta[t - 1])),
        lion_undecayed.update[3],
    ],
    source="Chen et al. 2023, arXiv:2302.06675, Algorithm 2",
)
