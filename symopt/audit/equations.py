"""The ways in which single equations of a group hold in models: which symbol plays which part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from symopt.audit.claims import Claim, gradient_variables
from symopt.audit.evaluate import Choice, Setting, agreements
from symopt.audit.models import STEP, Model, Parts
from symopt.audit.names import affinity, crossed, hyper_like, opposed
from symopt.audit.runs import Array
from symopt.audit.trials import Axis, Bench, Candidates, Flags, Meaning, axis_of, bench

STRANGE_NAME = 0.4
LABEL = 0.3
ORIGIN = 0.6
UNDEFINED = 0.5
FLIPPED = 0.6
GRID = 300_000
"""How many readings of one equation are tried at once."""
UNEXPLORED = 60
"""How many readings of one equation are kept, best names first."""


_MOST_SETTINGS = 3


@dataclass(frozen=True)
class Group:
    """Equations that describe one method together, each once; equal wherever they stand in the document."""

    claims: tuple[Claim, ...]

    @cached_property
    def defined(self) -> Mapping[str, Claim]:
        """The equation that gives each symbol at a symbolic step; of several, the first, a recurrence before others."""
        found: dict[str, Claim] = {}
        for claim in sorted(self.claims, key=lambda c: not c.recurrent):
            if claim.name and claim.step is None:
                found.setdefault(claim.name, claim)
        return found

    @cached_property
    def needed(self) -> frozenset[str]:
        """Symbols that another equation is made from; any of them, where the parameters move."""
        if any(c.recurrent and c.name in self.params for c in self.claims):
            return frozenset(self.defined)
        return frozenset(n for c in self.claims for n in c.right.names() - {c.name})

    @cached_property
    def tells_of_steps(self) -> bool:
        """Whether anything in it tells of steps; a layer's equations look like a part of many methods."""
        return any(c.tells_of_steps for c in self.claims)

    @cached_property
    def decimals(self) -> frozenset[Fraction]:
        """Numbers between 0 and 1 that are written where a decay rate could stand."""
        nodes = [n for c in self.claims for side in (c.left, c.right) for n in side.nodes()]
        return frozenset(n.value for n in nodes if n.value is not None and n.value.denominator > 1 and 0 < n.value < 1)

    @cached_property
    def constants(self) -> frozenset[Fraction]:
        """Numbers in place of a schedule's hyperparameters: in one equation that counts steps and asks no gradient."""
        claim = self.claims[0]
        if len(self.claims) > 1 or not self.may_schedule or not (claim.counts or self.continues):
            return frozenset()
        found = {n.value for n in claim.right.nodes() if n.value is not None and n.value > 0 and n.value != 1}
        return frozenset(found) if len(found) <= _MOST_SETTINGS else frozenset()

    @cached_property
    def may_schedule(self) -> bool:
        """Whether it may be a schedule: nothing is made from its own past, and no gradient is asked."""
        return self.continues or not any(c.recurrent or c.gradients for c in self.claims)

    @cached_property
    def continues(self) -> bool:
        """Whether it is a single hyperparameter's new value from its last one, ``\\eta_{t+1} = \\gamma \\eta_t``."""
        claim = self.claims[0]
        rate = affinity(claim.name, "eta", r"\eta", True) > 0 and all(hyper_like(n) for n in claim.names)
        return len(self.claims) == 1 and claim.recurrent and rate and not (claim.gradients or claim.cased)

    @cached_property
    def settable(self) -> int:
        """How many symbols of a single equation may be hyperparameters; what a value went out from is not written."""
        return len(self.claims[0].names - {self.claims[0].name}) + self.continues

    @cached_property
    def steps(self) -> frozenset[str]:
        """Symbols that may be how far the parameters move: differences, summands of an update, and by custom."""
        given = {n for n, c in self.defined.items() if not c.recurrent and not is_gradient(c)}
        updates = [c.right for c in self.claims if c.recurrent and c.right.head == "add" and len(c.right.args) == 2]
        added = {(a.args[0] if a.head == "neg" else a).name for right in updates for a in right.args}
        custom = {"u", "d", "p"} if len(self.claims) > 1 else set[str]()
        return frozenset(n for n in given if n.startswith("\\Delta") or n in added | custom)

    @cached_property
    def params(self) -> frozenset[str]:
        """The parameters' names: where gradients are asked, unless the group defines that point otherwise."""
        asked = gradient_variables(side for c in self.claims for side in (c.left, c.right))
        points = {n for n in asked if n in self.defined and not self.defined[n].recurrent}
        return asked - points


@dataclass(frozen=True)
class Fact:
    """One way in which an equation holds in a model."""

    claim: Claim
    choice: Choice
    meanings: Mapping[str, Meaning]
    lags: Mapping[str, int]
    cost: float


