"""The models that a document is held against: every definition under every convention."""

from __future__ import annotations

from functools import cache

from sympy import Eq

from symopt.audit.models import Model
from symopt.language import Optimizer, Schedule, Sequence, t
from symopt.optimizers import catalogue
from symopt.rewrites import variants


@cache
def models() -> tuple[Model, ...]:
    """Each system of equations once, under the first name that the catalogue has for it."""
    found = [_schedule(d) for d in catalogue().values() if isinstance(d, Schedule)]
    for definition in catalogue().values():
        if isinstance(definition, Optimizer):
            found += [Model(v.optimizer, definition.name, v.conventions, v.changed) for v in variants(definition)]
    found.sort(key=lambda m: len(m.conventions))
    distinct = {m.optimizer.update: m for m in reversed(found)}
    return tuple(m for m in reversed(distinct.values()) if m.moves)


def _schedule(schedule: Schedule) -> Model:
    """A schedule as a method of one quantity, the scheduled value."""
    rate = Sequence("rate", rf"\{schedule.symbol.name}")
    optimizer = Optimizer(
        schedule.name,
        hyper=schedule.hyper,
        update=[Eq(rate[t], schedule.value)],
        params=rate,
        title=schedule.title,
        source=schedule.source,
    )
    return Model(optimizer, schedule.name)
