"""What is to be said of a line that is read as a method's: proved, or mended by undoing one mistake.

A line is put into the definition's own letters and indices, mistakes are undone there, where the catalogue knows
which name plays which part, and what comes of it is put back into the author's notation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symopt.audit.facts.method_runs import CLOCK, PROBES, SHORT, Model
from symopt.audit.facts.methods import ASKED, Claimed, Reading, agree, completed
from symopt.audit.facts.translate import NotLinear, Quantity, expression, quantities, quantity
from symopt.audit.facts.values import NoValue, value
from symopt.decide import linear_identity
from symopt.decide.verdict import Verdict
from symopt.language import At, Sequence, Shape, t
from symopt.language import terms as T
from symopt.language.convert import latex_name
from symopt.language.dimensions import ShapeError, dimensions
from symopt.language.terms import Term
from symopt.rewrites import MISTAKES, Rewrite, formula_mends, mistake, roles_of
from symopt.rewrites.formula_mends import swaps, with_parts
from symopt.rewrites.formula_mistakes import MISSING, SWAPPED

MOST = 8000
"""Mended formulas that are tried for one line."""
LIMIT = 1.0
_LAST = "number off by one"
"""What is particular stands before it: a factor, a half."""
FACTORS = frozenset({"factor wrong", "number off by one", "half missing", "stray factor"})
"""Mistakes that make a step longer or shorter, which may be meant where the step is all that there is."""
SCALING = FACTORS | {"square where none belongs"}
"""Mistakes that make a step length another one, which may be meant where a line search finds it."""
ASKED_CALLS = frozenset({"hessian", "F", "F'", "f"})
_TURNED, _UNDIVIDED = mistake("transpose missing"), mistake("division missing")
_INVERSE = "inverse missing"
_POINT = "x"
_ASKED = {"hess": "hessian", "D0": "F", "D1": "F'"}


@dataclass(frozen=True)
class Mended:
    """A line with one mistake undone."""

    mistake: Rewrite
    left: Term
    right: Term
    refuted: Verdict


def _leaf(name: str, offset: int, model: Model) -> Term:
    """A quantity at t + offset in the definition's letters."""
    index = T.name("t") if offset == 0 else T.name("t") + offset if offset > 0 else T.name("t") - -offset
    if name in _ASKED or name == "grad":
        point = T.at(_POINT, index)
        return T.grad(point) if name == "grad" else T.call(_asked_as(name, model), point)
    return T.at(name, index) if name in model.sequences else T.name(name)


def _asked_as(name: str, model: Model) -> str:
    return "f" if name == "D0" and "grad" in model.shapes else _ASKED[name]


def in_definition(line: Claimed, reading: Reading) -> Term:
    """The line in the definition's letters, each part with the place where it is written."""

    def side(term: Term, *, left: bool) -> Term:
        def change(node: Term) -> Term | None:
            q = quantity(node, line.clocks)
            if q is None or q == Quantity("I", None):
                return node if q else None
            made = _leaf(*reading.offset(q, line.place, left=left), reading.model)
            return replace(made, span=node.span)

        return term.map(change)

    return T.relation("=", side(line.left, left=True), side(line.right, left=False))


def moved(term: Term, by: int, model: Model) -> Term:
    """A formula in the definition's letters so many steps later."""

    def change(node: Term) -> Term | None:
        q = quantity(node, CLOCK)
        if q is None or q.offset is None or by == 0 or model.is_constant(q.base):
            return None
        return replace(_leaf(q.base, q.offset + by, model), span=node.span)

    return term.map(change)


def in_text(term: Term, line: Claimed, reading: Reading, known: dict[Term, Term]) -> Term:
    """A formula in the definition's letters, put back into the author's."""
    written = {n.span: n for side in (line.left, line.right) for n in side.nodes() if n.span}

    def change(node: Term) -> Term | None:
        q = quantity(node, CLOCK)
        if q is None or q.base == "I":
            return None
        own = written.get(node.span) if node.span else None
        q = _as_asked(q, reading, known)
        node = replace(_leaf(q.base, q.offset, reading.model), span=node.span) if q.offset is not None else node
        return own or known.get(node.unspanned()) or _spelt(q, line, reading, known) or node

    return term.map(change)


