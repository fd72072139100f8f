"""Numeric runs of definitions: the quick sieve in front of ``decide``.

A claim about an optimizer is first tried on runs with random hyperparameters, starting points
and gradients. Agreement proves nothing; it only picks the readings worth proving, and
disagreement the ones worth dropping. Runs of one definition are made side by side, one in each
row of an array; the last axis of every array is that of the coordinates.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symopt.audit.arithmetic import apply
from symopt.audit.claims import offset
from symopt.language.terms import Term

Array = NDArray[np.float64]
Value = Callable[[], Any]

STEPS = 9
UNKNOWN = STEPS + 1
"""The column of a table of values that stands for every step outside the run."""
TIMES = (3, 7)
"""The steps at which claims are tried: RAdam's rectification is off at the first, on at the second."""
MORE_TIMES = (4, 5, 6, 2, 8, 5, 2)
"""More of them, for definitions whose runs take different branches; in one a negative gradient is the largest yet."""
OTHER_TIMES = (8, 3, 6, 4, 7, 2, 5, 9)
"""The steps at which each run is tried again, for equations with signs or maxima."""
FIRST_STEP = len(TIMES + MORE_TIMES) + 1
"""The seed of the run that is tried at its first step."""


@dataclass(frozen=True)
class Runs:
    """Runs of one definition.

    Args:
        values: run, quantity and last the change of the parameters, step, coordinate; NaN where there is none, as
            in the column UNKNOWN.
        branches: for each case of the quantities that are defined by cases, the same with that case's value.
    """

    values: Array
    branches: tuple[Array, ...]


def column(step: Any) -> Any:
    """Where a table of values has a step, or an array of steps."""
    if isinstance(step, int):
        return step if 0 <= step <= STEPS else UNKNOWN
    return np.minimum(step.view(np.uintp), UNKNOWN).view(np.intp)  # what is negative is great without its sign


@cache
def draws(seed: int, coordinates: int) -> Array:
    """What the gradient of each step is made of: coefficient, step, coordinate."""
    found = np.full((4, UNKNOWN + 1, coordinates), np.nan)
    for step in range(1, STEPS + 1):
        for c in range(coordinates):
            draw = random.Random(f"{seed} {step} {c}" if c else f"{seed} {step}")
            found[:, step, c] = [draw.uniform(0.3, 1.7) for _ in range(4)]
    return found


def answer(drawn: Array, point: Any) -> Any:
    """The gradient at a point, from its four coefficients."""
    slope, wave, phase, shift = drawn
    return slope * point + np.sin(wave * point + phase) - shift


DRAWS = 2
"""How many coordinates a run has in which gradients do not change: each is one draw of the gradients."""


def constant_answer(seed: Any, point: Any) -> Any:
    """A gradient that never changes, another in each draw, so that an expectation is the mean of the draws."""
    return 1.3 + 0.1 * seed + 0 * point + 0.4 * np.arange(DRAWS)


def expectation(value: Any) -> Any:
    """The mean of the draws."""
    return np.mean(value, axis=-1, keepdims=True) if np.ndim(value) else value


@cache
def start(seed: int, coordinates: int) -> Array:
    """The parameters before the first step."""
    names = (f"start {seed} {c}" if c else f"start {seed}" for c in range(coordinates))
    return np.array([random.Random(name).uniform(0.4, 1.4) for name in names])


_WHOLE = (3.0, 12.0)
"""Horizons and intervals: one that a run passes, so that drops show, and one that it stays within."""


_ABOVE = 0.6
"""How far a largest value is moved up, so that it seldom lies below the smallest, and is reached now and then."""


@cache
def drawn(name: str, domain: sp.Set, seed: int) -> float:
    """A generic value of a hyperparameter's domain.

    Decay rates are high enough that RAdam rectifies by the second trial's step, and anything in the trials
    beyond, where signs and maxima should differ; a period divides the first trial's step and not the second's.
    """
    draw = random.Random(f"{name} {seed}")
    low = float(domain.inf) if domain.inf.is_finite else 0.0
    high = float(domain.sup) if domain.sup.is_finite else low + 1.0
    if domain.is_subset(sp.S.Integers):
        return _WHOLE[seed % 2] if name != "k" else (2.0 if seed == 2 else 3.0)
    if (low, high) == (0.0, 1.0) and domain.sup.is_finite:
        return draw.uniform(0.90, 0.97) if seed <= len(TIMES) else draw.uniform(0.15, 0.95)
    above = _ABOVE if name.endswith("_max") else 0.0
    return low + above + (high - low) * draw.uniform(0.15, 0.85)


def made(
    terms: Sequence[tuple[str, Term]],
    init: Mapping[str, Term],
    hypers: Mapping[str, Array],
    seeds: Sequence[int],
    *,
    quantities: Sequence[str],
    params: str,
    gradient: str,
    coordinates: int,
    stationary: bool,
) -> Runs:
    """Runs side by side.

    Args:
        terms: the name of each quantity, as terms write it, and its right side, in order.
        init: initial values.
        hypers: for each hyperparameter, as terms write it, a value for each run.
        seeds: what each run draws its gradients and its start from.
        quantities: every quantity, in the order of the table.
        params, gradient: the names of the parameters and of the oracle's answer.
        coordinates: how many coordinates the parameters have.
        stationary: whether every gradient is the same; then the coordinates are draws.
    """
    run = _Run(terms, hypers, seeds, quantities, params, gradient, coordinates, stationary)
    run.values[params][0] = [start(seed, coordinates) for seed in seeds]
    for name, value in init.items():
        run.values[name][0] = run.value(value)()
    with np.errstate(all="ignore"):
        return run.all_steps()