@dataclass(frozen=True)
class Part:
    """What a symbol may stand for, by its shape and by what its name rules out.

    Args:
        step: whether also the change of the parameters.
        name: the symbol, where its name may rule something out.
        kind: which quantities.
        flipped: whether their negatives too.
        hypers: whether hyperparameters, before the quantities.
        offsets, lags: see Meaning.
    """

    kind: Literal["params", "gradient", "states", "any", "none"]
    flipped: bool
    hypers: bool
    offsets: tuple[int, ...]
    lags: tuple[int, ...]
    name: str = ""
    step: bool = False


@lru_cache(maxsize=8192)
def meanings(part: Part, parts: Parts) -> tuple[tuple[Meaning, ...], Axis]:
    """What the symbol may stand for in a model, and the same as arrays."""
    hypers = parts.hypers if part.hypers else ()
    found = [Meaning(h, hyper=True) for h in hypers if not opposed(part.name, h)]
    keys = {
        "params": (parts.params,), "gradient": (parts.gradient,), "states": parts.states,
        "any": parts.quantities, "none": (),
    }[part.kind]  # fmt: skip
    if part.step and parts.has_step:
        keys = (*keys, STEP)
    found += [
        Meaning(key, False, sign, offset, lag)
        for key in keys
        for sign in ((1, -1) if part.flipped else (1,))
        if sign > 0 or key not in parts.one_sided
        for offset in part.offsets
        for lag in part.lags
    ]
    return tuple(found), axis_of(found, parts.rows)


@lru_cache(maxsize=4096)
def candidates(part: Part, on: Bench) -> Candidates:
    """What the symbol may stand for in each of several models."""
    found = [meanings(part, model.parts) for model in on.models]
    return Candidates([m for m, _ in found], [axis for _, axis in found])


