"""The order of a step's work: scalars, sums over all coordinates, branches that a scalar decides, then the arrays.

A branch is decided once a step, so that no coordinate ever meets it; what only one side needs is computed on that
side only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from symopt.kernels.nodes import DOT, Graph, Node, walk

MOST_BRANCHES = 6
"""Conditions in one step that become branches; more are computed as selections."""


@dataclass(frozen=True)
class Scalars:
    """Numbers that are computed now, each from numbers known by then."""

    values: tuple[Node, ...]


@dataclass(frozen=True)
class Sums:
    """Inner products that are computed now, in one pass over the arrays."""

    dots: tuple[Node, ...]


@dataclass(frozen=True)
class Branch:
    """Two ways to go on."""

    condition: Node
    then: tuple[Stage, ...]
    otherwise: tuple[Stage, ...]


@dataclass(frozen=True)
class Finish:
    """The results, by whatever the caller called them."""

    results: Mapping[Any, Node]


Stage = Scalars | Sums | Branch | Finish


def schedule(graph: Graph, results: Mapping[Any, Node], *, branches: bool = True) -> tuple[Stage, ...]:
    """The stages that compute the results.

    Args:
        graph: that of the nodes.
        results: what is wanted.
        branches: whether a scalar condition between arrays becomes a branch; otherwise it stays a selection.
    """
    conditions = [n for n in walk(results.values()) if _divides(n)]
    known: set[Node] = set()
    if not branches or len({n.args[0] for n in conditions}) > MOST_BRANCHES:
        return _straight(results, known)
    return _branched(graph, results, known)


def _divides(node: Node) -> bool:
    return node.op == "where" and node.array and not node.args[0].array


def _branched(graph: Graph, results: Mapping[Any, Node], known: set[Node]) -> tuple[Stage, ...]:
    undecided = next((n for n in walk(results.values()) if _divides(n)), None)
    if undecided is None:
        return _straight(results, known)
    condition = undecided.args[0]
    before = _passes([condition], known)

    def side(number: int) -> tuple[Stage, ...]:
        memo: dict[Node, Node] = {}
        taken = {k: graph.rebuilt(n, lambda n: _chosen(n, condition, number), memo) for k, n in results.items()}
        arrays = {k: graph.filled(n) if results[k].array else n for k, n in taken.items()}
        return _branched(graph, arrays, set(known))

    return (*before, Branch(condition, side(1), side(2)))


def _chosen(node: Node, condition: Node, number: int) -> Node | None:
    return node.args[number] if _divides(node) and node.args[0] is condition else None


def _straight(results: Mapping[Any, Node], known: set[Node]) -> tuple[Stage, ...]:
    return (*_passes(results.values(), known), Finish(results))


def _passes(roots: Iterable[Node], known: set[Node]) -> list[Stage]:
    """The scalars that the roots need, with the sums that those need; ``known`` takes them in."""
    stages: list[Stage] = []
    roots = list(roots)
    while True:
        nodes = list(walk(roots))
        dots = [n for n in nodes if n.op == DOT and n not in known]
        ready = [n for n in dots if not any(d in dots for d in walk(n.args))]
        wanted = ready or roots
        scalars = [n for n in _scalars(wanted) if n not in known]
        known.update(scalars)
        if scalars:
            stages.append(Scalars(tuple(scalars)))
        if not ready:
            return stages
        known.update(ready)
        stages.append(Sums(tuple(ready)))


def _scalars(roots: Iterable[Node]) -> list[Node]:
    """The scalars to be computed for the roots, leaves and inner products left out: what arrays use, and roots."""
    roots = list(roots)
    used = [a for n in walk(roots) if n.array or n.op == DOT for a in n.args if not a.array]
    used += [n for n in roots if not n.array and n.op != DOT]
    return [n for n in walk(used) if not n.leaf and n.op != DOT and not n.array]
