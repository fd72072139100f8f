"""The parts of a formula that begin with a sign of their own: commands, brackets, environments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symopt.read.notation.stream import unexpected
from symopt.read.notation.tokens import Token
from symopt.read.notation.tree import Node, NotRead, base, renamed, widened

if TYPE_CHECKING:
    from symopt.read.notation.parser import Parser

_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "⌊": "⌋", "⌈": "⌉", "|": "|", "‖": "‖"}


def delta(p: Parser) -> Node:
    """A difference is one symbol with what it is of: Delta theta."""
    token = p.advance()
    if p.token.kind in ("letter", "symbol", "accent", "font"):
        of = p.atom()
        if base(of).kind == "symbol":
            return renamed(of, lambda name: f"\\Delta{'' if name[0] == chr(92) else ' '}{name}", token.start)
    return Node("symbol", token.start, p.ended(), "\\Delta")


def accent(p: Parser) -> Node:
    token = p.advance()
    of = argument(p)
    if base(of).kind not in ("symbol", "word"):
        raise NotRead(f"{token.text} on more than a symbol", token.start)
    return widened(renamed(of, lambda name: f"{token.text}{{{name}}}", token.start), token.start, p.ended())


def font(p: Parser) -> Node:
    token = p.advance()
    of = argument(p)
    if token.text in ("mathbb", "Bbb") and of.kind == "group" and of.items[0].kind in ("symbol", "number"):
        inner = of.items[0]
        return Node("symbol", token.start, of.end, f"\\mathbb{{{inner.text}}}")
    inner = of.items[0] if of.kind == "group" and not of.text and of.items[0].kind in ("symbol", "word") else of
    return widened(inner, token.start, of.end)


def fraction(p: Parser) -> Node:
    start = p.advance().start
    top, bottom = argument(p), argument(p)
    return Node("fraction", start, bottom.end, "", (top, bottom))


def root(p: Parser) -> Node:
    token = p.advance()
    degree: tuple[Node, ...] = ()
    if p.at("open") and p.token.text == "[":
        p.advance()
        degree = (p.sum(),)
        p.expect("close", "a closing bracket")
    inner = argument(p, scripts=True)
    return Node("root", token.start, p.ended(), "", (inner, *degree))


def argument(p: Parser, *, scripts: bool = False) -> Node:
    """The argument of a command: braces, or the next token; a number gives one digit."""
    token = p.token
    if token.kind == "num" and len(token.text) > 1 and token.text.isdigit() and token.end - token.start > 1:
        rest = token._replace(text=token.text[1:], start=token.start + 1)
        p.token = p.tokens[p.position] = rest
        return Node("number", token.start, token.start + 1, token.text[0])
    inner = p.atom()
    return p.scripted(inner) if scripts and token.kind != "lbrace" else inner


def under(p: Parser) -> Node:
    """A brace with a note under or over it; the note is a remark."""
    start = p.advance().start
    inner = argument(p)
    while p.token.kind in ("sub", "sup"):
        p.advance()
        begin = p.token
        skip_argument(p)
        written = p.source[begin.start : p.ended()]
        p.remarks.append(written[1:-1].strip() if begin.kind == "lbrace" else written)
    return Node("group", start, p.ended(), "", (inner,))


def skip_argument(p: Parser) -> None:
    depth = 0
    while p.token.kind != "finish":
        kind = p.advance().kind
        depth += (kind == "lbrace") - (kind == "rbrace")
        if depth <= 0:
            return


def big(p: Parser) -> Node:
    """A sum, product or limit with all of the product behind it."""
    token = p.advance()
    head = p.scripted(Node("symbol", token.start, token.end, token.text))
    body = p.product()
    return Node("big", token.start, body.end, token.text, (body,), head.sub, head.sup)


def braces(p: Parser) -> Node:
    start = p.advance().start
    p.bars.append("")
    inner = p.items(("rbrace",))
    if p.token.kind == "over":
        p.advance()
        bottom = p.items(("rbrace",))
        inner = Node("fraction", inner.start, bottom.end, "", (inner, bottom))
    p.bars.pop()
    end = p.expect("rbrace", "a closing brace").end
    if inner.kind == "list" and not inner.items:
        inner = Node("empty", start, end)
    return Node("group", start, end, "", (inner,))


def group(p: Parser) -> Node:
    opening = p.advance()
    if opening.text in ("|", "‖"):
        return bars_body(p, opening)
    p.bars.append("")
    inner = p.items(("close",))
    p.bars.pop()
    closing = p.token
    if closing.kind == "bar" and opening.text == ".":
        closing = closing._replace(kind="close")
    if closing.kind != "close":
        raise NotRead(
            f"the bracket {opening.text} is not closed" if closing.kind == "finish" else unexpected(closing),
            closing.start,
        )
    p.advance()
    if opening.text == "." and closing.text == "|" and p.token.kind == "sub":
        p.advance()
        place = p.script()
        return Node("value", opening.start, p.ended(), "", (inner,), place)
    items = inner.items if inner.kind == "list" else (inner,)
    if _BRACKETS.get(opening.text) != closing.text and len(items) != 2 and inner.kind != "rows":
        raise NotRead(f"{opening.text} is closed by {closing.text}", closing.start)
    return Node("group", opening.start, closing.end, opening.text + closing.text, items)


def bars_group(p: Parser) -> Node:
    return bars_body(p, p.advance())


def bars_body(p: Parser, opening: Token) -> Node:
    p.bars.append(opening.text)
    inner = p.sum()
    p.bars.pop()
    closing = p.token
    if closing.kind not in ("bar", "close") or closing.text != opening.text:
        raise NotRead(f"the bar {opening.text} is not closed", closing.start)
    p.advance()
    return Node("group", opening.start, closing.end, opening.text * 2, (inner,))


def environment(p: Parser) -> Node:
    opening = p.advance()
    if opening.text == "array" and p.token.kind == "lbrace":
        skip_argument(p)
    rows: list[Node] = []
    while p.token.kind != "end":
        rows.append(row(p))
        if p.token.kind == "newline":
            p.advance()
        elif p.token.kind != "end":
            raise NotRead(unexpected(p.token), p.token.start)
    return Node("rows", opening.start, p.advance().end, opening.text, tuple(r for r in rows if r.items))


def row(p: Parser) -> Node:
    start = p.token.start
    cells: list[Node] = []
    while p.token.kind not in ("newline", "end", "finish"):
        if p.token.kind in ("amp", "comma", "semi", "dot", "wide"):
            p.advance()
        elif p.token.kind == "text":
            cells.append(words(p))
        else:
            cells.append(p.chain())
    return Node("row", start, p.ended(), "", tuple(cells))


def words(p: Parser) -> Node:
    token = p.advance()
    return Node("word", token.start, token.end, token.text.strip())


PARSE: dict[str, Callable[[Parser], Node]] = {
    "delta": delta, "accent": accent, "font": font, "frac": fraction, "root": root, "under": under, "big": big,
    "lbrace": braces, "open": group, "bar": bars_group, "begin": environment,
}  # fmt: skip
"""How the atom that begins with each kind of token is read."""
