"""RAdam as PyTorch has it. Liu, Jiang, He, Chen, Liu, Gao & Han 2020, arXiv:1908.03265, Algorithm 2, rectifies from
rho > 4 on, where the rectification first has a value; libraries wait until 5, and have a small constant.

PyTorch adds the constant to the root before that is corrected.
"""

from sympy import Piecewise, sqrt

from symopt.language import Eq, Sequence, Shape, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, mhat, theta, v
from symopt.optimizers.radam import r, radam, rho

rho_inf = Sequence("rho_inf", r"\rho_\infty", shape=Shape.SCALAR)
ratio = (rho[t] - 4) * (rho[t] - 2) * rho_inf[t] / ((rho_inf[t] - 4) * (rho_inf[t] - 2) * rho[t])
scale = sqrt(1 - beta2**t) / (sqrt(v[t]) + eps)

radam_pytorch = radam.replace(
    name="radam-pytorch",
    title="RAdam, rectified above 5, epsilon before the correction",
    hyper=[eta(1e-3), beta1(0.9), beta2(0.999), eps(1e-8)],
    update=[
        Eq(rho_inf[t], 2 / (1 - beta2) - 1),
        *radam.update[1:5],
        Eq(rho[t], rho_inf[t] - 2 * t * beta2**t / (1 - beta2**t)),
        Eq(r[t], sqrt(ratio)),
        Eq(
            theta[t],
            Piecewise(
                (theta[t - 1] - eta * mhat[t] * r[t] * scale, rho[t] > 5),
                (theta[t - 1] - eta * mhat[t], True),
            ),
        ),
    ],
    source="Liu et al. 2020, arXiv:1908.03265; PyTorch (Paszke et al. 2019, arXiv:1912.01703), torch.optim.RAdam",
)
