"""The runs of several models side by side, so that an equation is tried on all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from symopt.audit.claims import Claim
from symopt.audit.models import Model, run_together
from symopt.audit.runs import FIRST_STEP, OTHER_TIMES, TIMES, Array

Places = NDArray[np.intp]
Flags = NDArray[np.bool_]


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


class Axis(NamedTuple):
    """Meanings as arrays that broadcast against each other: the row of a table of values, and the rest."""

    row: Places
    sign: Places
    offset: Places
    lag: Places


def axis_of(meanings: Sequence[Meaning], rows: Mapping[tuple[bool, str], int]) -> Axis:
    """Meanings in one model, whose table of values has those rows, in one row."""
    table = [(rows[m.hyper, m.key], m.sign, m.offset, m.lag) for m in meanings]
    return Axis(*np.array(table, dtype=np.intp).reshape(-1, 4).T)


class Candidates:
    """What one symbol may stand for in each of several models.

    Args:
        meanings: for each model, the meanings.
        axes: the same as arrays.
    """

    def __init__(self, meanings: Sequence[Sequence[Meaning]], axes: Sequence[Axis]) -> None:
        self.meanings = meanings
        self.counts = np.array([len(m) for m in meanings], dtype=np.intp)
        table = np.zeros((4, len(meanings), int(self.counts.max(initial=0))), dtype=np.intp)
        for i, axis in enumerate(axes):
            table[:, i, : len(axis.row)] = axis
        self.table = table

    def spread(self, models: Places, axis: int, rank: int) -> Axis:
        """The candidates of some models as one axis of a grid, whose first axis is the models'.

        Models with fewer candidates than the most have some that count for nothing.
        """
        most = int(self.counts[models].max(initial=0))
        shape = [len(models), *([1] * rank)]
        shape[axis + 1] = most
        return Axis(*self.table[:, models, :most].reshape(4, *shape))

    def at(self, models: Places, places: Places) -> Axis:
        """One candidate of each of some models, in one row."""
        return Axis(*self.table[:, models, places])


@dataclass(frozen=True)
class Trial:
    """One run of each model.

    Args:
        time: the step at which claims with a symbolic time are tried.
        seed: what the oracle's functions are drawn from.
        values: model, row, step, coordinate.
        branches: the same for each case of what is defined by cases.
        present: which models have this run.
        stationary: whether the gradients do not change, so that an expectation is the mean of the coordinates.
    """

    time: int
    seed: int
    values: Array
    branches: tuple[Array, ...]
    present: Flags
    stationary: bool = False


class Bench:
    """Models whose runs lie side by side.

    Args:
        models: all with the same number of coordinates.
    """

    def __init__(self, models: Sequence[Model]) -> None:
        self.models = tuple(models)
        self.coordinates = models[0].coordinates
        self.params = np.array([m.rows[False, m.params] for m in models])
        self.gradients = np.array([m.rows[False, m.gradient] for m in models])
        self.asks_at_parameters = np.array([m.asks_at_parameters for m in models])
        self.all = np.arange(len(models))

    @cached_property
    def cases(self) -> Places:
        """How many cases each model tells apart."""
        run_together(self.models)
        return np.array([len(m.runs.branches) for m in self.models])

    def trials(self, claim: Claim, *, branches: bool) -> Sequence[Trial]:
        """The runs that an equation has to hold in; more of them where it has cases, signs or maxima."""
        if claim.expects:
            return self.stationary
        first = self.first_steps if claim.cased else ()
        again = self.again if branches and claim.step is None else ()
        return (*self.moving, *first, *again)

    @cached_property
    def moving(self) -> tuple[Trial, ...]:
        run_together(self.models)
        longest = max((m.times for m in self.models), key=len)
        return tuple(self._trial(i, time) for i, time in enumerate(longest))

    @cached_property
    def again(self) -> tuple[Trial, ...]:
        """Every run, tried at its other steps too: two signs or maxima seldom differ at one."""
        runs = (*self.moving, self.first_steps[0])
        return tuple(replace(trial, time=time) for trial in runs for time in OTHER_TIMES if time != trial.time)

    @cached_property
    def first_steps(self) -> tuple[Trial, ...]:
        """A run tried at its first step, for equations that tell it from the others, whether they count from 1 or 0."""
        run_together(self.models)
        first = self._stacked([len(m.times) for m in self.models], 1, FIRST_STEP)
        return first, replace(first, time=2)

    @cached_property
    def stationary(self) -> tuple[Trial, ...]:
        everywhere = np.ones(len(self.models), dtype=bool)
        tables = [m.stationary.values for m in self.models]
        return tuple(
            Trial(time, i + 1, stacked([t[i] for t in tables]), (), everywhere, stationary=True)
            for i, time in enumerate(TIMES)
        )

    def _trial(self, i: int, time: int) -> Trial:
        return self._stacked([i if i < len(m.times) else -1 for m in self.models], time, i + 1)

    def _stacked(self, runs: Sequence[int], time: int, seed: int) -> Trial:
        """One run of each model, by its number; -1 for none."""
        found = [m.runs for m in self.models]
        cases = max(len(f.branches) for f in found)

        def together(tables: Iterable[Array]) -> Array:
            return stacked([table[i] for table, i in zip(tables, runs, strict=True)])

        # A model with fewer cases is never asked for the others.
        branches = ([f.branches[b] if b < len(f.branches) else f.values for f in found] for b in range(cases))
        present = np.array([i >= 0 for i in runs])
        return Trial(time, seed, together(f.values for f in found), tuple(map(together, branches)), present)


def stacked(tables: Sequence[Array]) -> Array:
    """Tables side by side, those with fewer rows filled up."""
    most = max(len(table) for table in tables)
    found = np.full((len(tables), most, *tables[0].shape[1:]), np.nan)
    for i, table in enumerate(tables):
        found[i, : len(table)] = table
    return found


@lru_cache(maxsize=512)
def bench(models: tuple[Model, ...]) -> Bench:
    """The models' bench, made once."""
    return Bench(models)
