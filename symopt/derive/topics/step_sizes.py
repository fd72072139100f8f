"""How long the steps of methods with two moments are."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable
from symopt.derive.step_size import folded, moment_bound, moments, two_cases
from symopt.derive.topic import Topic
from symopt.language.optimizer import Optimizer


def _fits(optimizer: Optimizer) -> bool:
    try:
        moments(optimizer)
    except NotDerivable:
        return False
    return True


def _steps(optimizer: Optimizer) -> Iterator[Derivation]:
    yield moment_bound(optimizer)
    yield from two_cases(optimizer)
    try:
        yield folded(optimizer)
    except NotDerivable:
        return


step_size = Topic("step-size", "How long steps are", _fits, _steps, place=50)
