"""A run with numbers, to choose what is worth proving. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import sympy as sp

from symopt.check.confirm import GRADIENTS, START, run
from symopt.language import Optimizer
from symopt.language.symbols import Hyper

_NUMBERS = (0.375, 0.8125, 0.9375, 0.0625, 1.5, 2.25, 0.1875, 3.5, 40.0, 0.6875, 5.0, 7.0)
_CLOSE = 1e-12


class Probe:
    """An implementation run at fixed numbers, beside which definitions are run at the same."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.numbers = _spread(optimizer.hyper)

    @cached_property
    def path(self) -> list[float]:
        return run(self.optimizer, self.numbers, START, GRADIENTS)

    def agrees(self, definition: Optimizer, hypers: Mapping[str, Any]) -> bool:
        """Whether the definition takes the same steps at these numbers, as far as both have values."""
        values = {h.symbol: sp.Rational(self.numbers[h.name]) for h in self.optimizer.hyper}
        own = {name: float(sp.sympify(e, strict=True).subs(values)) for name, e in hypers.items()}
        other = run(definition, own, START, GRADIENTS)
        shared = min(len(self.path), len(other))
        return all(abs(a - b) <= _CLOSE * max(1.0, abs(a)) for a, b in zip(self.path[:shared], other, strict=False))


def _spread(hypers: tuple[Hyper, ...]) -> dict[str, float]:
    """A number within its domain for each hyperparameter, no two equal where that can be."""
    left = list(_NUMBERS)
    found: dict[str, float] = {}
    for h in hypers:
        allowed = [x for x in left if sp.Rational(x) in h.domain] or [
            x for x in (1.0, *_NUMBERS) if sp.Rational(x) in h.domain
        ]
        found[h.name] = allowed[0] if allowed else 1.0
        left = [x for x in left if x != found[h.name]]
    return found
