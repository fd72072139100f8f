"""A document's equation, tried on a model's runs under many readings of its symbols at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.audit.arithmetic import apply
from symopt.audit.claims import Claim
from symopt.audit.models import STEPS, Model, Trial
from symopt.language.terms import Term

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Meaning:
    """What a document's symbol stands for.

    Args:
        key: name of a quantity or hyperparameter of the model.
        hyper: whether it is a hyperparameter.
        sign: -1 where the document's symbol is the quantity's negative.
        offset: the document's index of the value that step t makes is t + offset.
        lag: for an occurrence without an index: 0 for the step's new value, 1 for the one before.
    """

    key: str
    hyper: bool = False
    sign: int = 1
    offset: int = 0
    lag: int = 0


@dataclass(frozen=True)
class Choice:
    """How the ambiguous parts of one equation are read.

    Args:
        label: whether an index on a gradient's variable is the step's number rather than the point.
        branch: which case of a quantity defined by cases the equation speaks of; None for the whole.
        origin: 1 where the document counts steps from 0, else 0.
    """

    label: bool = False
    branch: int | None = None
    origin: int = 0


class Unreadable(Exception):
    """The equation contains something that has no value in a model."""


@dataclass(frozen=True)
class Setting:
    """What one document's equations are tried against.

    Args:
        model: the definition.
        aliases: symbols that the document defines for itself, replaced by their definitions.
        params: names under which the document takes gradients.
    """

    model: Model
    aliases: Mapping[str, Claim]
    params: frozenset[str]

    def trials(self, claim: Claim) -> Sequence[Trial]:
        """The runs that an equation has to hold in."""
        if claim.expects:
            return self.model.stationary_trials
        return (*self.model.trials, *self.model.first_steps) if claim.cased else self.model.trials

    def agreements(
        self, claim: Claim, candidates: Mapping[str, Sequence[Meaning]], choice: Choice
    ) -> Iterator[Mapping[str, Meaning]]:
        """The readings, out of all combinations of ``candidates``, under which the equation holds in every run."""
        names = tuple(candidates)
        agree = np.ones([len(candidates[n]) for n in names], dtype=bool)
        informed = np.zeros_like(agree)
        trials = self.trials(claim)
        for trial in trials:
            with np.errstate(all="ignore"):
                both = _Sides(self, claim, trial, names, candidates, choice).compare()
            if both is None:
                return
            close, known = both
            agree &= close | ~known
            informed |= known
            if not agree.any():
                return
        for spot in np.argwhere(agree & informed):
            yield {n: candidates[n][i] for n, i in zip(names, spot, strict=True)}


class Probe:
    """One reading of an equation's symbols, against which many variations of the equation are tried quickly.

    Variations share most of their parts; the value of a shared part is worked out once a run.
    """

    def __init__(self, setting: Setting, claim: Claim, meanings: Mapping[str, Meaning], choice: Choice) -> None:
        trials = setting.trials(claim)
        self.runs = [_Sides(setting, claim, trial, (), {}, choice, meanings) for trial in trials]

    def holds(self, left: Term, right: Term) -> bool:
        """Whether the variation holds in every run."""
        informed = False
        with np.errstate(all="ignore"):
            for run in self.runs:
                both = run.compare(left, right)
                if both is None or (both[1].all() and not both[0].all()):
                    return False
                informed |= bool(both[1].all())
        return informed


class _Sides:
    """Values of an equation's two sides in one run, over a grid with one axis per name."""

    def __init__(
        self,
        setting: Setting,
        claim: Claim,
        trial: Trial,
        names: Sequence[str],
        candidates: Mapping[str, Sequence[Meaning]],
        choice: Choice,
        settled: Mapping[str, Meaning] | None = None,
    ) -> None:
        self.settled = settled or {}
        self.memo: dict[tuple[int, bool], tuple[Term, Any]] = {}
        self.inside = 0
        self.setting, self.claim, self.trial, self.choice = setting, claim, trial, choice
        self.candidates = candidates
        self.axis = {n: i for i, n in enumerate(names)}
        self.rank = len(names)
        self.step = trial.time if claim.step is None else claim.step
        self.clock = trial.time - choice.origin
        self.bound: dict[str, int] = {}
        self.on_left = False

    def compare(
        self, left_side: Term | None = None, right_side: Term | None = None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
        try:
            self.on_left = True
            left = self.value(left_side or self.claim.left)
            self.on_left = False
            right = self.value(right_side or self.claim.right)
        except (Unreadable, KeyError, RecursionError, OverflowError, TypeError, ValueError):
            return None
        gap = np.abs(np.subtract(left, right))
        size = np.maximum(np.abs(left), np.abs(right))
        close = (gap <= TOLERANCE * size) & np.isfinite(size)
        telling = size > 0 if self.claim.step != 0 else np.ones_like(size, dtype=bool)
        both_unknown = (np.isnan(left) & np.isnan(right)) | ~(telling | np.isnan(size))
        shape = tuple(len(c) for c in self.candidates.values())
        return np.broadcast_to(close, shape), np.broadcast_to(~both_unknown, shape)

    def value(self, term: Term) -> Any:
        if not self.settled or self.inside or not term.args:
            return self._value(term)
        key = (id(term), self.on_left)
        known = self.memo.get(key)
        if known is not None and known[0] is term:
            return known[1]
        value = self._value(term)
        self.memo[key] = (term, value)
        return value

    def _value(self, term: Term) -> Any:
        match term.head:
            case "name":
                return self._name(term.name)
            case "at":
                (index,) = term.args
                return self._at(term.name, self._integer(index))
            case "grad":
                return self._gradient(term)
            case "expect":
                return self.value(term.args[0])
            case "sum" | "prod":
                return self._repeated(term)
            case "cases":
                return self._cases(term)
            case _:
                return apply(term, [self.value(a) for a in term.args])

    def _cases(self, term: Term) -> Any:
        result: Any = np.nan
        for case, condition in reversed(list(zip(term.args[::2], term.args[1::2], strict=True))):
            holds = condition.name == "otherwise" or self.value(condition)
            result = np.where(holds, self.value(case), result)
        return result

    def _integer(self, index: Term) -> int:
        value = self.value(index)
        if np.ndim(value) or value != int(value):
            raise Unreadable("index")
        return int(value)

    def _name(self, name: str) -> Any:
        if name in self.bound:
            return self.bound[name]
        if name in self.claim.clocks:
            return self.clock
        if name in self.settled:
            return self._loose(name, self.settled[name])
        if name in self.axis:
            return self._spread(name, lambda m: self._loose(name, m))
        if name in self.setting.aliases:
            return self._alias(name, None)
        raise Unreadable(name)

    def _at(self, name: str, index: int) -> Any:
        if name in self.settled:
            meaning = self.settled[name]
            return self._lookup(meaning, index - meaning.offset + self.choice.origin)
        if name in self.axis:
            return self._spread(name, lambda m: self._lookup(m, index - m.offset + self.choice.origin))
        if name in self.setting.aliases:
            return self._alias(name, index)
        raise Unreadable(name)

    def _spread(self, name: str, value: Any) -> NDArray[np.float64]:
        column = np.array([value(m) for m in self.candidates[name]], dtype=float)
        shape = [1] * self.rank
        shape[self.axis[name]] = len(column)
        return column.reshape(shape)

    def _loose(self, name: str, meaning: Meaning) -> float:
        if meaning.hyper:
            return self.trial.hyper[meaning.key]
        own = name == self.claim.name and self.claim.recurrent and not self.claim.indexed
        lag = (0 if self.on_left else 1) if own else meaning.lag
        return self._lookup(meaning, self.step - lag)

    def _lookup(self, meaning: Meaning, step: int) -> float:
        if meaning.hyper:
            return self.trial.hyper[meaning.key]
        if not 0 <= step <= STEPS:
            return float("nan")
        if self.on_left and self.choice.branch is not None and meaning.key in self.trial.branches:
            rows = self.trial.branches[meaning.key]
            return meaning.sign * rows[self.choice.branch][step] if self.choice.branch < len(rows) else float("nan")
        return meaning.sign * self.trial.values[meaning.key][step]

    def _alias(self, name: str, index: int | None) -> Any:
        """A symbol of the document's own: its definition, at the step that the index asks for."""
        claim = self.setting.aliases[name]
        before, aliases = self.clock, self.setting.aliases
        self.clock = before if index is None or not claim.indexed else index - claim.shift
        moved, self.step = self.step, self.step + self.clock - before
        self.setting = replace(self.setting, aliases={n: c for n, c in aliases.items() if n != name})
        left, self.on_left = self.on_left, False
        self.inside += 1
        try:
            return self.value(claim.right)
        finally:
            self.inside -= 1
            self.clock, self.step, self.on_left = before, moved, left
            self.setting = replace(self.setting, aliases=aliases)

    def _gradient(self, term: Term) -> Any:
        point = term.args[0]
        if point.head == "at" and point.name in self.setting.params and len(point.args) == 1:
            index = self._integer(point.args[0])
            if self.choice.label and term.name == "label":
                return self._answer(index + self.choice.origin)
            if point.name in self.settled:
                meaning = self.settled[point.name]
                return self._asked(meaning, index - meaning.offset + self.choice.origin)
            if point.name in self.axis:
                return self._spread(
                    point.name,
                    lambda m: self._asked(m, index - m.offset + self.choice.origin),
                )
        if point.head == "name" and point.name in self.setting.params:
            if not (point.name in self.axis or point.name in self.settled) or term.name == "label":
                return self._answer(self.step) if self.setting.model.asks_at_parameters else self._asked_before()
        return self.trial.oracle(self.step, self.value(point))

    def _answer(self, step: int) -> float:
        return self.trial.values[self.setting.model.gradient][step] if 0 <= step <= STEPS else float("nan")

    def _asked(self, meaning: Meaning, step: int) -> float:
        """The gradient drawn by the step that starts from the parameters at ``step``."""
        if meaning.hyper or not 0 <= step < STEPS:
            return float("nan")
        return float(self.trial.oracle(step + 1, self._lookup(meaning, step)))

    def _asked_before(self) -> float:
        start = self.trial.values[self.setting.model.params][self.step - 1]
        return float(self.trial.oracle(self.step, start))

    def _repeated(self, term: Term) -> Any:
        low, high = self._integer(term.args[0]), self._integer(term.args[1])
        if high - low > 50:
            raise Unreadable("range")
        result: Any = 0.0 if term.head == "sum" else 1.0
        shadowed = self.bound.get(term.name)
        self.inside += 1
        back = high < low - 1  # a sum over less than nothing takes away, so that sums join at any bound
        for i in range(high + 1, low) if back else range(low, high + 1):
            self.bound[term.name] = i
            x = self.value(term.args[2])
            match term.head, back:
                case "sum", False:
                    result = result + x
                case "sum", True:
                    result = result - x
                case _:
                    result = result / x if back else result * x
        self.inside -= 1
        self.bound.pop(term.name, None)
        if shadowed is not None:
            self.bound[term.name] = shadowed
        return result
