"""The models that a document is held against: every definition, and each under its conventions when asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import Eq

from symopt.audit.models import Model
from symopt.language import Optimizer, Schedule, Sequence, t
from symopt.optimizers import catalogue, seldom
from symopt.rewrites import variants


@cache
def plain() -> tuple[Model, ...]:
    """Every definition that lectures print, as it is; of several that say the same, the first."""
    return tuple(m for m in _distinct() if m.system not in seldom())


@cache
def rare() -> tuple[Model, ...]:
    """The definitions that they seldom print, which are asked only where none of the others fits."""
    return tuple(m for m in _distinct() if m.system in seldom())


@cache
def _distinct() -> tuple[Model, ...]:
    definitions = [d if isinstance(d, Optimizer) else _as_optimizer(d) for d in catalogue().values()]
    distinct = {d.update: d for d in reversed(definitions)}
    return tuple(Model(d, rank=rank) for rank, d in enumerate(reversed(distinct.values())))


@cache
def under_conventions(system: str) -> tuple[Model, ...]:
    """One definition under its conventions, without those that are another definition or never move."""
    definition = catalogue()[system]
    if not isinstance(definition, Optimizer):
        return ()
    known = {m.optimizer.update for m in plain()}
    rank = next((m.rank for m in _distinct() if m.system == system), len(known))
    written = [Model(v.optimizer, system, v.conventions, v.changed, rank=rank) for v in variants(definition)]
    return tuple(m for m in written if m.conventions and m.optimizer.update not in known and _starts(m))


def _starts(model: Model) -> bool:
    """Whether the parameters ever move; without its small constant, Adadelta's never do."""
    return "no epsilon" not in model.conventions or model.moves


def _as_optimizer(schedule: Schedule) -> Optimizer:
    """A schedule as a method of one quantity, the scheduled value."""
    rate = Sequence("rate", rf"\{schedule.symbol.name}")
    equation: Any = Eq(rate[t], schedule.value, evaluate=False)
    return Optimizer(
        schedule.name,
        hyper=schedule.hyper,
        update=[equation],
        params=rate,
        title=schedule.title,
        source=schedule.source,
    )
