"""The lines of a section read together, as a vector method's: what stands for what, and which line does not hold.

Each definition is run at random (`method_runs`), and a line is tried on the run under every reading of its letters
that is customary; readings of the lines are joined, those under which the most lines hold first. An agreement of
numbers is only a reason to look closer: what is said of a line is proved against the definition (`method_mends`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

import numpy as np

from symopt.audit.facts.method_runs import PROBES, Model, models
from symopt.audit.facts.translate import Quantity, quantities
from symopt.audit.facts.values import Array, NoValue, number, value
from symopt.language.terms import Term

BEAM = 30
TIED = 4
"""Readings of one definition that are as good as each other."""
COMPLETIONS = 24
CHOICES = 600
"""Readings of the letters that one line brings in."""
MAX_NODES = 120
TOLERANCE = 1e-7
RATE = (r"\alpha", r"\eta", "a", r"\lambda", r"\gamma", r"\epsilon", r"\mu", r"\tau", "t")
DIRECTION = ("d", "p", "s", "v", "h", r"\Delta x", r"\delta", r"\Delta")
MATRIX = ("H", "B", "A", "G", "C", "D", "W", "Q", "K", "M")
NAMES: Mapping[str, tuple[str, ...]] = {
    "x": ("x", "w", r"\theta", "z", "u", r"\beta", "X", "W", r"\omega"),
    "g": ("g", "G"),
    "grad": ("grad", "D1", "g"),
    "hess": ("hess", "D2", *MATRIX),
    "D0": ("D0", "F", "f"),
    "D1": ("D1", "jac", "J", "grad"),
    "d": DIRECTION,
    "p": DIRECTION,
    "r": ("r", "e"),
    "s": ("s", r"\Delta x", r"\delta", r"\Delta", "p", r"\Delta w", r"\Delta \theta"),
    "y": ("y", r"\Delta g", r"\gamma", "q", "z"),
    "A": MATRIX, "B": MATRIX, "H": MATRIX,
    r"\alpha": RATE,
    r"\eta": RATE,
    r"\beta": (r"\beta", "b", r"\gamma"),
    r"\rho": (r"\rho", r"\gamma"),
    "V": ("V",), "W": ("V",),
    "f_{min}": ("f_{min}", r"f_{\min}", "f^*", r"f^{*}", r"f^\star", r"f^{\star}", r"\hat{f}", r"\bar{f}"),
}  # fmt: skip
"""What texts call the quantities of definitions."""


@dataclass(frozen=True)
class Claimed:
    """A line of a section, as an equation."""

    place: int
    left: Term
    right: Term
    clocks: frozenset[str]
    source: str

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        sides = (*quantities(self.left, self.clocks), *quantities(self.right, self.clocks))
        return tuple(q for q in dict.fromkeys(sides) if q != Quantity("I", None))

    @property
    def bases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(q.base for q in self.quantities))


ASKED = frozenset({"grad", "hess", "jac", "D0", "D1", "D2", "D3"})
"""What functions asked at a point are called, as `translate` has them."""
Meaning = tuple[str, int]
"""A quantity of the definition, and how many steps its index lies behind the one that is written."""


@dataclass(frozen=True)
class Reading:
    """What the letters of a section stand for in a definition, and which lines hold so.

    Args:
        model: the definition.
        letters: for each base name, what it means.
        old: for each line, the bare letters' values on its right: 0 new, 1 of the step before.
        held, failed: lines that hold, and lines that do not.
    """

    model: Model
    letters: Mapping[str, Meaning]
    old: Mapping[int, int]
    held: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()

    def offset(self, q: Quantity, place: int, *, left: bool) -> tuple[str, int]:
        """The definition's quantity and its index from t."""
        name, shift = self.letters[q.base]
        if q.offset is None:
            return name, 0 if left or self.model.is_constant(name) else -self.old.get(place, 0)
        return name, q.offset - shift


def readings(lines: Sequence[Claimed]) -> list[Reading]:
    """The likeliest readings of a section's lines, of each definition those under which the most lines hold."""
    found = [reading for model in models() for reading in _joined(model, lines)]
    return sorted(found, key=lambda r: (-len(r.held), len(r.failed)))


def _joined(model: Model, lines: Sequence[Claimed]) -> list[Reading]:
    beam = [Reading(model, {}, {})]
    for line in sorted(lines, key=lambda c: len(c.bases)):
        nexts: list[Reading] = []
        for state in beam:
            made = list(_extended(state, line))
            nexts += made
            known = all(b in state.letters for b in line.bases)
            if not made or not known:
                failed = (*state.failed, line.place) if _is_of(model, line) else state.failed
                nexts.append(Reading(model, state.letters, state.old, state.held, failed))
        nexts.sort(key=lambda r: (len(r.failed) - len(r.held), len(r.letters)))
        beam = nexts[:BEAM]
    best = beam[0]
    alone = len(lines) == 1 and len(model.lines) == 1 and _is_whole(model, lines[0])
    if not (best.held or alone):
        return []
    return [r for r in beam if (len(r.held), len(r.failed)) == (len(best.held), len(best.failed))][:TIED]


