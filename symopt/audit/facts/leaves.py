"""The symbols of formulas about layers: their letter, their units, whether they are transposed.

The layer's number is left out: ``W^{[2]T}`` is W, transposed; ``a_k^{l-1}`` is a of unit k.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from symopt.audit.facts.spelling import spelling, split
from symopt.language.terms import Term

_TURNED = frozenset({"T", r"\top", r"\intercal"})
_UNITS = re.compile(r"^[h-qsuv]{1,2}$")
"""Letters that number units; t is a step."""


@dataclass(frozen=True)
class Leaf:
    """A symbol.

    Args:
        base: its letter, without fonts.
        units: indices of single units.
        turned: whether it is transposed.
        slope: whether it stands for the loss's derivative by that symbol.
        indices: all of its indices, layers among them.
    """

    base: str
    units: tuple[str, ...] = ()
    turned: bool = False
    slope: bool = False
    indices: tuple[str, ...] = ()


def leaf(term: Term) -> Leaf | None:
    """The symbol that a part is; None for anything that is made of several."""
    if term.head == "call" and term.name == "transpose":
        inner = leaf(term.args[0])
        return None if inner is None else replace(inner, turned=not inner.turned)
    if term.head == "grad" and term.name == "label":
        inner = leaf(term.args[0])
        return None if inner is None else replace(inner, slope=True)
    if term.head == "pow":
        return _raised(term)
    found = spelling(term) if term.head in ("name", "at") else None
    if found is None and term.head == "at":
        found = split(term.name)  # its index is l + 1
    if found is None:
        return None
    turned = bool(found.indices) and found.indices[-1].endswith("T") and found.indices[-1][:1] in "[("
    lower = [i for i in found.indices if _UNITS.match(i) and i not in ("l", "L")]
    units = tuple(lower[0]) if lower else ()
    return Leaf(found.base, units, turned, indices=found.indices)


def _raised(term: Term) -> Leaf | None:
    base, exponent = term.args
    inner = leaf(base)
    if inner is None or inner.turned:
        return None
    if exponent.head == "mul" and exponent.args[-1].name in _TURNED:
        return replace(inner, turned=True)
    if exponent.head == "mul" and all(a.head in ("number", "name") for a in exponent.args):
        return inner  # a layer and an example: z^{[2](i)}
    if exponent.name in _TURNED:
        return replace(inner, turned=True)
    return inner if exponent.head in ("name", "add") else None
