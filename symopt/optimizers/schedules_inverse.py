"""Learning rates that fall without an end in sight, and the sigmoid.

Zinkevich 2003, "Online Convex Programming and Generalized Infinitesimal Gradient Ascent" (1/sqrt(t));
Jia et al. 2014, "Caffe: Convolutional Architecture for Fast Feature Embedding", arXiv:1408.5093,
SolverParameter.lr_policy (exp, inv, sigmoid; its gamma in the sigmoid is -kappa here).
"""

from sympy import Interval, Naturals, exp, oo, sqrt

from symopt.language import HyperSymbol, Schedule, t
from symopt.language.vocabulary import eta, eta0, kappa

factor = HyperSymbol("gamma", Interval.Lopen(0, 1), "factor by which the learning rate drops")
power = HyperSymbol("p", Interval.open(0, oo), "power of the decay")
middle = HyperSymbol("s", Naturals, "step at which the learning rate has halved", integer=True)

inverse_root_decay = Schedule(
    "inverse-root-decay",
    symbol=eta,
    value=eta0 / sqrt(t),
    hyper=(eta0(),),
    title="1/sqrt(t) decay",
    source="Zinkevich 2003, theorem 1",
)

geometric_decay = Schedule(
    "geometric-decay",
    symbol=eta,
    value=eta0 * factor**t,
    hyper=(eta0(), factor()),
    title="Geometric decay",
    source="Jia et al. 2014, arXiv:1408.5093, lr_policy exp",
)

inverse_power_decay = Schedule(
    "inverse-power-decay",
    symbol=eta,
    value=eta0 * (1 + kappa * t) ** (-power),
    hyper=(eta0(), kappa(), power(0.75)),
    title="Inverse power decay",
    source="Jia et al. 2014, arXiv:1408.5093, lr_policy inv",
)

sigmoid_decay = Schedule(
    "sigmoid-decay",
    symbol=eta,
    value=eta0 / (1 + exp(kappa * (t - middle))),
    hyper=(eta0(), kappa(), middle()),
    title="Sigmoid decay",
    source="Jia et al. 2014, arXiv:1408.5093, lr_policy sigmoid",
)
