"""A document's equation, tried on the runs of several models under many readings of its symbols at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.audit.arithmetic import apply
from symopt.audit.claims import Claim
from symopt.audit.runs import Array, answer, column, constant_answer, draws, expectation
from symopt.audit.trials import Axis, Bench, Candidates, Flags, Meaning, Places, Trial
from symopt.language.terms import Term

TOLERANCE = 1e-9
NEAR = 2 * TOLERANCE
"""Sides that agree differ by less than this share of the left one alone, which is quicker to see."""
AT_ONCE = 100_000
"""How many readings are tried at once, over all models."""
SHORT = 4096
"""Arrays of readings that cost little to keep."""
AGREEING = 400
"""How many readings that hold are kept of each model."""


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


_NOTHING = np.empty(0)
_SCALAR = (int, float)


class Unreadable(Exception):
    """The equation contains something that has no value in a model."""


@dataclass(frozen=True)
class Setting:
    """What a document says beside the equation that is tried.

    Args:
        aliases: symbols that the document defines for itself, replaced by their definitions.
        params: names under which the document takes gradients.
    """

    aliases: Mapping[str, Claim]
    params: frozenset[str]

    def branches(self, claim: Claim) -> bool:
        """Whether an equation has cases, signs or maxima, or an abbreviation that has some."""
        return claim.branches or any(alias.branches and name in claim.names for name, alias in self.aliases.items())


def agreements(
    setting: Setting,
    on: Bench,
    claim: Claim,
    candidates: Mapping[str, Candidates],
    choice: Choice,
    models: Places,
    sizes: Array,
) -> Iterator[tuple[int, dict[str, Meaning]]]:
    """The readings, out of all combinations of ``candidates``, under which the equation holds in every run.

    Args:
        setting: the rest of the document.
        on: the models that the numbers of ``models`` are of.
        claim: the equation.
        candidates: what each of its symbols may stand for.
        choice: how the rest of it is read.
        models: those to try.
        sizes: how many combinations there are in each of them.

    Returns:
        Each model's number with a reading that holds.
    """
    order = sizes.argsort(kind="stable")
    order = order[sizes[order] > 0]
    while len(order):
        # Together what fits: the last of them is the largest.
        fits = np.arange(1, len(order) + 1) * sizes[order] <= AT_ONCE
        count = max(int(fits.sum()), 1)
        with np.errstate(all="ignore"):
            found = _agreements(setting, on, claim, candidates, choice, models[np.sort(order[:count])])
        yield from found
        order = order[count:]


def _agreements(
    setting: Setting, on: Bench, claim: Claim, candidates: Mapping[str, Candidates], choice: Choice, models: Places
) -> Sequence[tuple[int, dict[str, Meaning]]]:
    names, rank = tuple(candidates), len(candidates)
    axes = {n: candidates[n].spread(models, i, rank) for i, n in enumerate(names)}
    shape = (len(models), *(axes[n].row.shape[i + 1] for i, n in enumerate(names)))
    first, *others = on.trials(claim, branches=setting.branches(claim))
    both = Sides(setting, on, claim, first, choice, models.reshape(-1, *([1] * rank)), axes).compare()
    if both is None:
        return ()
    agree, informed = (_broadcast(x, shape) for x in both)
    where, *rows = agree.nonzero()
    told, of = informed[(where, *rows)], models[where]
    kept = of >= 0
    for n, row in zip(names, rows, strict=True):
        kept &= row < candidates[n].counts[of]
    told, of, rows = told[kept], of[kept], [row[kept] for row in rows]
    for trial in others:
        if not len(told):
            return ()
        tried = trial.present[of].nonzero()[0]
        if not len(tried):
            continue
        flat = {n: candidates[n].at(of[tried], row[tried]) for n, row in zip(names, rows, strict=True)}
        both = Sides(setting, on, claim, trial, choice, of[tried], flat).compare()
        if both is None:
            return ()
        kept = of >= 0
        kept[tried] = both[0]
        told[tried] |= both[1]
        told, of, rows = told[kept], of[kept], [row[kept] for row in rows]
    return [
        (model, {n: candidates[n].meanings[model][i] for n, i in zip(names, row, strict=True)})
        for model, row in _first(of[told].tolist(), zip(*(row[told].tolist() for row in rows), strict=True))
    ]


def _first(models: Sequence[int], rows: Iterable[tuple[int, ...]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The first rows of each model."""
    seen: dict[int, int] = {}
    for model, row in zip(models, rows, strict=True):
        seen[model] = seen.get(model, 0) + 1
        if seen[model] <= AGREEING:
            yield model, row


