"""Methods that do something else every k steps, round by round."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable
from symopt.derive.periodic import period, unroll_rounds
from symopt.derive.topic import Topic
from symopt.language.optimizer import Optimizer


def _each(optimizer: Optimizer) -> Iterator[Derivation]:
    for state in optimizer.states:
        try:
            yield unroll_rounds(optimizer, state.name)
        except NotDerivable:
            continue


rounds = Topic("rounds", "Unrolled over rounds of k steps", lambda o: period(o) is not None, _each, place=12)
