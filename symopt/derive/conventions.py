"""The conventions of the catalogue held against the definitions they fit, and against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from symopt.derive.compare import Comparison, compare
from symopt.language.optimizer import Optimizer
from symopt.optimizers import catalogue
from symopt.rewrites import CONVENTIONS, Convention


@dataclass(frozen=True)
class Held:
    """One comparison of two ways to write a method.

    Args:
        optimizer: the method.
        one: the convention it is written in; None for the definition itself.
        other: the convention it is held against.
        comparison: what came of it.
    """

    optimizer: Optimizer
    one: Convention | None
    other: Convention
    comparison: Comparison


def of(optimizer: Optimizer, *, limit: float = 2.0) -> Iterator[Held]:
    """The definition against each convention that fits it, is an equivalence, and changes more than the spelling."""
    for convention in CONVENTIONS:
        made = convention.of(optimizer) if convention.change(optimizer) is not None else None
        if made is not None:
            yield Held(optimizer, None, convention, compare(optimizer, made, limit=limit))


def all_held(*, limit: float = 2.0) -> Iterator[Held]:
    """Each convention against the first definition that it fits; each two of a group, on the first that both fit."""
    known = [o for o in catalogue().values() if isinstance(o, Optimizer)]
    for convention in CONVENTIONS:
        fits = next(((o, made) for o in known if (made := convention.of(o)) is not None), None)
        if fits is not None:
            yield Held(fits[0], None, convention, compare(*fits, limit=limit))
    for one, other in combinations(CONVENTIONS, 2):
        if one.group != other.group:
            continue
        both = next(((o, a, b) for o in known if (a := one.of(o)) is not None and (b := other.of(o)) is not None), None)
        if both is not None:
            yield Held(both[0], one, other, compare(both[1], both[2], limit=limit))