_CLOCK = frozenset({"t"})


class _Run:
    def __init__(
        self,
        terms: Sequence[tuple[str, Term]],
        hypers: Mapping[str, Array],
        seeds: Sequence[int],
        quantities: Sequence[str],
        params: str,
        gradient: str,
        coordinates: int,
        stationary: bool,
    ) -> None:
        self.terms, self.hypers, self.stationary = terms, hypers, stationary
        self.params, self.gradient = params, gradient
        self.shape = (UNKNOWN + 1, len(seeds), coordinates)
        self.rows = np.arange(len(seeds))
        self.seeds = np.array(seeds, dtype=float)[:, None]
        self.draws = np.stack([draws(seed, coordinates) for seed in seeds], axis=2)
        self.values = {name: np.full(self.shape, np.nan) for name in quantities}
        self.branches: dict[str, list[Array]] = {}
        self.step = 0

    def all_steps(self) -> Runs:
        cases = {name: [self.value(c) for c in term.args[::2]] for name, term in self.terms if term.head == "cases"}
        rights = [(name, self.value(term)) for name, term in self.terms]
        self.branches = {name: [np.full(self.shape, np.nan) for _ in rows] for name, rows in cases.items()}
        for self.step in range(1, STEPS + 1):
            for name, right in rights:
                self.values[name][self.step] = right()
                for row, case in zip(self.branches.get(name, ()), cases.get(name, ()), strict=True):
                    row[self.step] = case()
        most = max((len(rows) for rows in self.branches.values()), default=0)
        return Runs(self._table({}), tuple(self._table(self._case(i)) for i in range(most)))

    def _case(self, i: int) -> Mapping[str, Array]:
        none = np.full(self.shape, np.nan)
        return {name: rows[i] if i < len(rows) else none for name, rows in self.branches.items()}

    def _table(self, instead: Mapping[str, Array]) -> Array:
        constants = [np.broadcast_to(x[None], self.shape) for x in self.hypers.values()]
        quantities = [instead.get(name, values) for name, values in self.values.items()]
        path = self.values[self.params]
        change = np.full(self.shape, np.nan)
        change[1:UNKNOWN] = path[1:UNKNOWN] - path[: UNKNOWN - 1]
        return np.stack([*constants, *quantities, change]).transpose(2, 0, 1, 3)

    def value(self, term: Term) -> Value:
        """What gives a term's value at the step that is being made; worked out now if that is always the same."""
        match term.head:
            case "name" if term.name == "t":
                return lambda: float(self.step)
            case "name":
                return _Constant(self.hypers.get(term.name, np.nan))
            case "at":
                return self._at(term)
            case "grad":
                return self._gradient(self.value(term.args[0]))
            case "cases":
                return self._cases(term)
            case _:
                args = [self.value(a) for a in term.args]
                if all(isinstance(a, _Constant) for a in args):
                    return _Constant(apply(term, [a() for a in args]))
                return _operation(term, args)

    def _cases(self, term: Term) -> Value:
        values, conditions = [self.value(c) for c in term.args[::2]], term.args[1::2]
        holds = [_Constant(True) if c.name == "otherwise" else self.value(c) for c in conditions]
        rows = list(zip(values, holds, strict=True))[::-1]

        def value() -> Any:
            result: Any = np.nan
            for case, condition in rows:
                held = condition()
                result = case() if held is True else np.where(held, case(), result)
            return result

        return value

    def _at(self, term: Term) -> Value:
        values, behind = self.values[term.name], offset(term.args[0], _CLOCK)
        if behind is not None:
            return lambda: values[column(self.step + behind)]
        index = self.value(term.args[0])

        def value() -> Any:
            step = index()
            if np.ndim(step) == 0:
                return values[column(int(step))]
            return values[column(step[:, 0].astype(int)), self.rows]

        return value

    def _gradient(self, point: Value) -> Value:
        answers = self.values[self.gradient]

        def value() -> Any:
            at = point()
            found = constant_answer(self.seeds, at) if self.stationary else answer(self.draws[:, self.step], at)
            answers[self.step] = found
            return found

        return value


class _Constant:
    """A value that is the same at every step."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self) -> Any:
        return self.value


def _operation(term: Term, args: Sequence[Value]) -> Value:
    """A node's value from its arguments'."""
    if len(args) != 2:
        return lambda: apply(term, [a() for a in args])
    a, b = args
    match term.head:
        case "add":
            return lambda: a() + b()
        case "mul":
            return lambda: a() * b()
        case "div":
            return lambda: np.divide(a(), b())
        case _:
            return lambda: apply(term, [a(), b()])
