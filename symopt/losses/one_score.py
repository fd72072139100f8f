"""Losses of one score z = w^T x + b: regression, a sigmoid neuron, two classes.

Rosenblatt 1958; Cox 1958; Cortes & Vapnik 1995.
"""

import sympy as sp

from symopt.language.loss import Loss

z = sp.Symbol("z", real=True)
y = sp.Symbol("y", real=True)
threshold = sp.Symbol("delta", positive=True)
"""From which error on the Huber loss is linear."""
sigmoid = 1 / (1 + sp.exp(-z))

SIGNS = sp.FiniteSet(-1, 1)
TRUTHS = sp.FiniteSet(0, 1)

squared_error = Loss(
    name="squared-error", title="half the squared error of a linear output",
    score=z, target=y, prediction=z, expression=(z - y) ** 2 / 2,
    source="Legendre 1805; Bishop 2006, equation 3.12",
)  # fmt: skip
absolute_error = Loss(
    name="absolute-error", title="the absolute error of a linear output",
    score=z, target=y, prediction=z, expression=sp.Abs(z - y),
    source="Laplace 1774; Bishop 2006, section 1.5.5",
)  # fmt: skip
_near = sp.Min(sp.Abs(z - y), threshold)
huber = Loss(
    name="huber-loss", title="the Huber loss",
    score=z, target=y, prediction=z, expression=_near * sp.Abs(z - y) - _near**2 / 2,
    source="Huber 1964; half the square near the target, linear from the threshold on",
)  # fmt: skip
poisson = Loss(
    name="poisson-loss", title="the Poisson loss", score=z, target=y, prediction=sp.exp(z),
    expression=sp.exp(z) - y * z, domain=sp.S.Naturals0,
    source="Nelder & Wedderburn 1972; McCullagh & Nelder 1989, chapter 6",
)  # fmt: skip
sigmoid_neuron = Loss(
    name="sigmoid-neuron", title="half the squared error of a sigmoid output",
    score=z, target=y, prediction=sigmoid, expression=(sigmoid - y) ** 2 / 2, domain=sp.Interval(0, 1),
    source="Rumelhart, Hinton & Williams 1986",
)  # fmt: skip
tanh_neuron = Loss(
    name="tanh-neuron", title="half the squared error of a tanh output",
    score=z, target=y, prediction=sp.tanh(z), expression=(sp.tanh(z) - y) ** 2 / 2, domain=sp.Interval(-1, 1),
    source="LeCun et al. 1998, \"Efficient BackProp\"",
)  # fmt: skip
logistic = Loss(
    name="logistic-loss", title="the cross-entropy of a sigmoid output",
    score=z, target=y, prediction=sigmoid, expression=sp.log(1 + sp.exp(z)) - y * z, domain=TRUTHS,
    source="Cox 1958; Bishop 2006, equation 4.90",
)  # fmt: skip
signed_logistic = Loss(
    name="logistic-loss-signed", title="the logistic loss with labels -1 and 1",
    score=z, target=y, prediction=sp.sign(z), expression=sp.log(1 + sp.exp(-y * z)), domain=SIGNS,
    source="Friedman, Hastie & Tibshirani 2000",
)  # fmt: skip
hinge = Loss(
    name="hinge-loss", title="the hinge loss",
    score=z, target=y, prediction=sp.sign(z), expression=sp.Max(0, 1 - y * z), domain=SIGNS,
    source="Cortes & Vapnik 1995",
)  # fmt: skip
squared_hinge = Loss(
    name="squared-hinge-loss", title="the squared hinge loss",
    score=z, target=y, prediction=sp.sign(z), expression=sp.Max(0, 1 - y * z) ** 2, domain=SIGNS,
    source="Tang 2013, arXiv:1306.0239, equation 6",
)  # fmt: skip
perceptron = Loss(
    name="perceptron-loss", title="the perceptron loss",
    score=z, target=y, prediction=sp.sign(z), expression=sp.Max(0, -y * z), domain=SIGNS,
    source="Rosenblatt 1958; Bishop 2006, equation 4.54",
)  # fmt: skip
