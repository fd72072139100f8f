"""Losses of K scores z_k = w_k^T x + b_k, one for each class; c is the right one.

Weston & Watkins 1999; Crammer & Singer 2001; Bridle 1990 for softmax.
"""

from typing import Any

import sympy as sp

from symopt.language.loss import Loss
from symopt.language.symbols import Sequence

K = sp.Symbol("K", integer=True, positive=True)
"""How many classes there are."""
k, j, c, a, i = (sp.Symbol(name, integer=True, positive=True) for name in ("k", "j", "c", "a", "i"))
Delta = sp.Symbol("Delta", positive=True)
"""The margin."""
z, y = Sequence("z"), Sequence("y")
LABELS = sp.Range(1, K + 1)
PROBABILITIES = sp.Interval(0, 1)

partition: Any = sp.Sum(sp.exp(z[j]), (j, 1, K))
softmax = sp.exp(z[k]) / partition

_log_partition: Any = sp.log(partition)
_expected: Any = sp.Sum(y[i] * (z[i] - _log_partition), (i, 1, K))

cross_entropy = Loss(
    name="softmax-cross-entropy", title="the softmax cross-entropy",
    score=z[k], target=c, prediction=softmax, expression=_log_partition - z[c], domain=LABELS,
    source="Bridle 1990; Bishop 2006, equation 4.108",
)  # fmt: skip
soft_targets = Loss(
    name="softmax-cross-entropy-targets", title="the softmax cross-entropy of targets that add up to 1",
    score=z[k], target=y[k], prediction=softmax, expression=-_expected,
    domain=PROBABILITIES, given=((sp.Sum(y[i], (i, 1, K)), sp.Integer(1)),),
    source="Bishop 2006, equation 4.108",
)  # fmt: skip
_divergence: Any = sp.Sum(y[i] * (sp.log(y[i]) - z[i] + _log_partition), (i, 1, K))
divergence = Loss(
    name="kullback-leibler", title="the Kullback-Leibler divergence of targets from a softmax",
    score=z[k], target=y[k], prediction=softmax, expression=_divergence,
    domain=PROBABILITIES, given=((sp.Sum(y[i], (i, 1, K)), sp.Integer(1)),),
    source="Kullback & Leibler 1951",
)  # fmt: skip
smoothing = sp.Symbol("epsilon", positive=True)
_smooth: Any = sp.Sum(((1 - smoothing) * y[i] + smoothing / K) * (z[i] - _log_partition), (i, 1, K))
smoothed = Loss(
    name="softmax-cross-entropy-smoothed", title="the softmax cross-entropy with label smoothing",
    score=z[k], target=y[k], prediction=softmax, expression=-_smooth,
    domain=PROBABILITIES, given=((sp.Sum((1 - smoothing) * y[i] + smoothing / K, (i, 1, K)), sp.Integer(1)),),
    source="Szegedy et al. 2016, arXiv:1512.00567, section 7",
)  # fmt: skip
_over_all: Any = sp.Sum(sp.Max(0, z[j] - z[c] + Delta), (j, 1, K))

weston_watkins = Loss(
    name="multiclass-hinge", title="the multiclass hinge loss of Weston and Watkins",
    score=z[k], target=c, prediction=z[k],
    expression=_over_all - Delta, domain=LABELS,
    source="Weston & Watkins 1999; the right class's own summand, Delta, is taken away",
)  # fmt: skip
crammer_singer = Loss(
    name="multiclass-hinge-crammer-singer", title="the multiclass hinge loss of Crammer and Singer",
    score=z[k], target=c, prediction=z[k], expression=sp.Max(0, z[a] - z[c] + Delta), domain=LABELS,
    source="Crammer & Singer 2001; a is the wrong class of the greatest score, where there is only one",
)  # fmt: skip
one_versus_all = Loss(
    name="one-versus-all-hinge", title="the one-versus-all hinge loss",
    score=z[k], target=y[k], prediction=z[k], expression=sp.Sum(sp.Max(0, 1 - y[j] * z[j]), (j, 1, K)),
    domain=sp.FiniteSet(-1, 1), source="Rifkin & Klautau 2004",
)  # fmt: skip
