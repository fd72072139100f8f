"""AMSGrad. Reddi, Kale & Kumar 2018, "On the Convergence of Adam and Beyond", arXiv:1904.09237, Algorithm 2.

The paper has neither bias correction nor a small constant; the constant's place is that of Ruder 2016,
arXiv:1609.04747, section 4.9. Libraries correct both averages. PyTorch and Keras correct the largest
second moment so far; optax takes the largest corrected one: other numbers, since the correction shrinks.
"""

from sympy import Max, sqrt

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, theta, v, vhat

vmax = Sequence("vmax", r"v^{max}", sign="nonnegative")

amsgrad = Optimizer(
    "amsgrad",
    title="AMSGrad",
    hyper=[eta(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)],
    init={m: 0, v: 0, vhat: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(vhat[t], Max(vhat[t - 1], v[t])),
        Eq(theta[t], theta[t - 1] - eta * m[t] / (sqrt(vhat[t]) + eps)),
    ],
    source="Reddi, Kale & Kumar 2018, arXiv:1904.09237, Algorithm 2; epsilon: Ruder 2016, section 4.9",
)

amsgrad_corrected = amsgrad.replace(
    name="amsgrad-corrected",
    title="AMSGrad, bias-corrected",
    init={m: 0, v: 0, vmax: 0},
    update=[
        *amsgrad.update[:3],
        Eq(vmax[t], Max(vmax[t - 1], v[t])),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], vmax[t] / (1 - beta2**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vhat[t]) + eps)),
    ],
    source="Reddi, Kale & Kumar 2018, arXiv:1904.09237, with the corrections of PyTorch (Paszke et al. 2019), Adam",
)

amsgrad_largest_corrected = amsgrad.replace(
    name="amsgrad-largest-corrected",
    title="AMSGrad, largest corrected moment",
    init={m: 0, v: 0, vmax: 0},
    update=[
        *amsgrad.update[:3],
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(vmax[t], Max(vmax[t - 1], vhat[t])),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vmax[t]) + eps)),
    ],
    source="Reddi, Kale & Kumar 2018, arXiv:1904.09237, with the corrections of optax (DeepMind 2020), amsgrad",
)
