"""AdaMax. Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", arXiv:1412.6980, Algorithm 2.

The infinity norm u needs no bias correction. The paper has no small constant, so its step has no value
while every gradient so far is zero; libraries add one, at one of two places.
"""

from sympy import Abs, Max

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, theta

u = Sequence("u", sign="nonnegative")

adamax = Optimizer(
    "adamax",
    title="AdaMax",
    hyper=[eta(0.002), beta1(0.9), beta2(0.999)],
    init={m: 0, u: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(u[t], Max(beta2 * u[t - 1], Abs(g[t]))),
        Eq(theta[t], theta[t - 1] - eta / (1 - beta1**t) * m[t] / u[t]),
    ],
    source="Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2",
)

adamax_corrected = adamax.replace(
    name="adamax-corrected",
    title="AdaMax, corrected average named",
    update=[
        *adamax.update[:3],
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / u[t]),
    ],
    source="Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2, as in Ruder 2016, arXiv:1609.04747, section 4.7",
)

adamax_epsilon_in_norm = adamax.replace(
    name="adamax-epsilon-in-norm",
    title="AdaMax, epsilon in the norm",
    hyper=[eta(0.002), beta1(0.9), beta2(0.999), eps(1e-8)],
    update=[
        *adamax.update[:2],
        Eq(u[t], Max(beta2 * u[t - 1], Abs(g[t]) + eps)),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / u[t]),
    ],
    source="Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2; epsilon: PyTorch (Paszke et al. 2019), Adamax",
)

adamax_epsilon = adamax_epsilon_in_norm.replace(
    name="adamax-epsilon",
    title="AdaMax, epsilon added to the norm",
    update=[
        *adamax.update[:3],
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (u[t] + eps)),
    ],
    source="Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2; epsilon: Keras (Chollet et al. 2015), Adamax",
)
