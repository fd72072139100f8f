"""Equations of vector-valued methods, recognised one at a time and held against what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from symopt.audit.facts.entries import Entry, entries
from symopt.audit.facts.sizes import fits
from symopt.audit.facts.spelling import vectors_told
from symopt.audit.facts.translate import NotLinear, Quantity, expression, points, quantities
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.audit.witnesses import short
from symopt.decide import linear_identity, misfit
from symopt.decide.verdict import Verdict
from symopt.language import Sequence, Shape, t
from symopt.language import terms as T
from symopt.language.dimensions import ShapeError, dimensions
from symopt.language.symbols import At
from symopt.language.terms import Term
from symopt.rewrites import Rewrite, formula_mends, mended_latex
from symopt.rewrites.formula_mends import inverts_a_letter, swaps, with_parts
from symopt.rewrites.formula_mistakes import MISSING, SWAPPED

MENDINGS = 600
"""How many ways of mending one formula are tried."""
MISFIT, TURNED = "transpose misplaced", "transpose missing"
LEFT_OUT = frozenset({"stray factor", "complement missing", "transpose missing", "square where none belongs"})
"""Mistakes that would mend an equation of vectors at a strange place."""
_DAMPING = frozenset({"factor wrong"})
DAMPED: Mapping[str, frozenset[str]] = dict.fromkeys(
    ("newton", "newton-1d", "newton-root", "newton-root-system", "newton-damped"), _DAMPING
)
"""Methods of which a share of the step, or twice the step, may be meant: it is damped, or the root is double."""
_ABBREVIATION = re.compile(r"\^\{?[A-Z]{2,}\+?\}?$")
"""Whose formula it is, as a superscript: ``\\beta^{FR}``."""
_ORACLES = frozenset({"grad", "hess", "jac", "D0", "D1", "D2", "D3"})


@dataclass(frozen=True)
class Reading:
    """What each base name of a formula stands for, and which index is the sequence's newest."""

    sequences: Mapping[str, Sequence]
    newest: Mapping[str, int]
    halves: frozenset[str]

    def meaning(self, q: Quantity, *, left: bool) -> Any:
        sequence = self.sequences[q.base]
        if q.offset is None:
            lag = 0 if left or q.base not in self.halves else 1
            return sequence[t - lag - self.newest[q.base]]
        return sequence[t + q.offset - self.newest[q.base]]


def update_opinion(
    left: Term, right: Term, clocks: frozenset[str], source: str, *, beside: frozenset[str] = frozenset()
) -> Opinion | None:
    """What is to be said of an equation; None where it is none of those that are known.

    Args:
        left, right: its sides.
        clocks: the document's time variables.
        source: the text that spans refer to.
        beside: methods that lines nearby are known to give, so that names tell more.
    """
    left, right = vectors_told(left, source), vectors_told(right, source)
    found = _judged(left, right, clocks, beside)
    if found is None:
        return None
    entry, verdict, mistake, whole, reading = found
    if mistake is None or whole is None:
        return Opinion(Judgement.CORRECT, system=entry.system, proof=verdict.status.value, reading=reading)
    fix = f"{mended_latex(left, whole.args[0], source)} = {mended_latex(right, whole.args[1], source)}"
    witness = verdict.witness
    shown = {} if witness is None else {
        **{_short(k): str(v) for k, v in list(witness.assignments.items())[:12]},
        "claimed": short(witness.left), "correct": short(witness.right),
    }  # fmt: skip
    return Opinion(
        Judgement.ERRATUM, system=entry.system, rewrite=mistake.name, explanation=mistake.sentence, fix=fix,
        witness=shown, proof=verdict.status.value, reading=reading,
    )  # fmt: skip


def _short(name: str) -> str:
    return name.replace("[t - 1]", "_old").replace("[t]", "")


