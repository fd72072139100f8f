"""Small numbers at which two sides differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

import sympy as sp
from flint import arb, fmpq

from symopt.decide.budget import Budget
from symopt.decide.evaluate import (
    Evaluator,
    Model,
    NoValue,
    Number,
    add,
    differ,
    multiply,
    precision,
    sign,
    subtract,
    text,
    texts,
)
from symopt.decide.verdict import Witness
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Expect, Grad, HyperSymbol, t

STEPS = (1, 2, 3)
ATTEMPTS = 10
_VALUES = ("1", "2", "-1", "3", "1/2", "9/10", "-2", "1/4", "4", "1/10", "0", "3/4", "-1/2", "5")
_FRACTIONS = ("9/10", "1/2", "3/4", "1/4", "1/10", "99/100", "1/3", "0")


@lru_cache(maxsize=4096)
def candidates(symbol: sp.Symbol) -> tuple[fmpq, ...]:
    """Small numbers that the symbol may be, the simplest first."""
    domain: Any = symbol.domain if isinstance(symbol, HyperSymbol) else sp.S.Reals
    bounded = isinstance(domain, sp.Interval) and domain.end.is_finite and domain.start.is_finite
    texts = [*(_FRACTIONS if bounded else ()), *_VALUES]
    if isinstance(domain, sp.Interval):
        low: Any = domain.start
        high: Any = domain.end
        ends: list[Any] = [low, high, (low + high) / 2]
        texts += [str(x) for x in ends if x.is_Rational]
    values: list[Any] = [sp.Rational(x) for x in texts]
    # A value is allowed if it has every property that the symbol is assumed to have.
    wanted = {k: v for k, v in symbol.assumptions0.items() if v is not None and k != "commutative"}
    allowed = [v for v in values if v in domain and all(getattr(v, f"is_{k}", v) == x for k, x in wanted.items())]
    return tuple(fmpq(int(v.p), int(v.q)) for v in dict.fromkeys(allowed))


@lru_cache(maxsize=256)
def _only_value(symbol: sp.Symbol) -> Number | None:
    """The number that a symbol stands for whose domain is that number alone, such as pi."""
    domain: Any = symbol.domain if isinstance(symbol, HyperSymbol) else sp.S.Reals
    if not isinstance(domain, sp.FiniteSet) or len(domain) != 1:
        return None
    (value,) = domain.args
    return arb.pi() if value == sp.pi else fmpq(int(value.p), int(value.q)) if isinstance(value, sp.Rational) else None


class Choice:
    """One attempt's numbers: each quantity gets the next candidate of its kind when it is first asked for."""

    def __init__(self, attempt: int, taken: dict[str, Number] | None = None) -> None:
        self.attempt = attempt
        self.taken: dict[str, Number] = taken or {}
        self._owner: dict[str, sp.Symbol] = {}
        self._count: dict[tuple[fmpq, ...], int] = {}

    def __call__(self, name: str, symbol: sp.Symbol) -> Number:
        if self._owner.setdefault(name, symbol) != symbol:
            raise NoValue(f"{name} is the name of two quantities")
        only = _only_value(symbol)
        if only is not None:
            return only
        if name not in self.taken:
            values = candidates(symbol)
            if not values:
                raise NoValue(f"no small number is allowed for {name}")
            place = self._count[values] = self._count.get(values, -1) + 1
            step = place + self.attempt + (place * self.attempt * (self.attempt > 3))
            self.taken[name] = values[step % min(len(values), 4 + self.attempt)]
        return self.taken[name]

    def assignments(self) -> dict[str, Fraction]:
        return {name: Fraction(int(v.p), int(v.q)) for name, v in self.taken.items() if isinstance(v, fmpq)}


_REAL = sp.Symbol("x", real=True)
_NONZERO = sp.Symbol("x", real=True, nonzero=True)


