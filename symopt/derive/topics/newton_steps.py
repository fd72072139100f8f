"""Newton's method: errors that are squared, and quadratics that take one step."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable
from symopt.derive.newton import fits, newton_on_quadratic, newton_order, newton_steps
from symopt.derive.topic import Kind, Topic
from symopt.language.optimizer import Optimizer


def _newton(optimizer: Optimizer) -> Iterator[Derivation]:
    try:
        yield newton_order(optimizer)
        yield newton_steps()
    except NotDerivable:
        pass  # of several variables
    try:
        yield newton_on_quadratic(optimizer)
    except NotDerivable:
        return


newton = Topic("newton", "Newton's method: quadratic convergence", fits, _newton, place=71, kinds=(Kind.VECTOR,))