@lru_cache(maxsize=2048)
def _judged(
    left: Term, right: Term, clocks: frozenset[str], beside: frozenset[str]
) -> tuple[Entry, Verdict, Rewrite | None, Term | None, dict[str, str]] | None:
    if not _is_candidate(left, right, clocks):
        return None
    near: list[tuple[Entry, Reading]] = []
    misfits: list[tuple[Entry, Reading]] = []
    for entry in entries():
        for reading in _readings(entry, left, right, clocks):
            verdict = _holds(entry, reading, left, right, clocks)
            if verdict is not None and verdict.proved:
                return entry, verdict, None, None, _shown(reading)
            if verdict is not None and verdict.refuted:
                near.append((entry, reading))
            if verdict is None and entry.telling and (not entry.sizes or _turns(left) or _turns(right)):
                misfits.append((entry, reading))
    for entry, reading in [*(n for n in near if n[0].telling or n[0].system in beside), *misfits]:
        found = _explained(entry, reading, left, right, clocks)
        if found is not None:
            return found
    return None


def _shown(reading: Reading) -> dict[str, str]:
    return {base: str(sequence) for base, sequence in reading.sequences.items() if base not in _ORACLES}


def _is_candidate(left: Term, right: Term, clocks: frozenset[str]) -> bool:
    nodes = [n for side in (left, right) for n in side.nodes()]
    if len(nodes) > 120 or any(n.head in ("sum", "prod", "cases", "relation", "expect") for n in nodes):
        return False
    return any(
        n.head in ("grad", "neg", "div", "add") or (n.head == "call" and n.name not in ("O", "lim")) for n in nodes
    )


def _readings(entry: Entry, left: Term, right: Term, clocks: frozenset[str]) -> Iterator[Reading]:
    """Every way in which the formula's names can be the entry's, under its customary names."""
    sides = [quantities(side, clocks) for side in (left, right)]
    bases = list(dict.fromkeys(q.base for side in sides for q in side if q.base != "I"))
    asked = points(T.relation("=", left, right), clocks)
    choices: list[list[Sequence]] = []
    for base in bases:
        named = [s for s, names in entry.names if _ABBREVIATION.sub("", base) in names]
        free = [s for s, names in entry.names if not names] if base not in _ORACLES else []
        plausible = base in asked or (sides[0] and base == sides[0][0].base and len(sides[0]) == 1)
        choices.append(named or (free if plausible else []))
    if not bases or any(not c for c in choices):
        return
    lags = _lags(entry)
    for chosen in product(*choices):
        if len(set(chosen)) < len(chosen):
            continue
        sequences = dict(zip(bases, chosen, strict=True))
        yield from _placed(sequences, lags, sides)


def _lags(entry: Entry) -> dict[Sequence, set[int]]:
    found: dict[Sequence, set[int]] = {}
    for value in (entry.left - entry.right).atoms(At):
        found.setdefault(value.base, set()).add(int(t - value.index))
    for name, stands_for in entry.implied:
        for value in (name, *stands_for.atoms(At)):
            found.setdefault(value.base, set()).add(int(t - value.index))
    return found


def _placed(
    sequences: Mapping[str, Sequence], lags: Mapping[Sequence, set[int]], sides: list[list[Quantity]]
) -> Iterator[Reading]:
    """The readings with each base's newest index decided; oracles go by the parameters they are asked at."""
    newest: dict[str, list[int]] = {}
    halves: set[str] = set()
    for base, sequence in sequences.items():
        held = lags.get(sequence, {0})
        own = [[q.offset for q in side if q.base == base] for side in sides]
        offsets = [o for side in own for o in side if o is not None]
        if not offsets:
            newest[base] = [0 if len(held) == 2 else min(held)]
            if len(held) == 2:
                halves.add(base)
        elif len(held) == 2 and len(set(offsets)) == 1 and not own[0]:
            newest[base] = [offsets[0] + lag for lag in sorted(held, reverse=True)]
        else:
            newest[base] = [max(offsets) + min(held)]
    parameters = [b for b in sequences if b not in _ORACLES and any(o in sequences for o in _ORACLES)]
    indexed = [b for b in parameters if any(q.offset is not None for side in sides for q in side if q.base == b)]
    for combination in product(*newest.values()):
        made = dict(zip(newest, combination, strict=True))
        anchor = next((b for b in indexed if sequences[b].name in ("x", "u") and len(lags[sequences[b]]) == 2), None)
        if anchor is not None:
            for oracle in _ORACLES & made.keys():
                made[oracle] = made[anchor]
        yield Reading(sequences, made, frozenset(halves))


