"""Yogi. Zaheer, Reddi, Sachan, Kale & Kumar 2018, "Adaptive Methods for Nonconvex Optimization",
NeurIPS 31, Algorithm 2.

v stays nonnegative: where it exceeds g^2 it loses (1 - beta2) g^2, less than itself. The paper does not
correct the averages' bias and starts v from a small positive value in its experiments; libraries
correct both averages.
"""

from sympy import sign, sqrt

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, theta, v, vhat

yogi = Optimizer(
    "yogi",
    title="Yogi",
    hyper=[eta(0.01), beta1(0.9), beta2(0.999), eps(1e-3)],
    init={m: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], v[t - 1] - (1 - beta2) * sign(v[t - 1] - g[t] ** 2) * g[t] ** 2),
        Eq(theta[t], theta[t - 1] - eta * m[t] / (sqrt(v[t]) + eps)),
    ],
    source="Zaheer et al. 2018, NeurIPS, Algorithm 2",
)

yogi_corrected = yogi.replace(
    name="yogi-corrected",
    title="Yogi, bias-corrected",
    update=[
        *yogi.update[:3],
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vhat[t]) + eps)),
    ],
    source="Zaheer et al. 2018, NeurIPS, with Adam's corrections as in TensorFlow Federated (2019), build_yogi",
)