def _is_whole(model: Model, line: Claimed) -> bool:
    """Whether a line asks all that the definition asks, so that it must mean it though no other line says so."""
    meant = {n for b in line.bases for n in model.shapes if b in NAMES.get(n, ())}
    return {"grad", "hess", "D0", "D1"} & model.shapes.keys() <= meant


def completed(reading: Reading, line: Claimed) -> Iterator[Reading]:
    """The reading with every way to take the letters that only this line has."""
    new = [b for b in line.bases if b not in reading.letters]
    bare = any(q.offset is None for q in line.quantities)
    choices = [_meanings(b, reading, line, anchored=i == 0 and not reading.letters) for i, b in enumerate(new)]
    made = ({**reading.letters, **dict(zip(new, chosen, strict=True))} for chosen in product(*choices))
    for letters in islice(filter(_makes_sense, made), COMPLETIONS):
        for old in (1, 0) if bare else (0,):
            yield replace(reading, letters=letters, old={**reading.old, line.place: old})


def _is_of(model: Model, line: Claimed) -> bool:
    """Whether every letter of a line may be one of the model's."""
    return all(any(base in NAMES.get(name, ()) for name in model.shapes) for base in line.bases)


def _extended(state: Reading, line: Claimed) -> Iterator[Reading]:
    """The readings under which a line holds too."""
    new = [b for b in line.bases if b not in state.letters]
    bare = any(q.offset is None for q in line.quantities)
    choices = [_meanings(b, state, line, anchored=i == 0 and not state.letters) for i, b in enumerate(new)]
    if any(not c for c in choices):
        return
    tried = 0
    for chosen in product(*choices):
        letters = {**state.letters, **dict(zip(new, chosen, strict=True))}
        if not _makes_sense(letters):
            continue
        for old in (0, 1) if bare else (0,):
            tried += 1
            if tried > CHOICES:
                return
            made = Reading(state.model, letters, {**state.old, line.place: old}, state.held, state.failed)
            if holds(made, line):
                yield Reading(made.model, letters, made.old, (*state.held, line.place), state.failed)


def _makes_sense(letters: Mapping[str, Meaning]) -> bool:
    """Whether no two letters mean the same, and functions have the index of the point at which they are asked."""
    names = [name for name, _ in letters.values() if name != "grad"]
    point = next((shift for name, shift in letters.values() if name == "x"), None)
    asked = {letters[base][1] for base in ASKED & letters.keys()}
    return len(set(names)) == len(names) and (point is None or asked <= {point})


def _meanings(base: str, state: Reading, line: Claimed, *, anchored: bool) -> list[Meaning]:
    named = [n for n in state.model.shapes if base in NAMES.get(n, ())]
    asked = base in ASKED
    if asked:
        named = [n for n in named if n in ("grad", "hess", "D0", "D1")]
    elif "g" in state.model.shapes:
        named = [n for n in named if n != "grad"]
    indexed = any(q.base == base and q.offset is not None for q in line.quantities)
    point = state.letters.get(next((b for b, (n, _) in state.letters.items() if n == "x"), ""))
    shifts = (0, 1, -1) if indexed else (0,)
    if asked and point is not None and indexed:
        shifts = (point[1],)
    if anchored:
        shifts = (0,)
    return [(n, shift) for n in named for shift in shifts]


def holds(reading: Reading, line: Claimed) -> bool:
    """Whether a line agrees with the run at every step that is tried."""
    try:
        return all(agree(*sides(reading, line, step)) for step in PROBES)
    except (NoValue, KeyError):
        return False


def sides(reading: Reading, line: Claimed, step: int) -> tuple[Array, Array]:
    """Both sides' values at a step."""

    def side(term: Term, *, left: bool) -> Array:
        def look(q: Quantity) -> Array:
            if q == Quantity("I", None):
                return reading.model.at("I", 0)
            name, offset = reading.offset(q, line.place, left=left)
            return reading.model.at(name, step + offset)

        return value(term, line.clocks, look)

    return side(line.left, left=True), side(line.right, left=False)


def agree(a: Array, b: Array) -> bool:
    """Whether two values are the same but for rounding; zero has every shape."""
    if a.shape != b.shape:
        zero = number(0.0)
        if not (np.array_equal(a, zero) or np.array_equal(b, zero)):
            return False
    return bool(np.abs(a - b).max() <= TOLERANCE * (1 + np.abs(a).max()))