def _sides(reading: Reading, left: Term, right: Term, clocks: frozenset[str]) -> tuple[Any, Any] | None:
    try:
        return _shaped(reading, left, right, clocks)
    except (NotLinear, KeyError, ShapeError):
        return None


def _shaped(reading: Reading, left: Term, right: Term, clocks: frozenset[str]) -> tuple[Any, Any]:
    made = (
        expression(left, clocks, lambda q: reading.meaning(q, left=True)),
        expression(right, clocks, lambda q: reading.meaning(q, left=False)),
    )
    shapes = [dimensions(side) for side in made if side != 0]
    if len(set(shapes)) > 1:
        raise ShapeError(f"the left side is {' x '.join(shapes[0])}, the right one {' x '.join(shapes[1])}")
    return made


def _clash(entry: Entry, reading: Reading, left: Term, right: Term, clocks: frozenset[str]) -> str:
    """Which shapes disagree; "" where they fit."""
    try:
        sides = _shaped(reading, left, right, clocks)
    except (NotLinear, KeyError, ShapeError) as error:
        return str(error)
    if entry.sizes and not fits(sides, *entry.sizes):
        return f"n examples of d weights fit {entry.sizes[0]} neither as its rows nor as its columns"
    return ""


def _turns(side: Term) -> bool:
    return any(node.name == "transpose" for node in side.nodes())


def _holds(entry: Entry, reading: Reading, left: Term, right: Term, clocks: frozenset[str]) -> Verdict | None:
    """Whether the formula says what the entry says, one side for the other at most."""
    sides = _sides(reading, left, right, clocks)
    if sides is None:
        return None
    if entry.sizes and not fits(sides, *entry.sizes):
        return None
    implied = dict(entry.implied)
    claimed, known = ((a - b).xreplace(implied) for a, b in (sides, (entry.left, entry.right)))
    if not (claimed.atoms(At) >= {entry.left} if isinstance(entry.left, At) and entry.left not in implied else True):
        return None
    first = linear_identity(claimed, known, symmetric=entry.symmetric, limit=1.0)
    if first.proved:
        return first
    second = linear_identity(claimed, -known, symmetric=entry.symmetric, limit=1.0)
    return second if second.proved else first


def _explained(
    entry: Entry, reading: Reading, left: Term, right: Term, clocks: frozenset[str]
) -> tuple[Entry, Verdict, Rewrite | None, Term | None, dict[str, str]] | None:
    whole = T.relation("=", left, right)
    vectors = tuple(b for b, s in reading.sequences.items() if s.shape is Shape.VECTOR and b not in _ORACLES)
    clash = _clash(entry, reading, left, right, clocks)
    used = set(reading.sequences.values())
    left_out = LEFT_OUT - {TURNED} if entry.sizes else LEFT_OUT | DAMPED.get(entry.system, frozenset())
    mends = sorted(formula_mends(whole, signs=entry.settled, leaving_out=left_out), key=lambda m: m[0].name != TURNED)
    unused = [names[0] for s, names in entry.names if s.shape is Shape.VECTOR and names and s not in used]
    candidates = [
        *mends,
        *((SWAPPED, w) for w in swaps(whole, (*vectors, *unused))),
        *((MISSING, T.relation("=", left, w)) for w in with_parts(right, _parts(whole, reading))),
    ]
    if clash:
        candidates = [(m, w) for m, w in candidates if m.name in (MISFIT, TURNED)]
    tried: set[Any] = set()
    for mistake, new in candidates[:MENDINGS]:
        if new.head != "relation" or new.args[0] != left or inverts_a_letter(new, whole):
            continue
        extra = {q.base for q in quantities(new, clocks)} - reading.sequences.keys() - {"I"}
        readings = [reading] if not extra else list(_readings(entry, new.args[0], new.args[1], clocks))
        for other in readings:
            sides = _sides(other, new.args[0], new.args[1], clocks)
            if sides is None or (sides, id(other)) in tried:
                continue
            tried.add((sides, id(other)))
            if not _quick(entry, sides):
                continue
            verdict = _holds(entry, other, new.args[0], new.args[1], clocks)
            if verdict is not None and verdict.proved:
                refuted = misfit(clash) if clash else _refutation(entry, reading, left, right, clocks)
                return None if refuted is None else (entry, refuted, mistake, new, _shown(other))
    return None


