"""What a trace of a library gives, before it is made a recurrence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symopt.decide.cases import branches
from symopt.language import Hyper
from symopt.read.libraries.scalar import Condition, Path

Values = Mapping[str, Any]
"""Expressions by the name of the state that they are the new value of."""


@dataclass(frozen=True)
class Step:
    """One step of a library's optimizer, as expressions.

    Args:
        hyper: the hyperparameters that stayed symbols, with the library's defaults.
        before: each state before the first step, where the library makes it without a gradient.
        first: the parameters (``theta``) and states after the first step.
        later: the same after step t, in their values at t - 1.
        assumed: what was taken as true of hyperparameters.
        fixed: numeric arguments that could not be symbols, with the numbers they had.
        scope: what else the step holds for, in words.
    """

    hyper: tuple[Hyper, ...]
    before: Values
    first: Values
    later: Values
    assumed: tuple[Condition, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    scope: tuple[str, ...] = ()


def every_path(run: Callable[[Path], Values]) -> tuple[dict[str, Any], tuple[Condition, ...]]:
    """The values that a run gives, over all its paths, as case distinctions; and what was assumed."""
    leaves: list[tuple[Sequence[Condition], Values]] = []
    assumed: dict[Condition, None] = {}
    for cases in branches():
        path = Path(cases)
        leaves.append((path.taken, run(path)))
        assumed |= dict.fromkeys(path.assumed)
    names = dict.fromkeys(name for _, values in leaves for name in values)
    return {name: _merged(leaves, name, 0) for name in names}, tuple(assumed)


def _merged(leaves: Sequence[tuple[Sequence[Condition], Values]], name: str, depth: int) -> Any:
    if len(leaves) == 1:
        return leaves[0][1][name]
    condition = leaves[0][0][depth][0]
    yes = _merged([x for x in leaves if x[0][depth][1]], name, depth + 1)
    no = _merged([x for x in leaves if not x[0][depth][1]], name, depth + 1)
    return yes if yes == no else sp.Piecewise((yes, condition), (no, True))