class FreeModel:
    """Expectations have no value. Sequences' values are free quantities, the gradient a function of its point."""

    def __init__(self, choice: Choice, step: int) -> None:
        self.choice = choice
        self.step = step
        self._gradients: list[tuple[Number, Number]] = []

    def symbol(self, symbol: Any) -> Number:
        return fmpq(self.step) if symbol == t else self.choice(symbol.name, symbol)

    def at(self, base: Any, index: int) -> Number:
        return self.choice(f"{base.name}_{index}", base)

    def expectation(self, e: Any) -> Number:
        raise NoValue("an expectation of free quantities")

    def gradient(self, point: Number) -> Number:
        for known, value in self._gradients:
            if not differ(known, point):
                return value
        value = self.choice(f"gradient at {text(point)}", _NONZERO)
        self._gradients.append((point, value))
        return value


class Gradients(Enum):
    """What the oracle draws in a run."""

    FREE = "a number for each step"
    CONSTANT = "the same number at every step"
    EITHER = "one of two numbers, independently and with equal probability"


class RunModel:
    """A definition run from its initial values; the gradient of each step is a quantity of its own.

    Args:
        optimizer: the definition.
        choice: gives the hyperparameters, the start and the gradients.
        step: what t is.
        gradients: what the oracle draws.
        budget: what the run may spend.
        outcome: which of the two numbers each step draws, where one of two is drawn.
        asked: the last step whose draw a gradient may be that is written with its point.
    """

    def __init__(
        self, optimizer: Optimizer, choice: Choice, step: int, gradients: Gradients, budget: Budget,
        outcome: tuple[int, ...] | None = None, asked: int = 0,
    ) -> None:  # fmt: skip
        self.optimizer = optimizer
        self.choice = choice
        self.step = step
        self.gradients = gradients
        self.outcome = outcome
        self.asked = asked
        self.budget = budget
        self._values: dict[tuple[str, int], Number] = {}
        self._drawn: dict[int, list[tuple[Number, Number]]] = {}
        self._running: list[int] = []
        self._calls = [call for eq in optimizer.update for call in sorted(eq.rhs.atoms(Grad), key=str)]

    def symbol(self, symbol: Any) -> Number:
        return fmpq(self.step) if symbol == t else self.choice(symbol.name, symbol)

    def at(self, base: Any, index: int) -> Number:
        key = (base.name, index)
        if key not in self._values:
            self._values[key] = self._initial(base) if index == 0 else self._stepped(base, index)
        return self._values[key]

    def _initial(self, base: Any) -> Number:
        init = {s.name: value for s, value in self.optimizer.init.items()}
        if base.name in init:
            return self._evaluate(init[base.name], 0)
        if base.name == self.optimizer.params.name:
            return self.choice(f"{base.name}_0", base)
        raise NoValue(f"{base.name} has no initial value")

    def _stepped(self, base: Any, index: int) -> Number:
        if index < 0 or base.name not in self.optimizer.equations:
            raise NoValue(f"{base.name}[{index}] is not defined")
        return self._evaluate(self.optimizer.equations[base.name], index)

    def _evaluate(self, e: Any, step: int) -> Number:
        self._running.append(step)
        try:
            return Evaluator(self, self.budget).under(t, fmpq(step), e)
        finally:
            self._running.pop()

    def gradient(self, point: Number) -> Number:
        if self._running:
            return self._draw(self._running[-1], point)
        draws: list[Number] = []
        for step in range(1, self.asked + 1):
            for call in self._calls:
                asked = self._evaluate(call.point, step)
                if not differ(asked, point):
                    draws.append(self._draw(step, asked))
        if any(differ(draws[0], draw) for draw in draws[1:]):
            raise NoValue("two steps ask for the gradient at this point, and it is not said which is meant")
        return draws[0] if draws else self.choice(f"gradient at {text(point)}", _NONZERO)

    def _draw(self, step: int, point: Number) -> Number:
        for known, value in self._drawn.get(step, []):
            if not differ(known, point):
                return value
        extra = len(self._drawn.setdefault(step, []))
        value = self.choice(self._name_of_draw(step, extra), _NONZERO)
        self._drawn[step].append((point, value))
        return value

    def _name_of_draw(self, step: int, extra: int) -> str:
        mark = "'" * extra
        if self.gradients is Gradients.FREE:
            return f"g_{step}{mark}"
        if self.gradients is Gradients.CONSTANT:
            return f"g{mark}"
        if self.outcome is None or step > len(self.outcome):
            raise NoValue("a random quantity outside an expectation")
        return f"g{mark}, {('one half of the time', 'else')[self.outcome[step - 1]]}"

    def expectation(self, e: Any) -> Number:
        """The value for constant gradients; else the average over all outcomes of the first steps."""
        bound = {t: fmpq(self._running[-1] if self._running else self.step)}
        if self.gradients is not Gradients.EITHER:
            return Evaluator(self, self.budget, bound)(e)
        total: Number = fmpq(0)
        outcomes = list(product((0, 1), repeat=self.step + 1))
        for outcome in outcomes:
            run = RunModel(self.optimizer, self.choice, self.step, self.gradients, self.budget, outcome, self.asked)
            total = add(total, Evaluator(run, self.budget, bound)(e))
        return multiply(total, fmpq(1, len(outcomes)))


