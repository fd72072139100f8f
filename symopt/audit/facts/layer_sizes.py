"""Whether a product of errors, weights and outputs fits the sizes of the layers, in any of the customary layouts.

Examples are columns or rows, a layer's weights are stored from outputs to inputs or the other way round: four layouts.
A factor is multiplied as a matrix, or entry by entry where sizes are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from symopt.language.terms import Term

Size = tuple[str, str]
Sized = tuple[Size, frozenset[str]]
"""A size, and what is summed over on the way there."""
_NUMBER: Sized = (("", ""), frozenset())


@dataclass(frozen=True)
class Layer:
    """Where a symbol lies: its units' layer and its examples; of weights, the layers that they connect.

    Args:
        rows: "before", "own" or "after"; "" for a number.
        columns: the same, or "examples".
        turned: whether it is transposed.
        weights: whether it is a matrix of weights.
    """

    rows: str
    columns: str
    turned: bool = False
    weights: bool = False


_RESULTS = {
    "error": (Layer("own", "examples"), "after"),
    "input": (Layer("before", "examples"), "own"),
    "weight": (Layer("own", "before", weights=True), "examples"),
    "bias": (Layer("own", "examples"), ""),
}
"""What each kind of gradient is, and what is summed over in it."""


def fits(kind: str, right: Term, layer: Callable[[Term], Layer | None], examples: str) -> bool:
    """Whether a right side has the size of what its left side asks for, in one of the layouts.

    Args:
        kind: of `_RESULTS`.
        right: the right side.
        layer: where a part lies; None for what is made of others.
        examples: "m" for many, "1" for one.
    """
    result, summed = _RESULTS[kind]
    for rows, stored in product((False, True), repeat=2):

        def size(own: Layer, rows: bool = rows, stored: bool = stored) -> Sized:
            first, second = (examples if s == "examples" else s for s in (own.rows, own.columns))
            flipped = own.turned != (stored if own.weights else rows)
            return ((second, first) if flipped else (first, second)), frozenset()

        wanted = size(result)[0], frozenset({examples if summed == "examples" else summed} - {""})
        if wanted in _sizes(right, layer, size):
            return True
    return False


def _sizes(term: Term, layer: Callable[[Term], Layer | None], size: Callable[[Layer], Sized]) -> set[Sized]:
    """Every size that a part may have."""
    own = layer(term)
    if own is not None:
        return {size(own)} if own.rows else {_NUMBER}
    match term.head:
        case "number":
            return {_NUMBER}
        case "neg":
            return _sizes(term.args[0], layer, size)
        case "sum":
            return _sizes(term.args[2], layer, size)
        case "pow" | "div":
            return _sizes(term.args[0], layer, size)
        case "add":
            found = [_sizes(a, layer, size) for a in term.args]
            whole = [s - {_NUMBER} for s in found if s - {_NUMBER}]
            return set.intersection(*whole) if whole else {_NUMBER}
        case "mul":
            parts = [_sizes(a, layer, size) - {_NUMBER} for a in term.args]
            return set(_products([sorted(p)[0] for p in parts if p]))
        case "call" if term.name == "transpose":
            return {((b, a), summed) for (a, b), summed in _sizes(term.args[0], layer, size)}
        case _:
            return set()


def _products(factors: list[Sized]) -> Iterator[Sized]:
    """The products of factors, cut at every choice of places where they are multiplied entry by entry."""
    if not factors:
        yield _NUMBER
        return
    for cuts in product((False, True), repeat=len(factors) - 1):
        runs = [[factors[0]]]
        for cut, factor in zip(cuts, factors[1:], strict=True):
            if cut:
                runs.append([factor])
            else:
                runs[-1].append(factor)
        made = [_chain(run) for run in runs]
        sizes = {m[0] for m in made if m is not None}
        if None not in made and len(sizes) == 1:
            yield sizes.pop(), frozenset[str]().union(*(m[1] for m in made if m is not None))


def _chain(run: list[Sized]) -> Sized | None:
    """A product of matrices; None where they do not fit."""
    (rows, columns), summed = run[0]
    for (first, second), more in run[1:]:
        if first != columns:
            return None
        columns, summed = second, summed | more | {first}
    return (rows, columns), summed
