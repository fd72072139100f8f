"""Formulas read: from the texts of one document's formulas to statements made of terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symopt.language.terms import Term
from symopt.read.notation.context import Context, survey
from symopt.read.notation.elaborate import Elaborator
from symopt.read.notation.macros import Macros, calls, placed
from symopt.read.notation.parser import Parsed, parse
from symopt.read.notation.tree import Node, NotRead


@dataclass(frozen=True, slots=True)
class Statement:
    """A formula that was read.

    Args:
        left: its first side, or all of an expression without a relation.
        steps: the relations with what follows them: a = b <= c has two. Names as in `terms.RELATIONS`.
        assigns: whether it was written as an assignment (an arrow to the left, ``:=``, ``+=``).
        continues: whether its first side is the one of the formula before, not written again; that
            side has no spans here.
        notes: the charitable readings that were made, in words.
        remarks: words and marks written beside the formula.
        tags: equation numbers.
        also: further equations said in the same breath, as in ``m, v = 0, 0``.
        clocks: the letters that count steps in the document.
    """

    left: Term
    steps: tuple[tuple[str, Term], ...] = ()
    assigns: bool = False
    continues: bool = False
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    also: tuple[Statement, ...] = ()
    clocks: frozenset[str] = frozenset({"t"})


@dataclass(frozen=True, slots=True)
class Unread:
    """A formula that was not understood: why, and from which character on."""

    reason: str
    offset: int


def read(pieces: Sequence[str], macros: Macros | None = None) -> list[Statement | Unread]:
    """All the formulas of one document, each a statement or the reason why not; never raises.

    Args:
        pieces: the formulas in the order of the document, as `split` cuts them. Spans of terms are
            offsets in the piece.
        macros: the commands that the document defines.
    """
    parsed = [_parsed(piece, macros) for piece in pieces]
    context = survey([p.tree for p in parsed if isinstance(p, Parsed)])
    out: list[Statement | Unread] = []
    before: Statement | None = None
    for piece, found in zip(pieces, parsed, strict=True):
        result = found if isinstance(found, Unread) else _statement(piece, found, context, before)
        if macros and isinstance(result, Statement):
            result = _placed(result, frozenset(calls(piece, macros)))
        before = result if isinstance(result, Statement) else None
        out.append(result)
    return out


def _placed(made: Statement, places: frozenset[tuple[int, int]]) -> Statement:
    """The statement with the places of what macros stand for."""
    if not places:
        return made
    steps = tuple((sign, placed(side, places)) for sign, side in made.steps)
    also = tuple(_placed(s, places) for s in made.also)
    return replace(made, left=placed(made.left, places), steps=steps, also=also)


def _parsed(piece: str, macros: Macros | None) -> Parsed | Unread:
    try:
        return parse(piece, macros)
    except NotRead as problem:
        return Unread(problem.reason, problem.offset)


def _statement(piece: str, parsed: Parsed, context: Context, before: Statement | None) -> Statement | Unread:
    reader = Elaborator(piece, context)
    try:
        made = _read(reader, parsed, before)
    except NotRead as problem:
        return Unread(problem.reason, problem.offset)
    clocks = _counting((made, *made.also), context.clocks)
    return replace(
        made,
        notes=(*parsed.notes, *reader.notes),
        remarks=(*made.remarks, *parsed.remarks),
        tags=parsed.tags,
        clocks=clocks,
        also=tuple(replace(s, clocks=clocks) for s in made.also),
    )


def _counting(said: Sequence[Statement], clocks: frozenset[str]) -> frozenset[str]:
    """The document's clocks without those that this formula multiplies by another: in ``1 + k t`` only t counts."""
    nodes = [n for s in said for side in (s.left, *(right for _, right in s.steps)) for n in side.nodes()]
    indices = frozenset(x for n in nodes if n.head == "at" for a in n.args for x in a.names())
    kept = (indices & clocks) or (clocks & {"t"})
    products = [frozenset(a.name for a in n.args if a.head == "name") & clocks for n in nodes if n.head == "mul"]
    factors = frozenset(x for names in products if len(names) > 1 and names & kept for x in names)
    return clocks - (factors - kept)


def _read(reader: Elaborator, parsed: Parsed, before: Statement | None) -> Statement:
    tree = parsed.tree
    if tree.kind == "empty":
        if not parsed.remarks:
            raise NotRead("nothing is written here", tree.start)
        return Statement(Term("name", name=" ".join(parsed.remarks), span=(0, tree.end)))
    if tree.kind != "relations":
        return Statement(reader.term(tree))
    first, *rest = tree.items
    signs = tree.text.split()
    if first.kind == "empty":
        if signs[0] != "=" or before is None:
            return Statement(reader.term(rest[0]) if len(rest) == 1 else reader.term(replace(tree, items=tuple(rest))),
                             remarks=("its left side stands in the text",))  # fmt: skip
        steps = _steps(reader, signs, rest, before.left)
        return Statement(_unspanned(before.left), steps, _assigns(signs), continues=True)
    if first.kind == "list":
        made = _several(reader, first, signs, rest)
        return replace(made[0], also=tuple(made[1:]))
    left = reader.term(first)
    return Statement(left, _steps(reader, signs, rest, left), _assigns(signs))


def _assigns(signs: Sequence[str]) -> bool:
    return any(s == ":=" or (len(s) == 2 and s[0] in "+-*/" and s[1] == "=") for s in signs)


def _several(reader: Elaborator, first: Node, signs: Sequence[str], rest: Sequence[Node]) -> list[Statement]:
    """``a, b = c, d``: one equation each; a single right side is for all."""
    made: list[Statement] = []
    for i, side in enumerate(first.items):
        others: list[Node] = []
        for node in rest:
            if node.kind == "list" and len(node.items) != len(first.items):
                raise NotRead("lists of different lengths", node.start)
            others.append(node.items[i] if node.kind == "list" else node)
        left = reader.term(side)
        made.append(Statement(left, _steps(reader, signs, others, left), _assigns(signs)))
    return made


def _steps(reader: Elaborator, signs: Sequence[str], sides: Sequence[Node], left: Term) -> tuple[tuple[str, Term], ...]:
    steps: list[tuple[str, Term]] = []
    for sign, side in zip(signs, sides, strict=True):
        right = reader.term(side)
        if len(sign) == 2 and sign[1] == "=" and sign[0] in "+-*/":
            right, sign = _updated(sign[0], left, right), "="
        steps.append(("=" if sign == ":=" else sign, right))
    return tuple(steps)


def _updated(operation: str, left: Term, change: Term) -> Term:
    """What ``x += change`` gives x; the sum is written nowhere, so its span is empty."""
    place = (change.span or (0, 0))[0]
    span = (place, place)
    if operation == "+":
        return Term("add", (left, *(change.args if change.head == "add" else (change,))), span=span)
    if operation == "-":
        return Term("add", (left, Term("neg", (change,), span=span)), span=span)
    return Term("mul" if operation == "*" else "div", (left, change), span=span)


def _unspanned(term: Term) -> Term:
    return Term(term.head, tuple(_unspanned(a) for a in term.args), term.name, term.value)
