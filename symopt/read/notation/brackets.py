"""Brackets, roots, sums, relations and cases: what holds other terms between its own signs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symopt.language.terms import Term
from symopt.read.notation.context import bound_variable
from symopt.read.notation.indices import label
from symopt.read.notation.tree import Node, NotRead, bare, symbols

if TYPE_CHECKING:
    from symopt.read.notation.elaborate import Elaborator

_FENCES = {"||": "abs", "‖‖": "norm", "⌊⌋": "floor", "⌈⌉": "ceil", "<>": "dot"}
_LISTS = {"()": "list", "[]": "interval", "{}": "set"}
_OTHERWISE = frozenset({"otherwise", "else", "otherwise.", "else.", "o.w.", "in other cases"})


def respanned(term: Term, start: int, end: int) -> Term:
    return Term(term.head, term.args, term.name, term.value, (start, end))


def group(reader: Elaborator, node: Node) -> Term:
    span = (node.start, node.end)
    if node.text in _FENCES and (node.text != "<>" or len(node.items) == 2):
        return Term("call", tuple(reader.term(n) for n in node.items), _FENCES[node.text], span=span)
    if not node.items:
        raise NotRead("empty brackets", node.start)
    if len(node.items) == 1:
        return respanned(reader.term(node.items[0]), *span)
    name = _LISTS.get(node.text, "interval")
    return Term("call", tuple(reader.term(n) for n in node.items), name, span=span)


def root(reader: Elaborator, node: Node) -> Term:
    inner = reader.term(bare(node.items[0]) if not bare(node.items[0]).text else node.items[0])
    if len(node.items) == 1:
        return Term("call", (inner,), "sqrt", span=(node.start, node.end))
    one = Term("number", value=Fraction(1), span=(node.start, node.start))
    exponent = Term("div", (one, reader.term(node.items[1])), span=(node.start, node.start))
    return Term("pow", (inner, exponent), span=(node.start, node.end))


def big(reader: Elaborator, node: Node) -> Term:
    variable = bound_variable(node)
    outside = reader.bound
    low, high = _bounds(reader, node, variable)
    reader.bound = outside | ({variable} if variable else set())
    body = reader.term(node.items[0])
    reader.bound = outside
    span = (node.start, node.end)
    if node.text == "lim":
        return Term("call", (body, low), "lim", span=span)
    steps = node.sup is not None and bool(symbols(node.sup) & reader.context.clocks)
    if node.text == "sum" and body.head == "grad" and variable not in body.names() and not steps:
        reader.summed = True
        return respanned(body, *span)
    return Term("sum" if node.text == "sum" else "prod", (low, high, body), variable, span=span)


def _bounds(reader: Elaborator, node: Node, variable: str) -> tuple[Term, Term]:
    """First and last value of the bound variable; a name for the set where that is all there is."""
    sub = bare(node.sub) if node.sub is not None else None
    if sub is not None and sub.kind == "relations" and sub.text == "=" and node.sup is not None:
        return reader.term(sub.items[1]), reader.term(bare(node.sup))
    if sub is not None and sub.kind == "symbol" and node.sup is not None:
        reader.note(f"the sum over {variable} is read from 1")
        return Term("number", value=Fraction(1), span=(sub.end, sub.end)), reader.term(bare(node.sup))
    span = (sub.start, sub.end) if sub is not None else (node.start, node.start)
    known = sub is not None and sub.kind != "symbol"
    every = Term("name", name=label(sub) if sub is not None and known else "\\ldots", span=span)
    return every, (reader.term(bare(node.sup)) if node.sup is not None else every)


def relations(reader: Elaborator, node: Node) -> Term:
    parts = [reader.term(n) for n in node.items]
    signs = ["=" if s == ":=" else s for s in node.text.split()]
    pairs = [
        Term("relation", (a, b), sign, span=((a.span or (0, 0))[0], (b.span or (0, 0))[1]))
        for sign, a, b in zip(signs, parts, parts[1:], strict=False)
    ]
    return pairs[0] if len(pairs) == 1 else Term("call", tuple(pairs), "and", span=(node.start, node.end))


def cases(reader: Elaborator, node: Node) -> Term:
    if node.text not in ("cases", "array", "aligned", "dcases", "rcases", "split"):
        raise NotRead("a matrix or a stack of lines", node.start)
    args: list[Term] = []
    for row in node.items:
        value, condition = _row(row)
        args += [reader.term(value), _condition(reader, condition, row)]
    return Term("cases", tuple(args), span=(node.start, node.end))


def _condition(reader: Elaborator, node: Node | None, row: Node) -> Term:
    if node is None:
        return Term("name", name="otherwise", span=(row.end, row.end))
    return reader.term(node)


def _row(row: Node) -> tuple[Node, Node | None]:
    """The value and the condition of a row of cases; no condition for "otherwise"."""
    value, *rest = row.items
    words = [n.text.rstrip(" .,").lower() for n in rest if n.kind == "word"]
    maths = [n for n in rest if n.kind != "word"]
    if len(maths) == 1:
        return value, maths[0]
    if maths or value.kind == "word":
        raise NotRead("a row that is no case", row.start)
    if not rest or any(w in _OTHERWISE for w in words):
        return value, None
    return value, rest[0]
