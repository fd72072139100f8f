"""Yogi from averages that start above zero. Zaheer, Reddi, Sachan, Kale & Kumar 2018, "Adaptive Methods for Nonconvex
Optimization", NeurIPS 31, Algorithm 2, whose experiments start v so; optax starts both averages there."""

from sympy import sign, sqrt

from symopt.language import Eq, HyperSymbol, Optimizer, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, nonnegative, theta, v, vhat

start = HyperSymbol("m_0", nonnegative, "what the averages start from")

yogi_started = Optimizer(
    "yogi-started",
    title="Yogi, bias-corrected, averages started above zero",
    hyper=[eta(0.01), beta1(0.9), beta2(0.999), eps(1e-3), start(1e-6)],
    init={m: start, v: start},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], v[t - 1] - (1 - beta2) * sign(v[t - 1] - g[t] ** 2) * g[t] ** 2),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vhat[t]) + eps)),
    ],
    source="Zaheer et al. 2018, NeurIPS; optax (DeepMind 2020), yogi",
)
