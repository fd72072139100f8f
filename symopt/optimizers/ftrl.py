"""FTRL-Proximal, per coordinate. McMahan, Holt, Sculley et al. 2013, "Ad Click Prediction: a View from the Trenches",
KDD, Algorithm 1.

The paper's alpha, beta, n, lambda_1 and lambda_2 are eta, gamma, r, lambda_1 and lambda_2 here; it starts n at zero.
First without regularisation, as libraries have it by default, where gamma may be zero if r starts above zero.
"""

from sympy import Abs, Max, sign, sqrt

from symopt.language import Eq, HyperSymbol, Optimizer, Sequence, grad, t
from symopt.language.vocabulary import eta, g, nonnegative, positive, r, theta

gamma = HyperSymbol("gamma", nonnegative, "what is added to the root of the accumulator")
guard = HyperSymbol("gamma", positive, "what is added to the root of the accumulator")
start = HyperSymbol("r_0", nonnegative, "the accumulator's start")
lambda1 = HyperSymbol("lambda_1", nonnegative, "weight of the absolute values")
lambda2 = HyperSymbol("lambda_2", nonnegative, "weight of the squares")

z = Sequence("z")

ftrl = Optimizer(
    "ftrl",
    title="FTRL-Proximal without regularisation",
    hyper=[eta(0.001), gamma(0), start(0.1)],
    init={r: start, z: 0},
    update=[
        Eq(g[t], grad(theta[t - 1])),
        Eq(r[t], r[t - 1] + g[t] ** 2),
        Eq(z[t], z[t - 1] + g[t] - (sqrt(r[t]) - sqrt(r[t - 1])) / eta * theta[t - 1]),
        Eq(theta[t], -eta * z[t] / (gamma + sqrt(r[t]))),
    ],
    source="McMahan et al. 2013, Algorithm 1, lambda_1 = lambda_2 = 0; defaults: Keras (Chollet et al. 2015), Ftrl",
)

ftrl_proximal = ftrl.replace(
    name="ftrl-proximal",
    title="FTRL-Proximal",
    hyper=[eta, guard(1), lambda1, lambda2],
    init={r: 0, z: 0},
    update=[
        *ftrl.update[:3],
        Eq(theta[t], -sign(z[t]) * Max(Abs(z[t]) - lambda1, 0) / ((guard + sqrt(r[t])) / eta + lambda2)),
    ],
    source="McMahan et al. 2013, Algorithm 1, where beta = 1 is recommended",
)
