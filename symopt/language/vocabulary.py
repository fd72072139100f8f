"""The field's standard names, ready to import, so that definitions agree on them."""

from __future__ import annotations

from sympy import Interval, Naturals, oo

from symopt.language.symbols import HyperSymbol, Sequence, Shape

_positive = Interval.open(0, oo)
_nonnegative = Interval(0, oo)
_fraction = Interval.Ropen(0, 1)

eta = HyperSymbol("eta", _positive, "learning rate")
alpha = HyperSymbol("alpha", Interval.Lopen(0, 1), "slow weights' step size")
mu = HyperSymbol("mu", _fraction, "momentum coefficient")
beta = HyperSymbol("beta", _fraction, "decay rate of a moving average")
beta1 = HyperSymbol("beta_1", _fraction, "decay rate of the first moment")
beta2 = HyperSymbol("beta_2", _fraction, "decay rate of the second moment")
rho = HyperSymbol("rho", _fraction, "decay rate of the squared averages")
eps = HyperSymbol("epsilon", _positive, "small constant that keeps a denominator from zero")
weight_decay = HyperSymbol("lambda", _nonnegative, "weight decay")
period = HyperSymbol("k", Naturals, "synchronisation period", integer=True)
eta0 = HyperSymbol("eta_0", _positive, "initial learning rate")
kappa = HyperSymbol("kappa", _nonnegative, "decay rate of the learning rate")

theta = Sequence("theta")
phi = Sequence("phi")
g = Sequence("g")
m = Sequence("m")
v = Sequence("v", sign="nonnegative")
r = Sequence("r", sign="nonnegative")
velocity = Sequence("v")
mhat = Sequence("mhat", r"\hat{m}")
vhat = Sequence("vhat", r"\hat{v}", sign="nonnegative")
eta_t = Sequence("eta", r"\eta", shape=Shape.SCALAR, sign="positive")
