"""Momentum with dampening tau. PyTorch (Paszke et al. 2019, "PyTorch: An Imperative Style, High-Performance
Deep Learning Library", arXiv:1912.01703), torch.optim.SGD.

The recurrence is the one that is printed. The library's first velocity is the gradient itself, undampened.
"""

from sympy import Piecewise

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import dampening as tau
from symopt.language.vocabulary import eta, g, mu, theta
from symopt.language.vocabulary import velocity as v

momentum_dampened = Optimizer(
    "momentum-dampened",
    title="Momentum with dampening",
    hyper=[eta, mu, tau],
    init={v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], mu * v[t - 1] + (1 - tau) * g[t]),
        Eq(theta[t], theta[t - 1] - eta * v[t]),
    ],
    source="PyTorch (Paszke et al. 2019, arXiv:1912.01703), torch.optim.SGD, from zero velocity",
)

momentum_dampened_pytorch = momentum_dampened.replace(
    name="momentum-dampened-pytorch",
    title="Momentum with dampening, first gradient undampened",
    update=[
        momentum_dampened.update[0],
        Eq(v[t], Piecewise((g[t], Eq(t, 1)), (mu * v[t - 1] + (1 - tau) * g[t], True))),
        momentum_dampened.update[2],
    ],
    source="PyTorch (Paszke et al. 2019, arXiv:1912.01703), torch.optim.SGD",
)
