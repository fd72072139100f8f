"""Methods in the lines of texts, where a definition has one formula: Newton's direction, then the move."""

from __future__ import annotations

from typing import Any

from sympy import Eq

from symopt.language import Optimizer, grad, hessian, inverse, line_search, t
from symopt.language.vectors import alpha, d, x


def _newton(name: str, *, searches: bool) -> Optimizer:
    length: Any = alpha[t] if searches else 1
    found = [Eq(alpha[t], line_search(x[t - 1], d[t]))] if searches else []
    return Optimizer(
        name,
        title="Newton's method, its direction first",
        hyper=[],
        update=[
            Eq(d[t], -inverse(hessian(x[t - 1])) * grad(x[t - 1])),
            *found,
            Eq(x[t], x[t - 1] + length * d[t]),
        ],
        params=x,
        source="Nocedal & Wright 2006, equations 3.1 and 3.30",
    )


FORMS = (_newton("newton", searches=False), _newton("newton-damped", searches=True))
