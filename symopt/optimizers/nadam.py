"""NAdam. Dozat 2016, "Incorporating Nesterov Momentum into Adam", ICLR workshop, Algorithm 2.

The algorithm lets the momentum coefficient mu depend on the step. Here are the form with constant mu,
which most texts print, and the form with the paper's schedule mu[t] = mu (1 - 0.96^(t/250)/2); q[t] is
mu[t+1] and P[t] is mu[1] ... mu[t]. Three details differ between sources, and change the numbers:
the workshop paper multiplies the corrected second moment by its decay rate once more; Ruder 2016
corrects the average by 1 - beta1^t, not by 1 - beta1^(t+1); libraries average with beta1 throughout
and use mu[t] only in the step.
"""

from sympy import Basic, Rational, sqrt

from symopt.language import Eq, HyperSymbol, Optimizer, Sequence, Shape, grad, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, mhat, positive, theta, v, vhat

psi = HyperSymbol("psi", positive, "how fast the momentum coefficient grows")

mu = Sequence("mu", r"\mu", shape=Shape.SCALAR)
q = Sequence("q", shape=Shape.SCALAR)
P = Sequence("P", shape=Shape.SCALAR)

nadam = Optimizer(
    "nadam",
    title="NAdam",
    hyper=[eta(0.002), beta1(0.9), beta2(0.999), eps(1e-8)],
    init={m: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]),
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(mhat[t], beta1 * m[t] / (1 - beta1 ** (t + 1)) + (1 - beta1) * g[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vhat[t]) + eps)),
    ],
    source="Dozat 2016, Algorithm 2, with constant momentum and Adam's second moment; default eta: PyTorch, NAdam",
)

nadam_workshop = nadam.replace(
    name="nadam-workshop",
    title="NAdam as the workshop paper prints it",
    update=[
        *nadam.update[:4],
        Eq(vhat[t], beta2 * v[t] / (1 - beta2**t)),
        nadam.update[5],
    ],
    source="Dozat 2016, Algorithm 2, with constant momentum",
)

nadam_ruder = nadam.replace(
    name="nadam-ruder",
    title="NAdam, both gradients corrected alike",
    update=[
        *nadam.update[:3],
        Eq(mhat[t], m[t] / (1 - beta1**t)),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(
            theta[t],
            theta[t - 1] - eta / (sqrt(vhat[t]) + eps) * (beta1 * mhat[t] + (1 - beta1) * g[t] / (1 - beta1**t)),
        ),
    ],
    source="Ruder 2016, arXiv:1609.04747, section 4.8",
)


def scheduled(momentum: Basic) -> list[Basic]:
    """The step under the schedule, with the given equation for the average."""

    def coefficient(step: object) -> object:
        return beta1 * (1 - Rational("0.96") ** (psi * step) / 2)

    return [
        Eq(g[t], grad(theta[t - 1])),
        Eq(mu[t], coefficient(t)),
        Eq(q[t], coefficient(t + 1)),
        Eq(P[t], P[t - 1] * mu[t]),
        momentum,
        Eq(v[t], beta2 * v[t - 1] + (1 - beta2) * g[t] ** 2),
        Eq(mhat[t], q[t] * m[t] / (1 - P[t] * q[t]) + (1 - mu[t]) * g[t] / (1 - P[t])),
        Eq(vhat[t], v[t] / (1 - beta2**t)),
        Eq(theta[t], theta[t - 1] - eta * mhat[t] / (sqrt(vhat[t]) + eps)),
    ]


nadam_schedule = nadam.replace(
    name="nadam-schedule",
    title="NAdam with momentum schedule",
    hyper=[eta(0.002), beta1(0.99), beta2(0.999), psi(0.004), eps(1e-8)],
    init={m: 0, v: 0, P: 1},
    update=scheduled(Eq(m[t], mu[t] * m[t - 1] + (1 - mu[t]) * g[t])),
    source="Dozat 2016, Algorithm 2, with Adam's second moment; default eta: PyTorch, NAdam",
)

nadam_library = nadam_schedule.replace(
    name="nadam-library",
    title="NAdam with momentum schedule in the step only",
    hyper=[eta(0.002), beta1(0.9), beta2(0.999), psi(0.004), eps(1e-8)],
    update=scheduled(Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t])),
    source="Dozat 2016, as in PyTorch (Paszke et al. 2019), NAdam",
)