def _as_asked(q: Quantity, reading: Reading, known: dict[Term, Term]) -> Quantity:
    """A gradient's letter, where the text has none, as the gradient asked at its point."""
    model = reading.model
    letter = next((s for s in model.gradients if latex_name(s) == q.base), None)
    if letter is None or q.offset is None or any(leaf.name == q.base for leaf in known):
        return q
    asked: Any = model.optimizer.equations[letter.name].args[0]
    return Quantity("grad", q.offset + int(sp.expand(asked.index - t)))


def _spelt(q: Quantity, line: Claimed, reading: Reading, known: dict[Term, Term]) -> Term | None:
    """A quantity at an index at which the text does not have it, from one at which it does."""
    for leaf, written in known.items():
        other = quantity(leaf, CLOCK)
        if other is not None and other.base == q.base and other.offset is not None and q.offset is not None:
            return _moved(written, q.offset - other.offset, line)
    return None


def _moved(written: Term, by: int, line: Claimed) -> Term | None:
    if written.head in ("grad", "call"):
        inner = _moved(written.args[0], by, line)
        return None if inner is None else Term(written.head, (inner,), written.name)
    q = quantity(written, line.clocks)
    if q is None or q.offset is None:
        return None
    if written.head == "at":
        base, clock = written.name, next(n for n in written.args[0].nodes() if n.head == "name")
    else:
        base, _, index = written.name.rpartition("_")
        clock = T.name(index.strip("{}")[0])
    offset = q.offset + by
    index = clock if offset == 0 else clock + offset if offset > 0 else clock - -offset
    return T.at(base, index.unspanned())


def letters(lines: tuple[Claimed, ...], reading: Reading) -> dict[Term, Term]:
    """How the section writes each quantity of the definition."""
    out: dict[Term, Term] = {}
    for line in lines:
        for left, side in ((True, line.left), (False, line.right)):
            for node in side.nodes():
                q = quantity(node, line.clocks)
                if q is not None and q.base in reading.letters:
                    leaf = _leaf(*reading.offset(q, line.place, left=left), reading.model)
                    out.setdefault(leaf, node.unspanned())
    return out


def defining(whole: Term, model: Model) -> tuple[Term, int] | None:
    """The definition's equation for what the line gives, and how many steps later the line gives it.

    Where it gives a product, as in ``B_k d_k = -g_k``, it gives the newest part, a vector before a matrix.
    """
    found = [(q.offset, model.shapes[q.base] is not Shape.MATRIX, q.base) for q in quantities(whole.args[0], CLOCK)
             if q.offset is not None and q.base in model.lines]  # fmt: skip
    if not found:
        return None
    offset, _, name = max(found)
    return model.lines[name], offset


def proof(whole: Term, model: Model) -> Verdict | None:
    """Whether a line in the definition's letters says what the definition says; None where it makes no sense."""
    found = defining(whole, model)
    if found is None:
        return None
    pair = [_difference(e, model) for e in (moved(whole, -found[1], model), found[0])]
    if pair[0] is None or pair[1] is None:
        return None
    verdict = _compared(pair[0], pair[1], model)
    if not verdict.proved:
        for depth in (1, 2):
            claimed, known = (_expanded(e, model, depth) for e in pair)
            again = _compared(claimed, known, model)
            if again.proved:
                return again
    return verdict


def _compared(claimed: Any, known: Any, model: Model) -> Verdict:
    symmetric = [
        v
        for e in (claimed, known)
        for v in sp.sympify(e, strict=True).atoms(At)
        if v.base.name in ("A", "B", "H", "hess")
    ]
    try:
        first = linear_identity(claimed, known, symmetric=symmetric, limit=LIMIT)
        second = first if first.proved else linear_identity(claimed, -known, symmetric=symmetric, limit=LIMIT)
    except ShapeError:
        first = second = linear_identity(sp.Integer(0), sp.Integer(1))
    return second if second.proved else first


