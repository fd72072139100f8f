"""Stages as lines of Python that take arrays and return new ones; NumPy, JAX and PyTorch differ in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from symopt.kernels.nodes import BOOLEAN, Node, walk
from symopt.kernels.plan import Plan
from symopt.kernels.schedule import Branch, Finish, Scalars, Stage, Sums
from symopt.kernels.source import (
    Dialect,
    Names,
    coefficients,
    every_node,
    indented,
    named_arrays,
    named_scalars,
    uses,
)

LONGEST = 76
"""Columns of a line of code before its indentation; longer ones are taken apart."""

Ending = Callable[["Writer", Finish], list[str]]
Summing = Callable[["Writer", Sums], list[str]]


@dataclass
class Writer:
    """Writes one function's stages.

    Args:
        plan: what is computed.
        dialect: the language's spellings.
        cast: how a scalar in double precision becomes a coefficient of arrays, such as ``"number({0})"``.
        finish: the last lines, given the writer and the results.
        stages: what is computed, in order.
        sums: the lines that compute inner products; by default one expression for each.
        scalar_dialect: the spellings of scalars, where they differ from the arrays'.
        assignment: for kinds of names (s and c for scalars and coefficients, a for arrays) how a value gets one.
        branch: how a condition and the lines that hang on it are written.
    """

    plan: Plan
    dialect: Dialect
    cast: str
    finish: Ending
    stages: tuple[Stage, ...]
    sums: Summing | None = None
    scalar_dialect: Dialect | None = None
    assignment: Mapping[str, str] = field(default_factory=dict)
    branch: Callable[[str, list[str]], list[str]] = lambda condition, lines: [f"if {condition}:", *indented(lines)]
    labels: dict[Node, str] = field(default_factory=dict)
    uses: Counter[Node] = field(default_factory=lambda: Counter())
    given: dict[tuple[str, Node], str] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        nodes = every_node(self.stages)
        self.uses = uses(nodes)
        self.labels = dict(self.plan.labels)
        self.scalars = Names(self.scalar_dialect or self.dialect, self.leaf)
        self.arrays = Names(self.dialect, self.leaf)

    def leaf(self, node: Node) -> str:
        match node.op:
            case "hyper":
                setting = self.plan.setting(node.value)
                assert setting is not None, "the definition declares every hyperparameter"
                return setting.name
            case "step":
                return "t"
            case "gradient":
                return gradient_name(self.plan, node.value)
            case _:
                return self.plan.slot_of[node.value].name

    def fresh(self, kind: str, node: Node) -> str:
        """A name such as c1; one node has one name of each kind in the whole function."""
        if (kind, node) not in self.given:
            label = self.labels.get(node)
            number = self.numbers.setdefault(kind, count(1))
            self.given[kind, node] = label if label and kind != "c" else f"{kind}{next(number)}"
        return self.given[kind, node]

    def lines(self, stages: Sequence[Stage] | None = None) -> list[str]:
        """The code of the stages; every way through it ends in what ``finish`` writes."""
        made: list[str] = []
        for stage in self.stages if stages is None else stages:
            match stage:
                case Scalars():
                    made += self.scalar_lines(named_scalars(stage, self.uses, self.labels))
                case Sums():
                    made += self.sums(self, stage) if self.sums else self.plain_sums(stage)
                case Finish(results):
                    self.label(results)
                    made += self.finish(self, stage)
                case Branch(condition, then, otherwise):
                    made += self.branch(self.scalars.text(condition), self.side(then))
                    made += self.side(otherwise)
        return made

    def plain_sums(self, stage: Sums) -> list[str]:
        made = self.array_lines(stage.dots)
        for dot in stage.dots:
            made += self.named(self.scalars, "d", dot, self.arrays.text(dot))
        return made

    def label(self, results: Mapping[Any, Node]) -> None:
        """Name results that a branch has made, which no equation defines as they are."""
        for key, node in results.items():
            slot = self.plan.slot_of.get(key)
            if slot is not None and slot.array and not node.leaf:
                self.labels.setdefault(node, f"{slot.name}_new")

    def side(self, stages: Sequence[Stage]) -> list[str]:
        before = dict(self.scalars.known), dict(self.arrays.known)
        made = self.lines(stages)
        self.scalars.known, self.arrays.known = before
        return made

    def scalar_lines(self, nodes: Iterable[Node]) -> list[str]:
        made: list[str] = []
        for node in nodes:
            if node not in self.scalars.known:
                made += self.shortened(self.scalars, "s", node)
        return made

    def coefficient_lines(self, roots: Iterable[Node]) -> list[str]:
        """The scalars that the roots' arrays are computed with, in the arrays' precision."""
        made: list[str] = []
        for node in coefficients(roots, self.dialect):
            if node not in self.arrays.known:
                self.shorten(made, self.scalars, "s", node, len(self.cast) + 4)
                text = self.scalars.text(node)
                cast = text if node.op in BOOLEAN else self.cast.format(text)
                made += self.named(self.arrays, "c", node, cast)
        return made

    def array_lines(self, roots: Iterable[Node]) -> list[str]:
        """Coefficients, and every array that needs a name."""
        roots = list(roots)
        made = self.coefficient_lines(roots)
        for node in named_arrays(roots, self.labels):
            if node not in self.arrays.known:
                made += self.shortened(self.arrays, "a", node)
        return made

    def value_lines(self, node: Node) -> list[str]:
        """The lines of a function that returns one array."""
        made = self.coefficient_lines([node])
        self.shorten(made, self.arrays, "a", node, len("return "))
        return [*made, f"return {self.arrays.text(node)}"]

    def named(self, names: Names, kind: str, node: Node, text: str) -> list[str]:
        name = self.fresh(kind, node)
        names.known[node] = name
        return [self.assignment.get(kind, "{0} = {1}").format(name, text)]

    def shortened(self, names: Names, kind: str, node: Node) -> list[str]:
        made: list[str] = []
        self.shorten(made, names, kind, node, len(self.fresh(kind, node)) + 3)
        return made + self.named(names, kind, node, names.text(node))

    def shorten(self, made: list[str], names: Names, kind: str, node: Node, used: int) -> None:
        """Give names to parts of an expression until it fits a line."""
        while len(names.text(node)) + used > LONGEST:
            parts = [n for n in walk([node], lambda n: n in names.known) if self._part(names, node, n)]
            if not parts:
                return
            half = len(names.text(node)) / 2
            part = min(parts, key=lambda n: abs(len(names.text(n)) - half))
            made += self.shortened(names, kind, part)

    def _part(self, names: Names, whole: Node, node: Node) -> bool:
        same = node.array == whole.array
        return same and node is not whole and not node.leaf and node not in names.known and node.op != "neg"


def gradient_name(plan: Plan, index: int) -> str:
    return "gradient" if len(plan.points) <= 1 else f"gradient_{index + 1}"


def leaves(stages: Sequence[Stage]) -> set[Node]:
    """The leaves that the stages read."""
    return {n for n in every_node(stages) if n.leaf}
