"""Schedule-free SGD and AdamW. Defazio, Yang, Mehta, Mishchenko, Khaled & Cutkosky 2024, "The Road Less Scheduled",
arXiv:2405.15682: the method, and its form of AdamW in Algorithm 1, at a constant learning rate.

The gradient is asked at y, which are the parameters here; x is the average that one evaluates. The short forms
keep no x, as implementations do.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import beta, beta1, beta2, eps, eta, g, theta, v, vhat, weight_decay

x = Sequence("x")
z = Sequence("z")

schedule_free_sgd = Optimizer(
    "schedule-free-sgd",
    title="Schedule-free SGD",
    hyper=[eta, beta(0.9)],
    init={z: theta[0], x: theta[0]},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(z[t], z[t - 1] - eta * g[t]),
        Eq(x[t], (1 - 1 / (t + 1)) * x[t - 1] + z[t] / (t + 1)),
        Eq(theta[t], (1 - beta) * z[t] + beta * x[t]),
    ],
    source="Defazio et al. 2024, arXiv:2405.15682",
)

schedule_free_sgd_later = schedule_free_sgd.replace(
    name="schedule-free-sgd-later",
    title="Schedule-free SGD, the start left out of the average",
    update=[
        *schedule_free_sgd.update[:2],
        Eq(x[t], (1 - 1 / t) * x[t - 1] + z[t] / t),
        schedule_free_sgd.update[3],
    ],
    source="Defazio et al. 2024, arXiv:2405.15682; as in its authors' library, SGDScheduleFreeReference",
)

schedule_free_sgd_short = schedule_free_sgd_later.replace(
    name="schedule-free-sgd-short",
    title="Schedule-free SGD without the average",
    init={z: theta[0]},
    update=[
        *schedule_free_sgd.update[:2],
        Eq(theta[t], (1 - 1 / t) * (theta[t - 1] - (1 - beta) * z[t - 1]) + (1 - beta + beta / t) * z[t]),
    ],
    source="Defazio et al. 2024, arXiv:2405.15682; as in its authors' library, SGDScheduleFree",
)

schedule_free_adamw = Optimizer(
    "schedule-free-adamw",
    title="Schedule-free AdamW",
    hyper=[eta(0.0025), beta1(0.9), beta2(0.999), eps(1e-8), weight_decay(0)],
    init={v: 0, z: theta[0], x: theta[0]},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(z[t], z[t - 1] - eta * g[t] / (sqrt(vhat[t]) + eps) - eta * weight_decay * theta[t - 1]),
        Eq(x[t], (1 - 1 / t) * x[t - 1] + z[t] / t),
        Eq(theta[t], (1 - beta1) * z[t] + beta1 * x[t]),
    ],
    source="Defazio et al. 2024, arXiv:2405.15682, Algorithm 1",
)

schedule_free_adamw_short = schedule_free_adamw.replace(
    name="schedule-free-adamw-short",
    title="Schedule-free AdamW without the average",
    init={v: 0, z: theta[0]},
    update=[
        *schedule_free_adamw.update[:4],
        Eq(theta[t], (1 - 1 / t) * (theta[t - 1] - (1 - beta1) * z[t - 1]) + (1 - beta1 + beta1 / t) * z[t]),
    ],
    source="Defazio et al. 2024, arXiv:2405.15682, Algorithm 1, as in Keras, ScheduleFreeAdamW",
)
