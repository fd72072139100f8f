"""The field's standard names, ready to import, so that definitions agree on them."""

from __future__ import annotations

import sympy
from sympy import FiniteSet, Interval, Naturals, oo

from symopt.language.symbols import HyperSymbol, Sequence, Shape

positive = Interval.open(0, oo)
nonnegative = Interval(0, oo)
fraction = Interval.Ropen(0, 1)

eta = HyperSymbol("eta", positive, "learning rate")
alpha = HyperSymbol("alpha", Interval.Lopen(0, 1), "slow weights' step size")
mu = HyperSymbol("mu", fraction, "momentum coefficient")
beta = HyperSymbol("beta", fraction, "decay rate of a moving average")
beta1 = HyperSymbol("beta_1", fraction, "decay rate of the first moment")
beta2 = HyperSymbol("beta_2", fraction, "decay rate of the second moment")
rho = HyperSymbol("rho", fraction, "decay rate of the squared averages")
eps = HyperSymbol("epsilon", positive, "small constant that keeps a denominator from zero")
weight_decay = HyperSymbol("lambda", nonnegative, "weight decay")
period = HyperSymbol("k", Naturals, "synchronisation period", integer=True)
eta0 = HyperSymbol("eta_0", positive, "initial learning rate")
kappa = HyperSymbol("kappa", nonnegative, "decay rate of the learning rate")
dampening = HyperSymbol("tau", fraction, "dampening of the gradient")
horizon = HyperSymbol("T", Naturals, "steps in all", integer=True)
pi = HyperSymbol("pi", FiniteSet(sympy.pi), "half the circumference of the unit circle")
"""Declared like a hyperparameter, with one value to choose from."""

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
