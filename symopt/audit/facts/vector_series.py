"""Taylor expansions in many variables: of a function, and of its gradient."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.audit.facts.translate import NotLinear, Quantity, expression
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide import linear_identity
from symopt.language import Sequence, Shape, dot, t, transpose
from symopt.language.dimensions import ShapeError, dimensions
from symopt.language.terms import Term
from symopt.rewrites import formula_mends, mended_latex

ROWS = "rows for columns"
LEFT_OUT = frozenset(
    {
        "square missing",
        "square where none belongs",
        "stray factor",
        "complement missing",
        "one vector for another",
        "inverse missing",
    }
)
value = Sequence("f", shape=Shape.SCALAR)[t]
g, h = (Sequence(name, shape=Shape.VECTOR)[t] for name in ("g", "h"))
K = Sequence("H", shape=Shape.MATRIX)[t]

_GRADIENT: list[tuple[Any, int]] = [(g + K * h, 2)]
_FUNCTION: list[tuple[Any, int]] = [
    (value + dot(g, h), 2), (value + dot(g, h) + dot(h, K * h) / 2, 3),
]  # fmt: skip


def vector_series_opinion(left: Term, symbol: str, right: Term, clocks: frozenset[str], source: str) -> Opinion | None:
    """What is to be said of an expansion in vectors; None for anything else."""
    if symbol not in ("=", "~"):
        return None
    found = _judged(left, right, clocks, symbol == "~")
    if found is None:
        return None
    rows, rewrite, sentence, whole = found
    if whole is None:
        verdict = Judgement.VARIANT if rows else Judgement.CORRECT
        return Opinion(verdict, "taylor-expansion", (ROWS,) if rows else (), proof="proved")
    relation = source[(left.span or (0, 0))[1] : (right.span or (0, 0))[0]].strip(" &") or "="
    fix = f"{mended_latex(left, left, source)} {relation} {mended_latex(right, whole, source)}"
    return Opinion(
        Judgement.ERRATUM, system="taylor-expansion", rewrite=rewrite, explanation=sentence, fix=fix, proof="refuted",
        witness={"claimed": source[slice(*(right.span or (0, 0)))], "correct": fix},
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _judged(
    left: Term, right: Term, clocks: frozenset[str], approximate: bool
) -> tuple[bool, str, str, Term | None] | None:
    point = left.args[0] if left.head in ("grad", "call") and len(left.args) == 1 else None
    if point is None or point.head != "add" or len(point.args) != 2:
        return None
    steps = {n for n in point.args[1].nodes() if n.head in ("name", "at")}
    if len(steps) != 1 or point.args[1].head not in ("name", "at"):
        return None
    step = point.args[1]
    known = _GRADIENT if left.head == "grad" else _FUNCTION
    found = _agrees(right, step, clocks, known, approximate)
    if found is None:
        return None
    if found[0]:
        return found[1], "", "", None
    for mistake, new in formula_mends(right, leaving_out=LEFT_OUT):
        again = _agrees(new, step, clocks, known, approximate)
        if again is not None and again[0]:
            return again[1], mistake.name, mistake.sentence, new
    return None


def _agrees(
    right: Term, step: Term, clocks: frozenset[str], known: list[tuple[Any, int]], approximate: bool
) -> tuple[bool, bool] | None:
    """Whether the side is one of the known expansions with a remainder that it has, and whether it writes rows."""
    rest = _remainder(right, step)
    if rest is None and not approximate:
        return None
    parts = right.args if right.head == "add" else (right,)
    kept = [a for a in parts if not (a.head == "call" and a.name == "O")]
    if len(kept) < 2:
        return None
    try:
        made = [_part(a, step, clocks) for a in kept]
    except (NotLinear, ShapeError):
        return None
    for expected, order in known:
        rows = False
        total: Any = sp.Integer(0)
        try:
            for part in made:
                row = dimensions(part) == ("1", "n")
                rows |= row
                total = total + (transpose(part) if row else part)
            proved = linear_identity(total, expected, symmetric=[K]).proved
        except ShapeError:
            return None
        if proved and (rest is None or rest <= order):
            return True, rows
    return False, False


def _part(term: Term, step: Term, clocks: frozenset[str]) -> Any:
    def meaning(q: Quantity) -> Any:
        if step.head == "name" and q == Quantity(step.name, None):
            return h
        if step.head == "at" and q.base == step.name:
            return h
        found = {"grad": g, "g": g, "hess": K, "H": K, "B": K, "D0": value, "f": value}.get(q.base)
        if found is None:
            raise NotLinear(q.base)
        return found

    return expression(term, clocks, meaning)


def _remainder(right: Term, step: Term) -> int | None:
    for node in right.nodes():
        if node.head == "call" and node.name == "O" and len(node.args) == 1:
            inner = node.args[0]
            power = 1
            if inner.head == "pow" and inner.args[1].value is not None:
                inner, power = inner.args[0], int(inner.args[1].value)
            if inner.head == "call" and inner.name in ("norm", "abs"):
                inner = inner.args[0]
            return power if inner == step else None
    return None