def _broadcast(x: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    return x if x.shape == shape else np.broadcast_to(x, shape)


def _array(x: Any) -> Array:
    return x if isinstance(x, np.ndarray) and x.ndim else np.atleast_1d(x)


@dataclass
class Memo:
    """Values of an equation's parts, for variations of it that share them.

    Args:
        varying: abbreviations that are not always the same; nothing made from them is kept.
        full: whether from now on only short arrays are kept.
    """

    varying: frozenset[str] = frozenset()
    full: bool = False
    values: dict[tuple[object, ...], tuple[Term, Any]] = field(
        default_factory=dict[tuple[object, ...], tuple[Term, Any]]
    )


class Sides:
    """Values of an equation's two sides in one run of each model, over arrays of readings.

    Every array has the axes of ``number`` and of the readings, and last that of the coordinates.

    Args:
        setting: the rest of the document.
        on, trial: the models and their runs.
        claim: the equation.
        choice: how the rest of it is read.
        number: the model, for each reading.
        axes: what each of its symbols stands for.
        memo: where values are kept, if they are.
    """

    def __init__(
        self,
        setting: Setting,
        on: Bench,
        claim: Claim,
        trial: Trial,
        choice: Choice,
        number: Places,
        axes: Mapping[str, Axis],
        memo: Memo | None = None,
    ) -> None:
        self.setting, self.on, self.claim, self.trial, self.choice = setting, on, claim, trial, choice
        self.number, self.axes, self.memo = number, axes, memo
        self.step = trial.time if claim.step is None else claim.step
        self.clock = trial.time - choice.origin
        self.bound: dict[str, int] = {}
        self.opened: tuple[str, ...] = ()
        self.on_left = False
        self.last: tuple[Array | None, Array, Flags | None] = None, _NOTHING, None
        self.found: dict[tuple[str, int | None, int, bool], Any] = {}

    def compare(self, left_side: Term | None = None, right_side: Term | None = None) -> tuple[Flags, Flags] | None:
        """Where the sides agree or are both unknown, and where they agree on something; None where they have no value.

        To be called where NumPy's warnings are off.
        """
        try:
            self.on_left = True
            left = _array(self.value(left_side or self.claim.left))
            self.on_left = False
            right = _array(self.value(right_side or self.claim.right))
        except (Unreadable, KeyError, IndexError, RecursionError, OverflowError, TypeError, ValueError):
            return None
        if left is not self.last[0]:
            gone = np.isnan(left)
            self.last = left, NEAR * np.abs(left), gone if np.count_nonzero(gone) else None
        _, bound, gone = self.last
        gap = left - right
        agree = known = np.abs(gap, out=gap) <= bound
        if np.count_nonzero(agree):
            known = agree.copy()
            spots = agree.nonzero()
            agree[spots], known[spots] = self._closely(*(_broadcast(x, agree.shape)[spots] for x in (left, right)))
        if gone is not None:
            agree = agree | (gone & np.isnan(right))
        if agree.shape[-1] == 1:
            return agree[..., 0], known[..., 0]
        return np.asarray(agree.all(axis=-1)), np.asarray(known.any(axis=-1))

    def _closely(self, left: Array, right: Array) -> tuple[Flags, Flags]:
        """Which numbers agree, and which of them tell something: 0 = 0 does not, but at the start."""
        size = np.maximum(np.abs(left), np.abs(right))
        close = (np.abs(left - right) <= TOLERANCE * size) & np.isfinite(size)
        return close, close if self.claim.step == 0 else close & (size != 0)

    def value(self, term: Term) -> Any:
        memo = self.memo
        if memo is None or self.bound or not term.args or not memo.varying.isdisjoint(term.names()):
            return self._value(term)
        key = (id(term), self.on_left, self.clock, self.step, self.opened)
        known = memo.values.get(key)
        if known is not None:
            return known[1]
        value = self._value(term)
        if not memo.full or np.size(value) <= SHORT:
            memo.values[key] = (term, value)  # the term too, so that no other ever has its identity
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
                return expectation(self.value(term.args[0]))
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
        if (not isinstance(value, _SCALAR) and np.ndim(value)) or value != int(value):
            raise Unreadable("index")
        return int(value)

    def _name(self, name: str) -> Any:
        if name in self.bound:
            return self.bound[name]
        if name in self.claim.clocks:
            return self.clock
        if name in self.axes:
            return self._found(name, None)
        if name in self.setting.aliases:
            return self._alias(name, None)
        raise Unreadable(name)

    def _at(self, name: str, index: int) -> Any:
        if name in self.axes:
            return self._found(name, index)
        if name in self.setting.aliases:
            return self._alias(name, index)
        raise Unreadable(name)

    def _found(self, name: str, index: int | None) -> Any:
        """The values of a symbol at an index, or without one; worked out once."""
        key = (name, index, self.step, self.on_left)
        value = self.found.get(key)
        if value is None:
            axis = self.axes[name]
            if index is None:
                own = name == self.claim.name and self.claim.recurrent and not self.claim.indexed
                step = self.step - ((0 if self.on_left else 1) if own else axis.lag)
            else:
                step = index - axis.offset + self.choice.origin
            value = self.found[key] = self._lookup(axis, step)
        return value

    def _lookup(self, axis: Axis, step: Any) -> Any:
        """Values at a step, or an array of steps; a hyperparameter has its value at all of them."""
        table = self.trial.values
        if self.on_left and self.choice.branch is not None:
            table = self.trial.branches[self.choice.branch]
        return table[self.number, axis.row, column(step)] * axis.sign[..., None]

    def _alias(self, name: str, index: int | None) -> Any:
        """A symbol of the document's own: its definition, at the step that the index asks for."""
        claim = self.setting.aliases[name]
        before, aliases = self.clock, self.setting.aliases
        self.clock = before if index is None or not claim.indexed else index - claim.shift
        moved, self.step = self.step, self.step + self.clock - before
        self.setting = replace(self.setting, aliases={n: c for n, c in aliases.items() if n != name})
        opened, self.opened = self.opened, (*self.opened, name)
        left, self.on_left = self.on_left, False
        try:
            return self.value(claim.right)
        finally:
            self.clock, self.step, self.on_left, self.opened = before, moved, left, opened
            self.setting = replace(self.setting, aliases=aliases)

    def _gradient(self, term: Term) -> Any:
        point = term.args[0]
        if point.head == "at" and point.name in self.setting.params and len(point.args) == 1:
            index = self._integer(point.args[0])
            if self.choice.label and term.name == "label":
                return self._answer(index + self.choice.origin)
            if point.name in self.axes:
                axis = self.axes[point.name]
                return self._asked(axis, index - axis.offset + self.choice.origin)
        if point.head == "name" and point.name in self.setting.params:
            if point.name not in self.axes or term.name == "label":
                at_parameters = self.on.asks_at_parameters[self.number][..., None]
                return np.where(at_parameters, self._answer(self.step), self._asked_before())
        return self._oracle(self.step, self.value(point))

    def _oracle(self, step: Any, point: Any) -> Any:
        """The gradient drawn at a step, at a point."""
        if self.trial.stationary:
            return constant_answer(self.trial.seed, point)
        return answer(draws(self.trial.seed, self.on.coordinates)[:, column(step)], point)

    def _answer(self, step: int) -> Any:
        return self.trial.values[self.number, self.on.gradients[self.number], column(step)]

    def _asked(self, axis: Axis, step: Places) -> Any:
        """The gradient drawn by the step that starts from the parameters at ``step``."""
        return self._oracle(step + 1, self._lookup(axis, step))

    def _asked_before(self) -> Any:
        before = self.trial.values[self.number, self.on.params[self.number], column(self.step - 1)]
        return self._oracle(self.step, before)

    def _repeated(self, term: Term) -> Any:
        low, high = self._integer(term.args[0]), self._integer(term.args[1])
        if high - low > 50:
            raise Unreadable("range")
        result: Any = 0.0 if term.head == "sum" else 1.0
        shadowed = self.bound.get(term.name)
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
        self.bound.pop(term.name, None)
        if shadowed is not None:
            self.bound[term.name] = shadowed
        return result
