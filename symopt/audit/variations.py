"""Variations of a wrong equation, tried quickly: the sieve in front of reading each of them anew.

Variations share most of their parts; the value of a shared part is worked out once a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import Any, Protocol

import numpy as np

from symopt.audit.claims import Claim
from symopt.audit.equations import GRID, Group, Reader
from symopt.audit.evaluate import Choice, Memo, Setting, Sides
from symopt.audit.models import Model
from symopt.audit.trials import Candidates, Meaning, axis_of, bench

PROBES = 2000
"""How many readings of one equation are told apart to try variations of it on."""


class Variations(Protocol):
    """Variations of one equation."""

    def may_hold(self, mended: Claim) -> bool:
        """Whether a variation is worth reading: False only where no reading of it holds."""
        ...


def variations(
    group: Group, aliases: Mapping[str, Claim], model: Model, claim: Claim, known: Mapping[str, Meaning]
) -> Variations:
    """Variations of an equation in a model, under every reading of its symbols that agrees with what is known.

    Where there are not too many readings, each is tried in every run; else all on a grid, in one run.
    """
    reader, on = Reader(group, aliases), bench((model,))
    options = {n: [m] for n, m in known.items()}
    options |= {n: c.meanings[0] for n, c in reader.options(claim, on, known).items()}
    if prod(len(o) for o in options.values()) <= PROBES:
        rows = [dict(zip(options, row, strict=True)) for row in product(*options.values())]
        # A name that only a variation has may stand for what another does: no variation has both.
        own = reader.names(claim)
        rows = [row for row in rows if reader.distinct({n: m for n, m in row.items() if n in own}, model)]
        if rows:
            return _Listed(reader, model, claim, rows)
    return _Grid(reader, model, claim, known)


class _Listed:
    """Every reading in every run."""

    def __init__(self, reader: Reader, model: Model, claim: Claim, rows: Sequence[Mapping[str, Meaning]]) -> None:
        choices = reader.choices(claim, int(bench((model,)).cases[0]))
        self.probes = [_Probe(reader.setting, model, claim, rows, choice) for choice, _ in choices]

    def may_hold(self, mended: Claim) -> bool:
        with np.errstate(all="ignore"):
            return any(p.holds(mended) for p in self.probes)


class _Probe:
    def __init__(
        self, setting: Setting, model: Model, claim: Claim, rows: Sequence[Mapping[str, Meaning]], choice: Choice
    ) -> None:
        on = bench((model,))
        axes = {n: axis_of([row[n] for row in rows], model.rows) for n in rows[0]}
        number = np.zeros(len(rows), dtype=np.intp)
        self.count = len(rows)
        trials = on.trials(claim, branches=setting.branches(claim))
        self.runs = [Sides(setting, on, claim, trial, choice, number, axes, Memo()) for trial in trials]

    def holds(self, mended: Claim) -> bool:
        agree: Any = True
        informed: Any = False
        for run in self.runs:
            both = run.compare(mended.left, mended.right)
            if both is None:
                return False
            agree, informed = both[0] & agree, both[1] | informed
            if not np.count_nonzero(agree):
                return False
        return bool(np.count_nonzero(agree & informed))


class Abbreviated:
    """Equations that use one abbreviation, for which others are tried.

    Args:
        group, aliases, model, claims, known: what is read.
        name: the abbreviation that varies.
    """

    def __init__(
        self,
        group: Group,
        aliases: Mapping[str, Claim],
        model: Model,
        claims: Iterable[Claim],
        known: Mapping[str, Meaning],
        name: str,
    ) -> None:
        reader = Reader(group, aliases)
        self.grids = [_Grid(reader, model, claim, known, name) for claim in claims]

    def may_hold(self, aliases: Mapping[str, Claim]) -> bool:
        """Whether the equations are worth reading with these abbreviations."""
        return all(grid.may_hold_with(aliases) for grid in self.grids)


class _Grid:
    """All readings at once, in the first run; a variation whose symbols have no place in the grid may always hold."""

    def __init__(
        self, reader: Reader, model: Model, claim: Claim, known: Mapping[str, Meaning], varied: str = ""
    ) -> None:
        self.reader, self.claim, self.known = reader, claim, known
        self.on = bench((model,))
        others = {n: [m] if m.hyper else [m, replace(m, lag=1)] for n, m in known.items()}
        self.options = {n: Candidates([found], [axis_of(found, model.rows)]) for n, found in others.items()}
        self.options |= reader.options(claim, self.on, known)
        self.open = prod(int(c.counts[0]) for c in self.options.values()) > GRID
        self.own, self.loose = reader.names(claim), reader.loose(claim)
        self.varying = _made_from(varied, reader.aliases)
        self.sides: dict[Choice, Sides] = {}

    def may_hold(self, mended: Claim) -> bool:
        claim = self.claim
        alike = mended.recurrent == claim.recurrent and mended.expects == claim.expects
        if self.open or not alike or mended.left.head != claim.left.head or not self._has(self.reader, mended):
            return True
        return self._agree(mended, self.reader)

    def may_hold_with(self, aliases: Mapping[str, Claim]) -> bool:
        """The same for the equation as it is, where the abbreviation that varies is another."""
        reader = Reader(self.reader.group, aliases)
        return self.open or not self._has(reader, self.claim) or self._agree(self.claim, reader)

    def _has(self, reader: Reader, mended: Claim) -> bool:
        """Whether every symbol's candidates are among the grid's."""
        names = reader.names(mended)
        fresh = reader.loose(mended) & self.own - self.loose
        moved = (mended.timed ^ self.claim.timed) & names - self.known.keys()
        return names <= self.options.keys() and not fresh and not moved

    def _agree(self, mended: Claim, reader: Reader) -> bool:
        choices = reader.choices(mended, int(self.on.cases[0]))
        with np.errstate(all="ignore"):
            return any(self._agrees(mended, choice, reader.setting) for choice, _ in choices)

    def _agrees(self, mended: Claim, choice: Choice, setting: Setting) -> bool:
        if choice not in self.sides:
            self.sides[choice] = self._prepared(choice)
        sides = self.sides[choice]
        sides.setting = setting
        both = sides.compare(mended.left, mended.right)
        return both is not None and bool(np.count_nonzero(both[0]))

    def _prepared(self, choice: Choice) -> Sides:
        """The sides, with the values of all their parts at hand."""
        models, rank = self.on.all, len(self.options)
        axes = {n: c.spread(models, i, rank) for i, (n, c) in enumerate(self.options.items())}
        number = models.reshape(-1, *([1] * rank))
        memo = Memo(self.varying)
        sides = Sides(
            self.reader.setting,
            self.on,
            self.claim,
            self.on.trials(self.claim, branches=False)[0],
            choice,
            number,
            axes,
            memo,
        )
        sides.compare()
        memo.full = True
        return sides


def _made_from(name: str, aliases: Mapping[str, Claim]) -> frozenset[str]:
    """The abbreviation and those that use it, directly or not."""
    found = {name}
    while new := {n for n, a in aliases.items() if a.names & found} - found:
        found |= new
    return frozenset(found)
