"""A formula as it stands on the page, before anything is decided about what it means.

Whether a superscript is a power or a step, or parentheses an argument or a factor, depends on
the whole document; so the parser makes this tree, and ``elaborate`` makes terms of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal[
    "number", "symbol", "word", "function", "nabla", "partial",  # leaves; ``text`` says which
    "times", "slash", "modulo",  # what stands between the factors of a product
    "percent", "accent", "negative", "sum", "product", "fraction", "root",
    "big",  # \sum, \prod, \lim: ``sub``, ``sup``, the body
    "scripts",  # the base, ``sub``, ``sup``; ``text`` is its primes
    "group",  # ``text`` is its brackets, "" for braces; items between commas
    "value",  # something evaluated at the place in ``sub``
    "list", "relations",  # of relations, ``text`` names the signs, parted by spaces
    "rows", "row", "empty",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a formula and where it is written."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    items: tuple[Node, ...] = ()
    sub: Node | None = None
    sup: Node | None = None

    def walk(self) -> Iterator[Node]:
        """Every node, parents before children."""
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.sup is not None:
                stack.append(node.sup)
            if node.sub is not None:
                stack.append(node.sub)
            stack.extend(node.items[::-1])

    def children(self) -> tuple[Node, ...]:
        return self.items + tuple(n for n in (self.sub, self.sup) if n is not None)


class NotRead(Exception):
    """Raised where a formula stops being understood; ``read`` turns it into an `Unread`."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


def widened(node: Node, start: int, end: int) -> Node:
    return replace(node, start=start, end=end)


def bare(node: Node) -> Node:
    """The node without invisible brackets around it."""
    while node.kind == "group" and not node.text and len(node.items) == 1:
        node = node.items[0]
    return node


def base(node: Node) -> Node:
    """What the scripts are written at, if there are any."""
    node = bare(node)
    return base(node.items[0]) if node.kind == "scripts" else node


def factors(node: Node) -> Sequence[Node]:
    node = bare(node)
    return node.items if node.kind == "product" else (node,)


def entries(node: Node | None) -> tuple[Node, ...]:
    """The parts of a script that commas separate."""
    if node is None:
        return ()
    node = bare(node)
    return node.items if node.kind == "list" else (node,)


def symbols(node: Node) -> set[str]:
    return {n.text for n in node.walk() if n.kind == "symbol"}


def whole_number(node: Node) -> int | None:
    node = bare(node)
    return int(node.text) if node.kind == "number" and node.text.isdigit() else None


def shifted(node: Node) -> tuple[str, int] | None:
    """(letter, c) for an index that reads letter + c, with c a whole number."""
    node = bare(node)
    if node.kind == "symbol":
        return node.text, 0
    if node.kind == "group" and node.text == "()" and len(node.items) == 1:
        return shifted(node.items[0])
    if node.kind != "sum" or len(node.items) != 2:
        return None
    letter, step = (bare(n) for n in node.items)
    sign = -1 if step.kind == "negative" else 1
    count = whole_number(step.items[0] if step.kind == "negative" else step)
    return (letter.text, sign * count) if letter.kind == "symbol" and count is not None else None


def renamed(node: Node, change: Callable[[str], str], start: int) -> Node:
    """The symbol or word at the bottom of ``node`` under a new name, written from ``start`` on."""
    end, node = node.end, bare(node)
    if node.kind == "scripts":
        return replace(node, start=start, items=(renamed(node.items[0], change, start),))
    return replace(node, start=start, end=end, text=change(node.text))