def of_identity(lhs: sp.Expr, rhs: sp.Expr, assuming: tuple[Any, ...], budget: Budget) -> Witness | None:
    """Values of the free quantities at which the sides differ and the assumptions hold."""
    return of_relation(sp.Eq(lhs, rhs, evaluate=False), assuming, budget)


def of_relation(claim: Any, assuming: tuple[Any, ...], budget: Budget) -> Witness | None:
    """Values of the free quantities at which the comparison is false and the assumptions hold."""
    timed = claim.has(t)
    steps = STEPS if timed else STEPS[:1]
    attempts = ATTEMPTS if timed else 2 * ATTEMPTS
    return _first(FreeModel, claim, assuming, steps, budget, attempts=attempts, timed=timed)


def of_claim(
    optimizer: Optimizer, claim: Any, budget: Budget, *, attempts: int = ATTEMPTS, random: bool = False
) -> Witness | None:
    """A run of the definition that the claim is wrong about.

    Args:
        optimizer: the definition.
        claim: a relation.
        budget: what the search may spend.
        attempts: choices of numbers to try at each step.
        random: where expectations are claimed, each gradient is one of two numbers; else it is constant.
    """
    timed = claim.has(t) or any(a.index.has(t) for a in claim.atoms(At))
    gradients = Gradients.FREE
    if claim.has(Expect):
        gradients = Gradients.EITHER if random else Gradients.CONSTANT

    def model(choice: Choice, step: int) -> Model:
        return RunModel(optimizer, choice, step, gradients, budget, asked=_last_draw(claim, step))

    return _first(model, claim, (), STEPS if timed else STEPS[:1], budget, attempts=attempts, timed=timed)


def _last_draw(claim: Any, step: int) -> int:
    """The last step whose draw a gradient in the claim may be: one after the last step read."""
    read = [step]
    for index in {a.index for a in claim.atoms(At)}:
        value = index.xreplace({t: sp.Integer(step)})
        if value.is_Integer and value < step + 2 * len(STEPS):
            read.append(int(value))
    return max(read) + 1


def _first(
    model: Callable[[Choice, int], Model], claim: Any, assuming: tuple[Any, ...], steps: tuple[int, ...],
    budget: Budget, *, attempts: int, timed: bool,
) -> Witness | None:  # fmt: skip
    with precision():
        for step, attempt in _tries(steps, attempts):
            choice = Choice(attempt)
            evaluator = Evaluator(model(choice, step), budget)
            try:
                left, right = evaluator(claim.lhs), evaluator(claim.rhs)
                if refutes(claim, left, right) and all(evaluator.holds(a) for a in assuming):
                    return Witness(choice.assignments(), step if timed else None, *texts(left, right))
            except NoValue:
                continue
    return None


def _tries(steps: tuple[int, ...], attempts: int) -> Iterator[tuple[int, int]]:
    for step in steps:
        for attempt in range(attempts):
            yield step, attempt


def refutes(claim: Any, left: Number, right: Number) -> bool:
    """Whether the values certainly do not stand in the claimed relation."""
    if isinstance(claim, sp.Eq):
        return differ(left, right)
    if isinstance(claim, sp.Ne):
        return isinstance(left, fmpq) and isinstance(right, fmpq) and left == right
    difference = sign(subtract(left, right))
    wanted = {sp.StrictGreaterThan: (1,), sp.GreaterThan: (0, 1), sp.StrictLessThan: (-1,), sp.LessThan: (-1, 0)}
    return difference not in wanted[type(claim)]
