"""Every state that has an unrolled form which is proved."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.decide import Status
from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable
from symopt.derive.topic import Topic
from symopt.derive.unrolled import unroll
from symopt.language.optimizer import Optimizer


def _unrolled(optimizer: Optimizer) -> Iterator[Derivation]:
    for state in optimizer.states:
        try:
            made = unroll(optimizer, state.name)
        except NotDerivable:
            continue
        if made.status is Status.PROVED:
            yield made


unrolled = Topic("unrolled", "Unrolled forms", fits=lambda o: bool(o.states), derive=_unrolled, place=10)