def _difference(whole: Term, model: Model) -> Any:
    def meaning(q: Quantity) -> Any:
        if q.offset is None:
            return next(h.symbol for h in model.optimizer.hyper if latex_name(h.symbol) == q.base)
        return _sequence(q.base, model)[t + q.offset]

    try:
        made = [expression(side, CLOCK, meaning) for side in whole.args]
        if len({dimensions(e) for e in made if e != 0}) > 1:
            return None
        return made[0] - made[1]
    except (NotLinear, ShapeError, StopIteration, KeyError):
        return None


def _sequence(base: str, model: Model) -> Sequence:
    found = next((s for s in model.optimizer.sequences if latex_name(s) == base), None)
    return found or Sequence(base, shape=model.shapes[base])


def _expanded(e: Any, model: Model, depth: int) -> Any:
    """The expression with abbreviations written out: rho, y and s; then gradients by what they are asked at."""
    short = [s for s, _ in SHORT] if depth == 1 else [*(s for s, _ in SHORT), *model.gradients]
    meant = {s: model.optimizer.equations[s.name] for s in short if s in set(model.optimizer.sequences)}
    e = sp.sympify(e, strict=True)
    for _ in range(3):
        values = [v for v in e.atoms(At) if v.base in meant]
        e = e.xreplace({v: _told(meant[v.base].xreplace({t: v.index}), model) for v in values})
    return e


def _told(e: Any, model: Model) -> Any:
    from symopt.language.symbols import Grad

    return e.replace(
        lambda x: isinstance(x, Grad), lambda x: Sequence("grad", shape=model.shapes["grad"])[x.args[0].index]
    )


def mended(line: Claimed, reading: Reading, lines: tuple[Claimed, ...]) -> Mended | None:
    """The line with one mistake of the catalogue undone, so that it says what the definition says."""
    return next((m for m in (_mended(line, r, lines) for r in completed(reading, line)) if m is not None), None)


def _mended(line: Claimed, reading: Reading, lines: tuple[Claimed, ...]) -> Mended | None:
    model = reading.model
    written = in_definition(line, reading)
    found = defining(written, model)
    if found is None:
        return None
    known, later = found
    whole = moved(written, -later, model)
    spelling = letters(lines, reading)
    written_of = {q.base for leaf in spelling if (q := quantity(leaf, CLOCK))} | set(_ASKED) | {"grad"}
    written_of |= {latex_name(s) for s in model.gradients}
    tried: set[tuple[object, ...]] = set()
    either_way = _may_be_inverse(line, reading, lines)
    for entry, new in _candidates(whole, known, model):
        if len(tried) > MOST:
            break
        if new.head != "relation" or new.args[0] != whole.args[0] or new.key in tried or _is_idle(new):
            continue
        if either_way and entry.name == _INVERSE:
            continue
        tried.add(new.key)
        if not _holds(new, model) or not {q.base for q in quantities(new.args[1], CLOCK)} - {"I"} <= written_of:
            continue
        verdict = proof(new, model)
        if verdict is None or not verdict.proved:
            continue
        refuted = _refuted(whole, known, model)
        if refuted is None:
            return None
        left, right = (in_text(moved(side, later, model), line, reading, spelling) for side in new.args)
        return Mended(entry, left, right, refuted)
    return None


def _may_be_inverse(line: Claimed, reading: Reading, lines: tuple[Claimed, ...]) -> bool:
    """Whether the line has a letter for a matrix that no line that holds has: it may be the Hessian or its inverse."""
    known = {b for other in lines if other.place in reading.held for b in other.bases} | ASKED
    return any(reading.model.shapes.get(reading.letters[b][0]) is Shape.MATRIX for b in {*line.bases} - known)


