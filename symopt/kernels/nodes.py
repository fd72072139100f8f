"""Steps as graphs: every value of a step is a node, and equal values are one node.

A node is a scalar (one number, shared by all coordinates) or an array (one number for each). The smart
constructors keep the two apart: a product is one scalar times a quotient of arrays, a sum is one scalar plus
arrays, so that whatever can be computed once a step is never computed once a coordinate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy as sp

COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
CONNECTIVES = {"and": "&", "or": "|", "not": "~"}
BOOLEAN = {*COMPARISONS, *CONNECTIVES}
LEAVES = {"number", "hyper", "step", "input", "gradient"}
DOT = "dot"


@dataclass(frozen=True, eq=False)
class Node:
    """One value of a step.

    Args:
        op: what it is: a leaf (``number``, ``hyper``, ``step``, ``input``, ``gradient``) or an operation.
        args: what it is computed from.
        value: a number's value, a leaf's name or index.
        array: whether there is one for each coordinate.
    """

    op: str
    args: tuple[Node, ...] = ()
    value: Any = None
    array: bool = False

    @property
    def leaf(self) -> bool:
        return self.op in LEAVES

    def __repr__(self) -> str:
        inside = ", ".join([*([] if self.value is None else [str(self.value)]), *map(repr, self.args)])
        return f"{self.op}({inside})"


class Graph:
    """Makes nodes, each once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Node] = {}
        self.one = self.number(1)

    def make(self, op: str, *args: Node, value: Any = None, array: bool | None = None) -> Node:
        """The node of that operation. Sums over coordinates are scalars; the rest is an array if an argument is."""
        if array is None:
            array = op != DOT and any(a.array for a in args)
        key = (op, tuple(map(id, args)), value, array)
        return self._known.setdefault(key, Node(op, args, value, array))

    def filled(self, node: Node) -> Node:
        """The node as an array, all of whose coordinates are alike if it is a scalar."""
        return node if node.array else self.make("fill", node, array=True)

    def number(self, value: Any) -> Node:
        return self.make("number", value=sp.sympify(value, strict=True))

    def product(self, factors: Iterable[Node], divisors: Iterable[Node] = ()) -> Node:
        """The product of the factors over that of the divisors: one scalar times arrays."""
        sign, above, below, top, bottom = 1, [], [], [], []
        for group, scalars, arrays in ((factors, above, top), (divisors, below, bottom)):
            other = below if scalars is above else above
            for node in group:
                sign *= self._factor(node, scalars, other, arrays)
        scalar_sign, scalar = self._scalar(above, below)
        made = self._array(scalar, top, bottom)
        return made if sign * scalar_sign > 0 else self.negative(made)

    def _factor(self, node: Node, scalars: list[Node], inverses: list[Node], arrays: list[Node]) -> int:
        """Put a factor's scalar and its array where they belong; its sign."""
        if node.op == "neg":
            return -self._factor(node.args[0], scalars, inverses, arrays)
        if not node.array and node.op in ("mul", "div"):
            sign = self._factor(node.args[0], scalars, inverses, arrays)
            into, other = (scalars, inverses) if node.op == "mul" else (inverses, scalars)
            return sign * self._factor(node.args[1], into, other, arrays)
        if not node.array:
            scalars.append(node)
        elif node.op == "mul" and not node.args[0].array:
            arrays.append(node.args[1])
            return self._factor(node.args[0], scalars, inverses, arrays)
        else:
            arrays.append(node)
        return 1

    def _scalar(self, above: list[Node], below: list[Node]) -> tuple[int, Node]:
        number: Any = sp.S.One
        for nodes, exponent in ((above, 1), (below, -1)):
            for node in nodes:
                if node.op == "number":
                    number *= node.value**exponent
        sign = -1 if number.is_negative else 1
        number *= sign
        top = [n for n in above if n.op != "number"]
        bottom = [n for n in below if n.op != "number"]
        if number.is_Rational and number.q != 1 and (top or number.p != 1):
            top, bottom = [*([] if number.p == 1 else [self.number(number.p)]), *top], [self.number(number.q), *bottom]
        elif number.is_Rational and number.q != 1:
            bottom = [self.number(number.q), *bottom]
        elif number != 1:
            top = [self.number(number), *top]
        product = self._folded("mul", top)
        return sign, self.make("div", product, self._folded("mul", bottom)) if bottom else product

    def _array(self, scalar: Node, top: list[Node], bottom: list[Node]) -> Node:
        if not (top or bottom):
            return scalar
        if not top:
            return self.make("div", scalar, self._folded("mul", bottom))
        numerator = self._folded("mul", top)
        quotient = self.make("div", numerator, self._folded("mul", bottom)) if bottom else numerator
        return quotient if scalar is self.one else self.make("mul", scalar, quotient)

    def _folded(self, op: str, nodes: Sequence[Node]) -> Node:
        return reduce(lambda a, b: self.make(op, a, b), nodes) if nodes else self.one

    def negative(self, node: Node) -> Node:
        if node.op == "number":
            return self.number(-node.value)
        return node.args[0] if node.op == "neg" else self.make("neg", node)

    def total(self, terms: Iterable[Node]) -> Node:
        """The sum: bare values first, so that the step is rounded once on the parameters' scale; scalars as one."""
        nodes = list(terms)
        scalars = self._scalar_total([n for n in nodes if not n.array])
        arrays = [n for n in nodes if n.array]
        bare = [n for n in arrays if _unsigned(n).leaf]
        rest = [n for n in arrays if not _unsigned(n).leaf]
        if scalars is not None:
            (rest if rest else bare).append(scalars)
        moved = [self._signed_sum(rest)] if rest else []
        return self._signed_sum([*bare, *moved])

    def _scalar_total(self, nodes: list[Node]) -> Node | None:
        if not nodes:
            return None
        numbers = sum((n.value for n in nodes if n.op == "number"), sp.S.Zero)
        others = [n for n in nodes if n.op != "number"]
        if numbers == 1 and len(others) == 1 and others[0].op == "neg" and others[0].args[0].op == "pow":
            return self.make("complement", *others[0].args[0].args)
        return self._signed_sum([*others, *([self.number(numbers)] if numbers != 0 or not others else [])])

    def _signed_sum(self, nodes: list[Node]) -> Node:
        positive = next((n for n in nodes if n.op != "neg" and not (n.op == "number" and n.value.is_negative)), None)
        if positive is None and all(n.op == "neg" for n in nodes):
            return self.negative(self._folded("add", [n.args[0] for n in nodes]))
        positive = positive or next(n for n in nodes if n.op == "number")
        rest = list(nodes)
        rest.remove(positive)
        made = positive
        for node in rest:
            if node.op == "number" and node.value.is_negative:
                node = self.make("neg", self.number(-node.value))
            made = self._less(made, node.args[0]) if node.op == "neg" else self.make("add", made, node)
        return made

    def _less(self, a: Node, b: Node) -> Node:
        """a - b; the difference of roots whose radicands differ by a known term without cancellation.

        sqrt(x + d) - sqrt(x) = d/(sqrt(x + d) + sqrt(x)), and 0 where both roots are.
        """
        if a.op == b.op == "sqrt" and a.args[0].op == "add" and b.args[0] in a.args[0].args:
            x, y = a.args[0].args
            term = y if x is b.args[0] else x
            quotient = self.make("div", term, self.make("add", a, b))
            return self.make("where", self.make("eq", a, self.number(0)), a, quotient)
        return self.make("sub", a, b)

    def power(self, base: Node, exponent: Any, exponent_node: Callable[[], Node]) -> Node:
        """base**exponent: products and roots where there is one, for an exponent that is a number."""
        if getattr(exponent, "is_Rational", False):
            if exponent.is_negative:
                return self.product([], [self.power(base, -exponent, exponent_node)])
            whole, root = divmod(exponent, 1)
            if root in (0, sp.S.Half) and whole <= 4:
                parts = [self.make("sqrt", base)] if root else []
                return self.product([*parts, *self._powers(base, int(whole))])
            return self.make("pow", base, self.number(exponent))
        return self.make("pow", base, exponent_node())

    def _powers(self, base: Node, exponent: int) -> list[Node]:
        if exponent <= 1:
            return [base] * exponent
        square = self.make("square", base)
        return [square] * (exponent // 2) + [base] * (exponent % 2)

    def rebuilt(self, node: Node, replace: Callable[[Node], Node | None], memo: dict[Node, Node]) -> Node:
        """The node with parts replaced, from the top: where ``replace`` gives a node, that is rebuilt instead."""
        if node not in memo:
            found = replace(node)
            if found is not None:
                memo[node] = self.rebuilt(found, replace, memo)
            elif node.leaf:
                memo[node] = node
            else:
                args = [self.rebuilt(a, replace, memo) for a in node.args]
                args = [self.filled(a) for a in args] if node.op == DOT else args
                same = all(a is b for a, b in zip(args, node.args, strict=True))
                array = True if node.op == "fill" else None
                memo[node] = node if same else self.make(node.op, *args, value=node.value, array=array)
        return memo[node]


def _unsigned(node: Node) -> Node:
    return node.args[0] if node.op == "neg" else node


def walk(roots: Iterable[Node], stop: Callable[[Node], bool] = lambda _: False) -> Iterator[Node]:
    """Every node that the roots are made of, arguments before what uses them, each once; not below ``stop``."""
    seen: set[Node] = set()

    def visit(node: Node) -> Iterator[Node]:
        if node in seen:
            return
        seen.add(node)
        if not stop(node):
            for arg in node.args:
                yield from visit(arg)
        yield node

    for root in roots:
        yield from visit(root)


def arrays_of(roots: Iterable[Node]) -> list[Node]:
    """The arrays that the roots are computed from, themselves among them, arguments first.

    What their scalars were computed from is none of them: an inner product that is a root is taken for its arguments.
    """
    start = [a for r in roots for a in (r.args if r.op == DOT else (r,))]
    return [n for n in walk(start, lambda n: not n.array) if n.array]