def _parts(whole: Term, reading: Reading) -> list[Term]:
    """The numbers and matrices that the formula has, which may be missing elsewhere in it."""
    leaves = dict.fromkeys(n.unspanned() for n in whole.nodes() if n.head in ("at", "name"))
    shapes = {base: s.shape for base, s in reading.sequences.items()}
    return [leaf for leaf in leaves if shapes.get(leaf.name) in (Shape.SCALAR, Shape.MATRIX)]


def _quick(entry: Entry, sides: tuple[Any, Any]) -> bool:
    """Whether the two agree on random numbers, before anything is proved."""
    implied = dict(entry.implied)
    known = (entry.left - entry.right).xreplace(implied)
    claimed = (sides[0] - sides[1]).xreplace(implied)
    if claimed.atoms(At) != known.atoms(At):
        return False
    a, b = (_worked_out(e, entry.symmetric) for e in (claimed, known))
    if a is None or b is None:
        return True
    scale = np.abs(b).max() + 1
    return any(np.abs(a - sign * b).max() < 1e-8 * scale for sign in (1, -1))


def _worked_out(e: Any, symmetric: tuple[Any, ...]) -> Any:
    """The value on random vectors of three coordinates."""
    # SciPy takes a second to load, and only wrong formulas need it.
    from symopt.kernels.linear_algebra import Step, compiled
    from symopt.kernels.oracle import Oracle

    random = np.random.default_rng(5)
    values: dict[At, Any] = {}
    for value in sorted(e.atoms(At), key=str):
        size = {Shape.SCALAR: (), Shape.VECTOR: (3,), Shape.MATRIX: (3, 3)}[value.base.shape]
        made = random.uniform(0.5, 1.5, size) + (np.eye(3) if len(size) == 2 else 0)
        values[value] = made + made.T if value in symmetric else made
    try:
        return np.asarray(compiled(e, {}, True)(Step(Oracle(), 1, np.zeros(3), *_columns(values))))
    except (ArithmeticError, TypeError, KeyError, ValueError):
        return None


def _columns(values: Mapping[At, Any]) -> tuple[dict[str, Any], dict[str, tuple[Any, ...]]]:
    now = {v.base.name: x for v, x in values.items() if v.index == t}
    return now, {v.base.name: (x,) for v, x in values.items() if v.index == t - 1}


def _refutation(entry: Entry, reading: Reading, left: Term, right: Term, clocks: frozenset[str]) -> Verdict | None:
    """Small matrices at which the formula as written is wrong."""
    sides = _sides(reading, left, right, clocks)
    if sides is None:
        return None
    implied = dict(entry.implied)
    if sides[0] == entry.left:
        pair = sides[1].xreplace(implied), sp.sympify(entry.right, strict=True).xreplace(implied)
    else:
        pair = (sides[0] - sides[1]).xreplace(implied), (entry.left - entry.right).xreplace(implied)
    verdict = linear_identity(*pair, symmetric=entry.symmetric, limit=2.0)
    return verdict if verdict.refuted else None
