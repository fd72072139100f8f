"""Adagrad with a decaying learning rate, and from accumulators that do not start at zero.

Duchi, Hazan & Singer 2011, JMLR 12, have neither. PyTorch (Paszke et al. 2019) divides the rate by 1 + (t - 1) kappa;
TensorFlow (Abadi et al. 2016) starts the accumulators at a positive number, which keeps the first steps short.
"""

from sympy import sqrt

from symopt.language import Eq, HyperSymbol, Optimizer, grad, t
from symopt.language.vocabulary import eps, eta, g, kappa, nonnegative, r, theta

start = HyperSymbol("r_0", nonnegative, "the accumulator's start")

adagrad_decayed = Optimizer(
    "adagrad-decayed",
    title="Adagrad with learning rate decay",
    hyper=[eta(0.01), kappa(0), eps(1e-10)],
    init={r: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(r[t], r[t - 1] + g[t] ** 2),
        Eq(theta[t], theta[t - 1] - eta / (1 + (t - 1) * kappa) * g[t] / (sqrt(r[t]) + eps)),
    ],
    source="Duchi et al. 2011; PyTorch (Paszke et al. 2019, arXiv:1912.01703), torch.optim.Adagrad",
)

adagrad_started = Optimizer(
    "adagrad-started",
    title="Adagrad with an initial accumulator",
    hyper=[eta(0.001), start(0.1), eps(1e-7)],
    init={r: start},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(r[t], r[t - 1] + g[t] ** 2),
        Eq(theta[t], theta[t - 1] - eta * g[t] / sqrt(r[t] + eps)),
    ],
    source="Duchi et al. 2011; TensorFlow (Abadi et al. 2016, arXiv:1603.04467) and Keras, Adagrad",
)
