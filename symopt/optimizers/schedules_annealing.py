"""Learning rates that fall to an end after a known number of steps T.

Loshchilov & Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", arXiv:1608.03983,
equation 5, within one run; He et al. 2019, "Bag of Tricks for Image Classification with Convolutional
Neural Networks", arXiv:1812.01187, section 5.1 (cosine to zero); Goodfellow, Bengio & Courville 2016,
"Deep Learning", equation 8.14 (linear); Chen et al. 2018, "DeepLab", arXiv:1606.00915, section 4.1 ("poly").

All but the linear fall to a floor are meant for steps up to T.
"""

from sympy import Min, cos

from symopt.language import HyperSymbol, Schedule, t
from symopt.language.vocabulary import eta, eta0, horizon, nonnegative, pi, positive

highest = HyperSymbol("eta_max", positive, "largest learning rate")
lowest = HyperSymbol("eta_min", nonnegative, "smallest learning rate")
last = HyperSymbol("eta_T", nonnegative, "last learning rate")
power = HyperSymbol("p", positive, "power of the polynomial")

cosine_annealing = Schedule(
    "cosine-annealing",
    symbol=eta,
    value=lowest + (highest - lowest) * (1 + cos(t * pi / horizon)) / 2,
    hyper=(highest(), lowest(0), horizon(), pi()),
    title="Cosine annealing",
    source="Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5",
)

cosine_decay = Schedule(
    "cosine-decay",
    symbol=eta,
    value=eta0 * (1 + cos(t * pi / horizon)) / 2,
    hyper=(eta0(), horizon(), pi()),
    title="Cosine decay to zero",
    source="He et al. 2019, arXiv:1812.01187, section 5.1",
)

linear_decay = Schedule(
    "linear-decay",
    symbol=eta,
    value=eta0 * (1 - t / horizon),
    hyper=(eta0(), horizon()),
    title="Linear decay to zero",
    source="Goodfellow, Bengio & Courville 2016, equation 8.14, with last learning rate 0",
)

linear_decay_to_floor = Schedule(
    "linear-decay-to-floor",
    symbol=eta,
    value=(1 - Min(1, t / horizon)) * eta0 + Min(1, t / horizon) * last,
    hyper=(eta0(), last(), horizon()),
    title="Linear decay to a floor",
    source="Goodfellow, Bengio & Courville 2016, equation 8.14",
)

polynomial_decay = Schedule(
    "polynomial-decay",
    symbol=eta,
    value=eta0 * (1 - t / horizon) ** power,
    hyper=(eta0(), horizon(), power(0.9)),
    title="Polynomial decay to zero",
    source="Chen et al. 2018, arXiv:1606.00915, section 4.1",
)

polynomial_decay_to_end = Schedule(
    "polynomial-decay-to-end",
    symbol=eta,
    value=(eta0 - last) * (1 - t / horizon) ** power + last,
    hyper=(eta0(), last(), horizon(), power(1)),
    title="Polynomial decay",
    source="Keras (Chollet et al. 2015), PolynomialDecay",
)
