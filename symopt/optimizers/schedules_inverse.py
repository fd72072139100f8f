"""Learning rates that fall without an end in sight, their speed given as a rate or as a time; and the sigmoid.

Zinkevich 2003, "Online Convex Programming and Generalized Infinitesimal Gradient Ascent" (1/sqrt(t));
Jia et al. 2014, "Caffe: Convolutional Architecture for Fast Feature Embedding", arXiv:1408.5093,
SolverParameter.lr_policy (exp, inv, sigmoid; its gamma in the sigmoid is -kappa here);
Chollet et al. 2015, Keras, keras.optimizers.schedules.ExponentialDecay and InverseTimeDecay (by a time).
"""

from sympy import Interval, Naturals, exp, oo, sqrt

from symopt.language import HyperSymbol, Schedule, t
from symopt.language.vocabulary import eta, eta0, kappa

factor = HyperSymbol("gamma", Interval.Lopen(0, 1), "factor by which the learning rate drops")
power = HyperSymbol("p", Interval.open(0, oo), "power of the decay")
middle = HyperSymbol("s", Naturals, "step at which the learning rate has halved", integer=True)

time = HyperSymbol("T", Interval.open(0, oo), "steps in which the learning rate falls by a fixed factor")
scale = HyperSymbol("k", Interval.open(0, oo), "factor of the learning rate")

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

scaled_inverse_root_decay = Schedule(
    "inverse-root-decay-scaled",
    symbol=eta,
    value=scale * eta0 / sqrt(t),
    hyper=(eta0(), scale()),
    title="1/sqrt(t) decay, scaled",
    source="Zinkevich 2003, theorem 1, at another first rate",
)

decay_by_time = Schedule(
    "exponential-decay-by-time",
    symbol=eta,
    value=eta0 * exp(-t / time),
    hyper=(eta0(), time()),
    title="Exponential decay by a time constant",
    source="CS231n notes, annealing the learning rate, with the reciprocal of its rate",
)

inverse_decay_by_time = Schedule(
    "inverse-time-decay-by-time",
    symbol=eta,
    value=eta0 / (1 + t / time),
    hyper=(eta0(), time()),
    title="1/t decay by a time constant",
    source="Darken & Moody 1991",
)

geometric_decay_by_time = Schedule(
    "geometric-decay-by-time",
    symbol=eta,
    value=eta0 * factor ** (t / time),
    hyper=(eta0(), factor(), time()),
    title="Geometric decay by a time",
    source="Chollet et al. 2015, Keras, keras.optimizers.schedules.ExponentialDecay",
)

inverse_rate_by_time = Schedule(
    "inverse-rate-decay-by-time",
    symbol=eta,
    value=eta0 / (1 + kappa * t / time),
    hyper=(eta0(), kappa(), time()),
    title="1/t decay by a rate and a time",
    source="Chollet et al. 2015, Keras, keras.optimizers.schedules.InverseTimeDecay",
)