class Reader:
    """How the equations of a group are read.

    Args:
        group: the equations.
        aliases: those that are taken for abbreviations.
    """

    def __init__(self, group: Group, aliases: Mapping[str, Claim]) -> None:
        self.group, self.aliases = group, aliases
        self.setting = Setting(aliases, group.params)
        self.tables: dict[tuple[Claim, Bench], Sequence[Sequence[Fact]]] = {}
        self.widths: dict[tuple[Claim, Bench], Flags] = {}

    def table(self, claim: Claim, on: Bench) -> Sequence[Sequence[Fact]]:
        """For each model, the ways in which the equation holds in it by itself; worked out once."""
        key = (claim, on)
        if key not in self.tables:
            self.tables[key] = self.facts(claim, on, {})
        return self.tables[key]

    def facts(self, claim: Claim, on: Bench, known: Mapping[str, Meaning]) -> Sequence[Sequence[Fact]]:
        """For each model, the ways in which the equation holds, cheapest first, given the meanings that are known."""
        found: list[list[Fact]] = [[] for _ in on.models]
        if not claim.evaluable:
            return found
        options = self.options(claim, on, known)
        sizes = _sizes(options, on)
        waiting = on.all[(sizes > 0) & (sizes <= GRID)]
        for choice, price in self.choices(claim, int(on.cases[waiting].max(initial=0))):
            ours = waiting[on.cases[waiting] > choice.branch] if choice.branch is not None else waiting
            for number, row in (
                agreements(self.setting, on, claim, options, choice, ours, sizes[ours]) if len(ours) else ()
            ):
                fact = self._fact(claim, on.models[number], choice, row, price)
                if fact is not None:
                    found[number].append(fact)
            if choice.origin == 0:
                waiting = np.array([i for i in waiting if not found[i]], dtype=np.intp)
        return [sorted(f, key=lambda fact: fact.cost)[:UNEXPLORED] for f in found]

    def wide(self, claim: Claim, on: Bench) -> Flags:
        """For each model, whether an equation has too many readings to be tried before others give its symbols."""
        key = (claim, on)
        if key not in self.widths:
            self.widths[key] = claim.evaluable & (_sizes(self.options(claim, on, {}), on) > GRID)
        return self.widths[key]

    def is_open(self, claim: Claim, model: Model, known: Mapping[str, Meaning]) -> bool:
        """The same for one model, given the meanings that are known."""
        on = bench((model,))
        return claim.evaluable and bool(_sizes(self.options(claim, on, known), on)[0] > GRID)

    def options(self, claim: Claim, on: Bench, known: Mapping[str, Meaning]) -> dict[str, Candidates]:
        """What each symbol of an equation may stand for, given what is known of some."""
        names = sorted(self.names(claim))
        return {
            n: self._known(known[n], n, claim, on) if n in known else candidates(self.part(n, claim), on) for n in names
        }

    def names(self, claim: Claim, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """Names to be read in an equation, those inside its abbreviations included."""
        names = claim.names
        for n in names & self.aliases.keys() - seen:
            names = (names - {n}) | self.names(self.aliases[n], seen | names & self.aliases.keys())
        return (names - self.aliases.keys()) | ({claim.name} - {""} - self.aliases.keys())

    def choices(self, claim: Claim, cases: int) -> Iterator[tuple[Choice, float]]:
        """How the rest of an equation may be read, with what each way costs."""
        branches: list[int | None] = [None]
        branches += range(cases if claim.right.head != "cases" and not claim.dated else 0)
        origins = (0, 1) if claim.shift == 1 or claim.counts else (0,)
        for origin in origins:
            for label in (False, True) if claim.labels else (False,):
                for branch in branches:
                    yield Choice(label, branch, origin), LABEL * label + ORIGIN * origin

    def _fact(
        self, claim: Claim, model: Model, choice: Choice, row: Mapping[str, Meaning], price: float
    ) -> Fact | None:
        if not self.distinct(row, model) or _says_nothing(claim, row):
            return None
        cost = price + sum(self.strangeness(n, m, model) for n, m in row.items())
        lags = {n: m.lag for n, m in row.items()}
        return Fact(claim, choice, {n: _unlagged(m) for n, m in row.items()}, lags, cost)

    def distinct(self, row: Mapping[str, Meaning], model: Model) -> bool:
        """Whether no two symbols stand for the same thing."""
        used = [(m.hyper, m.key) for n, m in row.items() if not self.is_shared(n, m, model)]
        return len(set(used)) == len(used) and not crossed({n: m.key for n, m in row.items() if m.hyper})

    def is_shared(self, name: str, meaning: Meaning, model: Model) -> bool:
        """Whether others may stand for the same: gradients, and what they are taken at, go by several names."""
        return meaning.key == model.gradient or name in self.group.params

    def strangeness(self, name: str, meaning: Meaning, model: Model) -> float:
        """What it costs to take a symbol for what it is seldom written for."""
        cost = STRANGE_NAME * (1 - affinity(name, meaning.key, model.latex_names[meaning.key], meaning.hyper))
        cost += FLIPPED * (meaning.sign < 0)
        if name not in self.group.defined and not meaning.hyper:
            cost += 0.15 * abs(meaning.offset)
            if meaning.key not in (model.gradient, model.params):
                cost += UNDEFINED
        return cost

    def part(self, name: str, claim: Claim) -> Part:
        """What a symbol of an equation may stand for, by its shape alone."""
        definition = self.group.defined.get(name)
        indexed = name in claim.timed
        offsets, lags = self._offsets(name, definition, indexed), self._lags(name, claim)
        if name in self.group.params:
            return Part("params", False, False, offsets, lags)
        if definition is None:
            quantities = indexed or not hyper_like(name)
            hypers = not indexed or hyper_like(name)
            return Part("any" if quantities else "none", False, hypers, offsets, lags, name if hypers else "")
        if self.group.continues and definition is claim:
            return Part("params", False, False, offsets, lags)
        if definition.recurrent:
            return Part("states", True, False, offsets, lags)
        if is_gradient(definition):
            return Part("gradient", False, False, offsets, lags)
        return Part("any", True, False, offsets, lags, step=name in self.group.steps)

    def _offsets(self, name: str, definition: Claim | None, indexed: bool) -> tuple[int, ...]:
        """Which index the step's new value may have; an assignment without one leaves that open."""
        if definition is None:
            return (0, -1, 1) if indexed else (0,)
        if not definition.indexed and any(name in c.timed for c in self.group.claims):
            return (0, 1)
        return (definition.shift,)

    def _known(self, meaning: Meaning, name: str, claim: Claim, on: Bench) -> Candidates:
        found = [meaning] if meaning.hyper else [replace(meaning, lag=lag) for lag in self._lags(name, claim)]
        return Candidates([found] * len(on.models), [axis_of(found, model.rows) for model in on.models])

    def loose(self, claim: Claim) -> frozenset[str]:
        """Names that stand without a time index in the equation or an abbreviation that it uses."""
        return claim.loose.union(*(a.loose for n, a in self.aliases.items() if n in claim.names))

    def _lags(self, name: str, claim: Claim) -> tuple[int, ...]:
        """A symbol without an index may mean its new value or the one before, unless it is the one being given."""
        return (0, 1) if name in self.loose(claim) and not (name == claim.name and claim.recurrent) else (0,)


def _sizes(options: Mapping[str, Candidates], on: Bench) -> Array:
    """How many readings an equation has in each model."""
    sizes = np.ones(len(on.models))
    for c in options.values():
        sizes *= c.counts
    return sizes


def is_gradient(claim: Claim) -> bool:
    """Whether an equation gives a gradient a name."""
    return claim.right.head == "grad"


def _unlagged(meaning: Meaning) -> Meaning:
    return replace(meaning, lag=0) if meaning.lag else meaning


def _says_nothing(claim: Claim, row: Mapping[str, Meaning]) -> bool:
    """Whether the equation only gives another name to the same thing."""
    sides = (claim.left, claim.right)
    if any(side.head not in ("name", "at") or side.name not in row for side in sides):
        return False
    return row[claim.left.name].key == row[claim.right.name].key
