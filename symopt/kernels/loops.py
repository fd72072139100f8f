"""A fused loop's body: one coordinate of every array, read once, computed, written once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symopt.kernels.functional import Writer
from symopt.kernels.nodes import Node, arrays_of
from symopt.kernels.plan import Plan
from symopt.kernels.source import Dialect, Names, coefficients, named_arrays


@dataclass(frozen=True)
class Loop:
    """What a loop needs and does.

    Args:
        arrays: names of the arrays it reads or writes, the parameters first.
        numbers: names of its coefficients.
        body: the lines for coordinate i; they add inner products to d1, d2, ...
        sums: how many inner products there are.
    """

    arrays: tuple[str, ...]
    numbers: tuple[str, ...]
    body: tuple[str, ...]
    sums: int


def loop(
    plan: Plan,
    writer: Writer,
    dialect: Dialect,
    results: Mapping[str, Node],
    dots: Sequence[Node],
    declare: str = "",
    end: str = "",
    double: str = "np.float64({0})",
) -> Loop:
    """The loop that computes results over the arrays of their names, and inner products.

    Args:
        plan: whose nodes these are.
        writer: knows the coefficients' names.
        dialect: the language's spellings.
        results: the node that each array gets.
        dots: inner products to add up.
        declare: what a declaration of a value begins with, such as a type.
        end: what ends a statement.
        double: how a value is put in double precision.
    """
    roots = [*results.values(), *dots]
    computed = arrays_of(roots)
    read = [n for n in computed if n.leaf]
    order = {s.name: i for i, s in enumerate(plan.arrays)}
    arrays = dict.fromkeys([*(writer.leaf(n) for n in read), *results])
    numbers = coefficients(roots, dialect)
    known = {n: writer.arrays.known[n] for n in numbers}
    names = Names(dialect, writer.leaf, dict(known))
    body: list[str] = []
    stay = {name for name, node in results.items() if node.leaf and writer.leaf(node) == name}
    for leaf in read:
        if any(leaf in n.args for n in (*computed, *dots)) or any(
            n is leaf and a not in stay for a, n in results.items()
        ):
            names.known[leaf] = f"{writer.leaf(leaf)}_i"
            body.append(f"{declare}{writer.leaf(leaf)}_i = {writer.leaf(leaf)}[i]{end}")
    for node in named_arrays([*dots, *(n for n in results.values() if not n.leaf)], writer.labels):
        lines: list[str] = []
        inner = Writer(plan, dialect, "{0}", writer.finish, ())
        inner.given, inner.numbers, inner.labels = writer.given, writer.numbers, writer.labels
        lines = inner.shortened(names, "a", node)
        body += [f"{declare}{line}{end}" for line in lines]
    for number, dot in enumerate(dots, start=1):
        left, right = (double.format(names.text(a)) for a in dot.args)
        body.append(f"d{number} += {left} * {right}{end}")
    body += [f"{name}[i] = {names.text(node)}{end}" for name, node in results.items() if name not in stay]
    used = [a for a in arrays if a not in stay or any(writer.leaf(n) == a and n in names.known for n in read)]
    used.sort(key=lambda a: order.get(a, 0.5))
    return Loop(tuple(used), tuple(known.values()), tuple(body), len(dots))
