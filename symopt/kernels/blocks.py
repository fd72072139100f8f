"""Three-address code for arrays: each operation writes into a given place, so that nothing is allocated.

A result goes straight to where it belongs as soon as the old value there is no longer needed, and into a scratch
block otherwise; a scratch block is used again once what it holds has been read for the last time. Until a result
comes, its place serves as scratch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symopt.kernels.nodes import BOOLEAN, Node, arrays_of

UFUNCS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "sqrt": "sqrt",
    "square": "square", "pow": "power", "abs": "abs", "sign": "sign", "min": "minimum", "max": "maximum",
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tanh": "tanh", "floor": "floor", "ceil": "ceil",
    "mod": "mod", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
    "ne": "not_equal", "and": "logical_and", "or": "logical_or", "not": "logical_not",
}  # fmt: skip


@dataclass
class Blocks:
    """Lines of code, and how many scratch blocks they use.

    Args:
        names: what leaves and coefficients are called.
        targets: where results belong: for each name of a place, the leaf that is overwritten there, if any.
    """

    names: Mapping[Node, str]
    lines: list[str] = field(default_factory=list)
    floats: int = 0
    bools: int = 0
    _free: dict[bool, list[str]] = field(default_factory=lambda: {True: [], False: []})
    places: dict[Node, str] = field(default_factory=dict)

    def place(self, node: Node) -> str:
        return self.places.get(node) or self.names[node]

    def scratch(self, boolean: bool) -> str:
        if self._free[boolean]:
            return self._free[boolean].pop()
        if boolean:
            self.bools += 1
            return f"b{self.bools}"
        self.floats += 1
        return f"w{self.floats}"

    def release(self, node: Node) -> None:
        name = self.places.get(node, "")
        if name[:1] in ("w", "b") and name[1:].isdigit():
            self._free[name[0] == "b"].append(name)


def blocks(
    results: Mapping[str, Node], overwritten: Mapping[str, Node | None], names: Mapping[Node, str], dots: Sequence[Node]
) -> Blocks:
    """Code that computes the results into their places, block by block.

    Args:
        results: the node that each place gets, by the place's name.
        overwritten: the leaf that the same array may hold before, for each place.
        names: what leaves and coefficients are called.
        dots: inner products, computed after everything else, as ``d1``, ``d2``, ...
    """
    code = Blocks(names)
    order = [n for n in arrays_of([*results.values(), *dots]) if not n.leaf]
    last = _last_reads(order, results, dots)
    owner = {node: place for place, node in reversed(list(results.items())) if not node.leaf}
    due = {owner[node]: (index, node) for index, node in enumerate(order) if node in owner}
    for index, node in enumerate(order):
        dying = [a for a in dict.fromkeys(node.args) if last.get(a, -1) == index and a in code.places]
        target = _target(code, node, index, owner.get(node), overwritten, last, dying, due)
        _emit(code, node, target)
        code.places[node] = target
        for argument in dying:
            if code.places[argument] != target:
                code.release(argument)
        if last.get(node, -1) < index and node not in owner:
            code.release(node)
    if dots:
        found = [f"inner({code.place(dot.args[0])}, {code.place(dot.args[1])})" for dot in dots]
        code.lines += [f"return ({found[0]},)"] if len(found) == 1 else ["return (", *(f"    {d}," for d in found), ")"]
    _move(code, [(place, node) for place, node in results.items() if code.places.get(node) != place])
    return code


def _last_reads(order: list[Node], results: Mapping[str, Node], dots: Sequence[Node]) -> dict[Node, int]:
    last: dict[Node, int] = {}
    for index, node in enumerate(order):
        last |= dict.fromkeys(node.args, index)
    end = len(order)
    return last | dict.fromkeys(results.values(), end) | {a: end for d in dots for a in d.args}


def _target(
    code: Blocks,
    node: Node,
    index: int,
    place: str | None,
    overwritten: Mapping[str, Node | None],
    last: Mapping[Node, int],
    dying: list[Node],
    due: Mapping[str, tuple[int, Node]],
) -> str:
    """Where an operation may write: its own place, the scratch of an argument that is read for the last time, the
    place of a result that is still to come, or new scratch."""
    boolean = node.op in BOOLEAN
    if place is not None and _empty(place, node, index, overwritten, last):
        return place
    if not _in_two_passes(node):
        for argument in dying:
            name = code.places[argument]
            if name[0] == ("b" if boolean else "w") and name[1:].isdigit():
                return name
    if not boolean:
        for lent, (arrival, result) in due.items():
            until = last.get(node, index)
            soon = index < until < arrival or (until == arrival and not _in_two_passes(result))
            if soon and _empty(lent, node, index, overwritten, last) and not _taken(code, lent, node, index, last):
                return lent
    return code.scratch(boolean)


def _in_two_passes(node: Node) -> bool:
    """Whether the operation writes twice, and so must not overwrite what its second pass reads."""
    return node.op in ("where", "fill")


def _empty(
    place: str, node: Node, index: int, overwritten: Mapping[str, Node | None], last: Mapping[Node, int]
) -> bool:
    """Whether nothing needs the old value there, once the operation is done."""
    old = overwritten[place]
    return old is None or last.get(old, -1) < index or (last[old] == index and not _in_two_passes(node))


def _taken(code: Blocks, place: str, node: Node, index: int, last: Mapping[Node, int]) -> bool:
    """Whether the place is lent to a value that is still needed, once the operation is done."""
    held = [last.get(n, -1) for n, name in code.places.items() if name == place]
    return any(end > index or (end == index and _in_two_passes(node)) for end in held)


def _emit(code: Blocks, node: Node, target: str) -> None:
    if node.op == "where":
        condition, then, otherwise = (code.place(a) for a in node.args)
        code.lines += [
            f"np.copyto({target}, {otherwise})",
            f"np.copyto({target}, {then}, where={condition})",
        ]
    elif node.op == "fill":
        code.lines.append(f"{target}.fill({code.place(node.args[0])})")
    else:
        arguments = ", ".join(code.place(a) for a in node.args)
        code.lines.append(f"np.{UFUNCS[node.op]}({arguments}, out={target})")


def _move(code: Blocks, pending: list[tuple[str, Node]]) -> None:
    """Copies to the places that have not got their result yet, none before what it overwrites has been read."""
    names = {node: code.place(node) for _, node in pending}
    moves = [(place, names[node]) for place, node in pending]
    while moves:
        blocked = {source for _, source in moves}
        ready = next((m for m in moves if _base(m[0]) not in blocked or _base(m[0]) == m[1]), None)
        if ready is None:  # a cycle: one value steps aside
            aside = code.scratch(False)
            victim = _base(moves[0][0])
            code.lines.append(f"np.copyto({aside}, {victim})")
            moves = [(place, aside if source == victim else source) for place, source in moves]
            continue
        moves.remove(ready)
        code.lines.append(f"np.copyto({ready[0]}, {ready[1]})")


def _base(place: str) -> str:
    """The input that may lie in the same array as a place."""
    return place.removesuffix("_out")
