"""Methods that ask for the gradient elsewhere than where the parameters are, in the point where they ask."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable
from symopt.derive.substitution import change_of_variables
from symopt.derive.topic import Topic
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Sequence, t


def _fits(optimizer: Optimizer) -> bool:
    query = optimizer.query
    reads = query.atoms(At)
    return (
        query != optimizer.params[t - 1] and optimizer.params[t - 1] in reads and all(a.index == t - 1 for a in reads)
    )


def _asked(optimizer: Optimizer) -> Iterator[Derivation]:
    taken = {s.name for s in optimizer.sequences} | {h.name for h in optimizer.hyper}
    name = next(n for n in ("phi", "theta", "z", "phi_2") if n not in taken)
    point = sp.expand(optimizer.query.subs(t, t + 1))
    try:
        yield change_of_variables(optimizer, Sequence(name), point).derivation
    except NotDerivable:
        return


phi = Topic("phi-form", "The gradient asked where the parameters are", _fits, _asked, place=30)
