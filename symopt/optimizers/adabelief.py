"""AdaBelief. Zhuang, Tang, Ding, Tatikonda, Dvornek, Papademetris & Duncan 2020, "AdaBelief Optimizer:
Adapting Stepsizes by the Belief in Observed Gradients", arXiv:2010.07468, Algorithm 2.

From its second version on the paper adds epsilon to s at every step, so that it accumulates, and to the
root; its first version, its appendix and many texts add it to the root only.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, theta

s = Sequence("s", sign="nonnegative")
shat = Sequence("shat", r"\hat{s}", sign="nonnegative")

adabelief = Optimizer(
    "adabelief",
    title="AdaBelief",
    hyper=[eta(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)],
    init={m: 0, s: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(s[t], beta2 * s[t - 1] + (1 - beta2) * (g[t] - m[t]) ** 2 + eps),
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(shat[t], s[t] / (1 - beta2**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(shat[t]) + eps)),
    ],
    source="Zhuang et al. 2020, arXiv:2010.07468, Algorithm 2",
)

adabelief_plain = adabelief.replace(
    name="adabelief-plain",
    title="AdaBelief, epsilon once",
    update=[
        *adabelief.update[:2],
        Eq(s[t], beta2 * s[t - 1] + (1 - beta2) * (g[t] - m[t]) ** 2),
        *adabelief.update[3:],
    ],
    source="Zhuang et al. 2020, arXiv:2010.07468, version 1, Algorithm 2",
)
