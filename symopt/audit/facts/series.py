"""Taylor expansions, derivatives as limits, finite differences: worked out as power series in the increment.

The function's derivatives at the point are free numbers D0, D1, ...; ``f(x + c h)`` is the series of D_j (c h)^j / j!.
An expansion with a remainder O(h^p) is right if both sides agree below h^p, a limit if nothing else is left at h = 0,
an approximation if what it leaves out vanishes with h.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.audit.witnesses import short
from symopt.decide import identity
from symopt.language import terms as T
from symopt.language.convert import to_sympy
from symopt.language.terms import Term
from symopt.rewrites import formula_mends, mended_latex

TERMS = 7
"""Terms of a series that are kept."""
h = sp.Symbol("h", real=True)
D = [sp.Symbol(f"D{i}", real=True) for i in range(2 * TERMS)]
LEFT_OUT = frozenset(
    {"square missing", "square where none belongs", "stray factor", "complement missing", "inverse missing"}
)
"""Mistakes that would mend a series at a strange place."""
_FUNCTIONS = frozenset({"transpose", "norm", "dot", "abs", "sqrt", "exp", "log", "O", "lim", "hessian"})


class _NotSeries(Exception):
    """A part that is no series in the increment."""


@dataclass(frozen=True)
class _Names:
    function: str
    point: Term
    step: Term


def series_opinion(left: Term, symbol: str, right: Term, source: str) -> Opinion | None:
    """What is to be said of an expansion, a limit or a difference; None for anything else."""
    found = _judged(left, symbol, right)
    if found is None:
        return None
    kind, rewrite, sentence, whole, witness = found
    if whole is None:
        return Opinion(Judgement.CORRECT, system=kind, proof="proved")
    relation = source[(left.span or (0, 0))[1] : (right.span or (0, 0))[0]].strip(" &") or "="
    fix = f"{mended_latex(left, whole.args[0], source)} {relation} {mended_latex(right, whole.args[1], source)}"
    return Opinion(
        Judgement.ERRATUM, system=kind, rewrite=rewrite, explanation=sentence, fix=fix, witness=witness,
        proof="refuted",
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _judged(left: Term, symbol: str, right: Term) -> tuple[str, str, str, Term | None, dict[str, str]] | None:
    whole = T.relation("=", left, right)
    names = _names(whole)
    if names is None or symbol not in ("=", "~"):
        return None
    kind = _kind(whole, symbol)
    if kind is None:
        return None
    low = _excess(whole, names, kind)
    if low is None:
        return None
    if low == 0:
        return kind, "", "", None, {}
    verdict = identity(low, sp.Integer(0))
    if not verdict.refuted or verdict.witness is None:
        return None
    for mistake, new in formula_mends(whole, leaving_out=LEFT_OUT):
        if new.head != "relation" or new.args[0] != left or _kind(new, symbol) != kind:
            continue
        if _excess(new, names, kind) == 0:
            values = {k: str(v) for k, v in verdict.witness.assignments.items()}
            witness = {**values, "claimed": short(verdict.witness.left), "correct": "0"}
            return kind, mistake.name, mistake.sentence, new, witness
    return None


def _kind(whole: Term, symbol: str) -> str | None:
    calls = [n for n in whole.nodes() if n.head == "call"]
    if any(n.name == "lim" for n in calls):
        return "derivative"
    if any(n.name == "O" for n in calls):
        return "taylor-expansion"
    if symbol == "~":
        return "taylor-expansion" if whole.args[0].head == "call" and _shifts(whole.args[0]) else "finite-difference"
    return None


def _shifts(call: Term) -> bool:
    return len(call.args) == 1 and call.args[0].head == "add"


def _names(whole: Term) -> _Names | None:
    """The one function, its point and the increment."""
    functions: set[str] = set()
    arguments: list[Term] = []
    for node in whole.nodes():
        if node.head == "call" and node.name not in _FUNCTIONS and len(node.args) == 1:
            functions.add(node.name.rstrip("'"))
            arguments.append(node.args[0])
        elif node.head == "grad":
            arguments.append(node.args[0])
    sums = [a for a in arguments if a.head == "add"]
    if len(functions) != 1 or not sums:
        return None
    plain = [a for a in arguments if a.head in ("name", "at")]
    point = plain[0] if plain else sums[0].args[0]
    if any(a != point and (a.head != "add" or a.args[0] != point) for a in arguments):
        return None
    steps = {n for a in sums for b in a.args[1:] for n in b.nodes() if n.head in ("name", "at")}
    if len(steps) != 1:
        return None
    return _Names(next(iter(functions)), point, next(iter(steps)))


def _excess(whole: Term, names: _Names, kind: str) -> Any:
    """What should vanish and does not: 0 where the statement is right; None where it cannot be told."""
    try:
        left, right = (_value(_without_rest(side, names), names) for side in whole.args)
        difference = sp.expand(left - right)
        rest = _rest(whole, names)
    except _NotSeries:
        return None
    if kind == "taylor-expansion" and rest is None:
        rest = _degree(sp.expand(right)) + 1
    if kind != "taylor-expansion":
        rest = 1
    if rest is None or rest > TERMS:
        return None
    parts = sp.Add.make_args(difference)
    low = [p for p in parts if _power(p) < rest]
    return sp.Add(*low)


def _power(part: Any) -> int:
    return int(part.as_coeff_exponent(h)[1])


def _degree(e: Any) -> int:
    return max((_power(p) for p in sp.Add.make_args(e)), default=0)


def _rest(whole: Term, names: _Names) -> int | None:
    """p of the lowest remainder O(h^p)."""
    found: list[int] = []
    for node in whole.nodes():
        if node.head == "call" and node.name == "O" and len(node.args) == 1:
            inner = node.args[0]
            power = 1
            if inner.head == "pow" and inner.args[1].value is not None:
                inner, power = inner.args[0], int(inner.args[1].value)
            inner = inner.args[0] if inner.head == "call" and inner.name in ("abs", "norm") else inner
            if inner != names.step:
                raise _NotSeries
            found.append(power)
    return min(found, default=None)


def _without_rest(side: Term, names: _Names) -> Term:
    """The side without remainders that are added to it, and without the limit around it."""
    if side.head == "call" and side.name == "lim":
        body, *going = side.args
        if len(going) != 1 or names.step.name not in str(going[0]):
            raise _NotSeries
        return body
    if side.head == "add":
        kept = [a for a in side.args if not (a.head == "call" and a.name == "O")]
        return T.add(*kept)
    return side


def _value(term: Term, names: _Names) -> Any:
    return to_sympy(term, lambda part: _own_value(part, names))


def _own_value(term: Term, names: _Names) -> Any:
    """The value of what means something of its own in an expansion; None for sums and products."""

    def go(part: Term) -> Any:
        return _value(part, names)

    if term == names.step:
        return h
    match term.head:
        case "number" | "add" | "neg" | "mul":
            return None
        case "div":
            bottom = go(term.args[1])
            if bottom.free_symbols - {h}:
                raise _NotSeries
            return sp.expand(go(term.args[0])) / bottom
        case "pow":
            exponent = go(term.args[1])
            if not exponent.is_Integer:
                raise _NotSeries
            return go(term.args[0]) ** exponent
        case "grad":
            return _series(term.args[0], 1, names)
        case "call" if len(term.args) == 1 and term.name.rstrip("'") == names.function:
            return _series(term.args[0], term.name.count("'"), names)
        case _:
            raise _NotSeries


def _series(point: Term, order: int, names: _Names) -> Any:
    if point == names.point:
        return D[order]
    shift = sum((_value(a, names) for a in point.args[1:]), sp.Integer(0))
    return sum((D[order + j] * shift**j / sp.factorial(j) for j in range(TERMS)), sp.Integer(0))
