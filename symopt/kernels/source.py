"""Nodes as text: expressions in the notation of a language, and the lines that give names to what is used twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symopt.kernels.nodes import COMPARISONS, Node, arrays_of, walk
from symopt.kernels.plan import Plan
from symopt.kernels.schedule import Branch, Finish, Scalars, Stage, Sums, schedule

_ATOM, _UNARY = 100, 25
INFIX: dict[str, tuple[str, int]] = {
    "add": ("+", 10), "sub": ("-", 10), "mul": ("*", 20), "div": ("/", 20),
    **{name: (sign, 5) for name, sign in COMPARISONS.items()},
}  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How a language spells the operations that are not infix signs.

    Args:
        calls: for each operation a template of its arguments, such as ``"np.sqrt({0})"``.
        number: how a number is written.
        literals: whether a number may stand among arrays as it is written.
        ternary: how one of two values is chosen, where that is no call.
        infix: signs between two arguments, and how tightly they bind.
    """

    calls: Mapping[str, str]
    number: Callable[[float], str] = repr
    literals: bool = True
    ternary: str = ""
    infix: Mapping[str, tuple[str, int]] = field(default_factory=lambda: INFIX)


@dataclass
class Names:
    """What nodes are called in one piece of code: names are given once and kept."""

    dialect: Dialect
    leaves: Callable[[Node], str]
    known: dict[Node, str] = field(default_factory=dict)

    def text(self, node: Node, needed: int = 0) -> str:
        """The node as an expression, in parentheses where it binds less tightly than is needed."""
        if node in self.known:
            return self.known[node]
        if node.op == "number":
            text = self.dialect.number(float(node.value))
            return f"({text})" if text.startswith("-") and needed > 0 else text
        if node.leaf:
            return self.leaves(node)
        text, binding = self._compound(node)
        return f"({text})" if binding < needed else text

    def _compound(self, node: Node) -> tuple[str, int]:
        if node.op in self.dialect.infix:
            sign, binding = self.dialect.infix[node.op]
            left, right = node.args
            return f"{self.text(left, binding)} {sign} {self.text(right, binding + 1)}", binding
        if node.op == "where" and self.dialect.ternary:
            condition, then, otherwise = (self.text(a, 2) for a in node.args)
            return self.dialect.ternary.format(condition, then, otherwise), 1
        if node.op == "neg":
            return f"-{self.text(node.args[0], _UNARY)}", _UNARY - 1
        return self.dialect.calls[node.op].format(*(self.text(a) for a in node.args)), _ATOM


def stages_of(plan: Plan, results: Mapping[Any, Node], *, branches: bool = True) -> tuple[Stage, ...]:
    return schedule(plan.graph, results, branches=branches)


def every_node(stages: Iterable[Stage]) -> set[Node]:
    """All that the stages compute, on any branch."""
    found: set[Node] = set()
    for stage in stages:
        match stage:
            case Scalars(values):
                found.update(walk(values))
            case Sums(dots):
                found.update(walk(dots))
            case Finish(results):
                found.update(walk(results.values()))
            case Branch(condition, then, otherwise):
                found |= {condition} | every_node(then) | every_node(otherwise)
    return found


def uses(nodes: Iterable[Node]) -> Counter[Node]:
    """How often each node is an argument of another."""
    return Counter(a for n in nodes for a in n.args)


def coefficients(roots: Iterable[Node], dialect: Dialect) -> list[Node]:
    """The scalars that arrays are computed with."""
    found = (a for n in arrays_of(roots) for a in n.args if not a.array)
    return [n for n in dict.fromkeys(found) if not (n.op == "number" and dialect.literals)]


def named_scalars(stage: Scalars, count: Counter[Node], labels: Mapping[Node, str]) -> list[Node]:
    """The scalars of a stage that get a line of their own."""
    return [n for n in stage.values if n in labels or count[n] > 1]


def named_arrays(roots: Iterable[Node], labels: Mapping[Node, str]) -> list[Node]:
    """The arrays that get a line of their own, in order of evaluation."""
    roots = list(roots)
    nodes = arrays_of(roots)
    count = uses(nodes)
    return [n for n in nodes if not n.leaf and (n in labels or n in roots or count[n] > 1)]


def indented(lines: Iterable[str], by: int = 1) -> list[str]:
    return [f"{'    ' * by}{line}" if line else "" for line in lines]