def _with_transposes(whole: Term) -> Iterator[Term]:
    """The formula with one factor of its products transposed."""
    for path, node in whole.walk():
        if node.head == "mul":
            for i, part in enumerate(node.args):
                yield whole.put((*path, i), T.call("transpose", part))


def _multiplied(whole: Term, parts: tuple[Term, ...]) -> Iterator[Term]:
    """The formula with one value or sum of its right side multiplied by one of the parts."""
    for path, node in whole.walk():
        inside = path and whole.at_path(path[:-1]).head in ("add", "neg", "div", "relation", "call")
        if path[:1] == (1,) and inside and node.head in ("at", "grad", "call", "number", "pow"):
            for part in parts:
                yield whole.put(path, T.mul(part, node))
                yield whole.put(path, T.mul(node, part))


def _turned_around(total: Term) -> Term:
    """b - a for a - b."""
    return T.add(*sorted((T.neg(part) for part in total.args), key=lambda part: part.head == "neg"))


def _divided(whole: Term) -> Iterator[Term]:
    """The formula with a quotient for one of its products, cut at each place."""
    for path, node in whole.walk():
        if node.head == "mul":
            for i in range(1, len(node.args)):
                yield whole.put(path, T.mul(*node.args[:i]) / T.mul(*node.args[i:]))


def _is_idle(whole: Term) -> bool:
    """Whether a formula has a power of 1, which nobody writes."""
    return any(n.head == "pow" and n.args[1].value == 1 for n in whole.nodes())


def _refuted(whole: Term, known: Term, model: Model) -> Verdict | None:
    from symopt.decide import misfit

    claimed, meant = _difference(whole, model), _difference(known, model)
    if claimed is None:
        return misfit("the parts of the formula have shapes that do not fit together")
    verdict = _compared(claimed, meant, model)
    return verdict if verdict.refuted else None


def _holds(whole: Term, model: Model) -> bool:
    """Whether a line in the definition's letters agrees with the run."""
    try:
        return all(
            agree(
                *(
                    value(side, CLOCK, lambda q, step=step: model.at(q.base, step + (q.offset or 0)))
                    for side in whole.args
                )
            )
            for step in PROBES
        )
    except NoValue:
        return False


def _candidates(whole: Term, known: Term, model: Model) -> Iterator[tuple[Rewrite, Term]]:
    """What the line may have been before one mistake, what is particular before what is general."""
    roles = roles_of(model.optimizer)
    left_out = SCALING if model.lengths & whole.names() else FACTORS if len(model.lines) == 1 else frozenset[str]()
    usual = [m for m in MISTAKES if m.name not in left_out]
    if _difference(whole, model) is None:  # what does not fit together is most likely turned
        yield from ((_TURNED, new) for new in _with_transposes(whole))
    for entry in (m for m in usual if m.name != _LAST):
        yield from ((entry, new) for _, new in entry.rule.mends(whole, roles))
    if whole.args[1].head == "add":
        yield mistake("sign flipped"), T.relation("=", whole.args[0], _turned_around(whole.args[1]))
    yield from formula_mends(whole, leaving_out=left_out)
    yield from ((_UNDIVIDED, new) for new in _divided(whole))
    vectors = tuple(n for n, shape in model.shapes.items() if shape is Shape.VECTOR and n in model.sequences)
    yield from ((SWAPPED, new) for new in swaps(whole, vectors))
    leaves = dict.fromkeys(n for n in known.args[1].nodes() if n.head in ("at", "grad") or n.name in ASKED_CALLS)
    yield from ((MISSING, T.relation("=", whole.args[0], new)) for new in with_parts(whole.args[1], leaves))
    yield from ((MISSING, new) for new in _multiplied(whole, tuple(leaves)))
    for entry in (m for m in usual if m.name == _LAST):
        yield from ((entry, new) for _, new in entry.rule.mends(whole, roles))
