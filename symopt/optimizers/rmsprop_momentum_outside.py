"""RMSProp with momentum, the learning rate outside the velocity, as PyTorch has it; centred too; and with Nesterov's
momentum applied to the divided gradient, as TensorFlow and optax have it.

Tieleman & Hinton 2012, lecture 6.5, suggest combining the two; Graves 2013, arXiv:1308.0850, equations 38-41, is the
centred form. PyTorch (Paszke et al. 2019) keeps the small constant outside the root.
"""

from sympy import sqrt

from symopt.language import Eq, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import eps, eta, g, m, mu, r, rho, theta
from symopt.language.vocabulary import velocity as v

u = Sequence("u")

rmsprop_momentum_outside = Optimizer(
    "rmsprop-momentum-outside",
    title="RMSProp with momentum, learning rate outside the velocity",
    hyper=[eta(0.01), rho(0.99), mu, eps(1e-8)],
    init={r: 0, v: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(r[t], rho * r[t - 1] + (1 - rho) * g[t] ** 2),
        Eq(v[t], mu * v[t - 1] + g[t] / (sqrt(r[t]) + eps)),
        Eq(theta[t], theta[t - 1] - eta * v[t]),
    ],
    source="Tieleman & Hinton 2012, lecture 6.5; PyTorch (Paszke et al. 2019), torch.optim.RMSprop",
)

rmsprop_centred_momentum_outside = rmsprop_momentum_outside.replace(
    name="rmsprop-centred-momentum-outside",
    title="Centred RMSProp with momentum, learning rate outside the velocity",
    init={r: 0, m: 0, v: 0},
    update=[
        *rmsprop_momentum_outside.update[:2],
        Eq(m[t], rho * m[t - 1] + (1 - rho) * g[t]),
        Eq(v[t], mu * v[t - 1] + g[t] / (sqrt(r[t] - m[t] ** 2) + eps)),
        Eq(theta[t], theta[t - 1] - eta * v[t]),
    ],
    source="Graves 2013, arXiv:1308.0850; PyTorch (Paszke et al. 2019), torch.optim.RMSprop",
)

rmsprop_nesterov_phi = rmsprop_momentum_outside.replace(
    name="rmsprop-nesterov-phi",
    title="RMSProp with Nesterov momentum on the divided gradient",
    hyper=[eta(1e-3), rho(0.9), mu, eps(1e-8)],
    update=[
        *rmsprop_momentum_outside.update[:2],
        Eq(u[t], eta * g[t] / sqrt(r[t] + eps)),
        Eq(v[t], mu * v[t - 1] + u[t]),
        Eq(theta[t], theta[t - 1] - mu * v[t] - u[t]),
    ],
    source="Dozat 2016, ICLR workshop, Nesterov's momentum without the point ahead; optax (DeepMind 2020), rmsprop",
)
