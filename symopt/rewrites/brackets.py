"""The rule for parentheses that were lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.mechanism import Change, Rule
from symopt.rewrites.patterns import positions, put
from symopt.rewrites.roles import Roles


class LostParentheses(Rule):
    r"""``a (b + c)`` written ``a b + c``, ``a / (b + c)`` written ``a / b + c``,
    ``(a + b) / c`` written ``a + b / c``, and ``a - (b + c)`` written ``a - b + c``."""

    def breaks(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            if path and term.at_path(path[:-1]).head == "neg":
                continue  # the sign's own turn has come already
            for parts in _opened(node):
                yield path, put(term, path, T.add(*parts))

    def mends(self, term: Term, roles: Roles) -> Iterator[Change]:
        for path, node in positions(term):
            if node.head == "add":
                for i in range(len(node.args)):
                    for j in range(i + 1, len(node.args)):
                        for closed in _closed(node.args[i : j + 1]):
                            yield path, put(term, path, T.add(*node.args[:i], closed, *node.args[j + 1 :]))


def _opened(node: Term) -> Iterator[tuple[Term, ...]]:
    """The sums that the node becomes when a pair of parentheses in it is left out."""
    match node.head:
        case "mul":
            for i, factor in enumerate(node.args):
                if factor.head == "add":
                    first, last = _around(factor, node.args[:i], node.args[i + 1 :])
                    yield (first, *factor.args[1:-1], last)
        case "div":
            top, bottom = node.args
            if top.head == "add":
                yield (*top.args[:-1], _signed(top.args[-1], lambda x: x / bottom))
            if bottom.head == "add":
                yield (top / bottom.args[0], *bottom.args[1:])
        case "neg" if node.args[0].head == "add":
            first, *others = node.args[0].args
            yield (T.neg(first), *others)
        case "neg":
            for first, *others in _opened(node.args[0]):
                yield (T.neg(first), *others)
        case _:
            return


def _around(total: Term, before: tuple[Term, ...], after: tuple[Term, ...]) -> tuple[Term, Term]:
    first, last = total.args[0], total.args[-1]
    return (
        _signed(first, lambda x: T.mul(*before, x)) if before else first,
        _signed(last, lambda x: T.mul(x, *after)) if after else last,
    )


def _signed(part: Term, change: Callable[[Term], Term]) -> Term:
    return T.neg(change(part.args[0])) if part.head == "neg" else change(part)


def _closed(parts: tuple[Term, ...]) -> Iterator[Term]:
    """The single parts that the sum of these was, before a pair of parentheses was lost."""
    first, last = parts[0], parts[-1]
    negative = first.head == "neg"
    head = first.args[0] if negative else first
    back = T.neg if negative else _as_it_is
    if negative:
        yield T.neg(T.add(head, *parts[1:]))
    if head.head == "mul":
        for k in range(1, len(head.args)):
            inside = T.add(T.mul(*head.args[k:]), *parts[1:])
            yield back(T.mul(*head.args[:k], inside))
    if head.head == "div":
        top, bottom = head.args
        yield back(top / T.add(bottom, *parts[1:]))
    yield from _closed_before(parts, last)
    yield from _closed_both(parts, back)


def _closed_before(parts: tuple[Term, ...], last: Term) -> Iterator[Term]:
    tail = last.args[0] if last.head == "neg" else last
    sign = T.neg if last.head == "neg" else _as_it_is
    if tail.head == "mul":
        for k in range(1, len(tail.args)):
            inside = T.add(*parts[:-1], sign(T.mul(*tail.args[:k])))
            yield T.mul(inside, *tail.args[k:])
    if tail.head == "div":
        yield T.add(*parts[:-1], sign(tail.args[0])) / tail.args[1]


def _as_it_is(term: Term) -> Term:
    return term


def _closed_both(parts: tuple[Term, ...], back: Callable[[Term], Term]) -> Iterator[Term]:
    """``a (b + c) d`` of ``a b + c d``."""
    head, tail = (p.args[0] if p.head == "neg" else p for p in (parts[0], parts[-1]))
    if head.head != "mul" or tail.head != "mul":
        return
    sign = T.neg if parts[-1].head == "neg" else _as_it_is
    for k in range(1, len(head.args)):
        for i in range(1, len(tail.args)):
            inside = T.add(T.mul(*head.args[k:]), *parts[1:-1], sign(T.mul(*tail.args[:i])))
            yield back(T.mul(*head.args[:k], inside, *tail.args[i:]))
