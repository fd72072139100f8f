"""What is added to a loss, or demanded of the weights, so that they stay small.

Tikhonov 1963; Tibshirani 1996; Zou & Hastie 2005; Srebro & Shraibman 2005.
"""

from typing import Any

import sympy as sp

from symopt.language.loss import Regulariser
from symopt.language.symbols import Sequence

d = sp.Symbol("d", integer=True, positive=True)
"""How many weights there are."""
j, i = (sp.Symbol(name, integer=True, positive=True) for name in ("j", "i"))
mix, bound = sp.symbols("alpha c", positive=True)
w = Sequence("w")
_squares: Any = sp.Sum(w[i] ** 2, (i, 1, d))
_sizes: Any = sp.Sum(sp.Abs(w[i]), (i, 1, d))

l2 = Regulariser(
    name="l2-regularisation", title="L2, weight decay",
    weight=w[j], expression=_squares / 2, source="Tikhonov 1963; Hoerl & Kennard 1970",
)  # fmt: skip
l1 = Regulariser(
    name="l1-regularisation", title="L1, lasso",
    weight=w[j], expression=_sizes, source="Tibshirani 1996",
)  # fmt: skip
elastic_net = Regulariser(
    name="elastic-net", title="elastic net",
    weight=w[j], expression=mix * _sizes + (1 - mix) * _squares / 2, source="Zou & Hastie 2005",
)  # fmt: skip
max_norm = Regulariser(
    name="max-norm", title="max-norm",
    weight=w[j], expression=sp.sqrt(_squares), bound=bound, source="Srebro & Shraibman 2005",
)  # fmt: skip
