"""AdaMomentum: Adam whose second average is of the squares of the first. Wang, Kang, Qin, Wang, Xu, Zhang & Fu 2021,
"Rethinking Adam: A Twofold Exponential Moving Average Approach", arXiv:2106.11514.

Epsilon stands under the step here, as in Adam; implementations also let it accumulate in the average, or leave it out.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, theta, v, vhat

adamomentum = Optimizer(
    "adamomentum",
    title="AdaMomentum",
    hyper=[eta(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)],
    init={m: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * m[t] ** 2),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vhat[t]) + eps)),
    ],
    source="Wang et al. 2021, arXiv:2106.11514; epsilon: Kingma & Ba 2015, Algorithm 1",
)
