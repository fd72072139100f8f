"""A topic: one subject that can be derived of every optimizer it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from symopt.derive.derivation import Derivation
from symopt.language.optimizer import Optimizer


@dataclass(frozen=True)
class Topic:
    """A subject.

    Args:
        name: identifier, such as ``"bias-correction"``; what the command line calls it.
        title: the name as people print it.
        fits: whether there is anything to derive for an optimizer; quick.
        derive: the derivations for an optimizer that it fits.
        place: topics are listed by this number, then by name.
    """

    name: str
    title: str
    fits: Callable[[Optimizer], bool]
    derive: Callable[[Optimizer], Iterable[Derivation]]
    place: int = 50
