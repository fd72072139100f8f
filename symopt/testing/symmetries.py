"""Which symmetries a definition has: found from its equations, stated as identities, proved by ``symopt.decide``.

A symmetry multiplies the gradient, the parameters and each state by a factor, and leaves the definition as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symopt.kernels.nodes import DOT, Node, walk
from symopt.kernels.plan import Plan


@dataclass(frozen=True)
class Symmetry:
    """Factors under which a definition is what it is.

    Args:
        kind: "sign", where all factors are 1 or -1; or "scale", where the gradient is multiplied by a positive c.
        degrees: for each slot the power of the factor that it is multiplied by.
    """

    kind: str
    degrees: Mapping[tuple[str, int], Fraction]


def sign_symmetry(plan: Plan) -> Symmetry | None:
    """Parameters and gradients change sign together; a state is odd or even. None where the definition has no such."""
    return _search(plan, "sign", Fraction(1), _parity)


def scale_invariance(plan: Plan) -> Symmetry | None:
    """The gradient times c leaves the parameters alone. None where the definition has no such symmetry."""
    return _search(plan, "scale", Fraction(0), _degree)


def _search(plan: Plan, kind: str, params: Fraction, rule: Any) -> Symmetry | None:
    """Degrees of the states that make every equation agree, tried from what the equations suggest."""
    degrees: dict[tuple[str, int], Fraction] = {s.key: params for s in plan.slot_of.values() if s is plan.params}
    name = plan.params.key[0]
    degrees |= {s.key: params for s in plan.slots if s.key[0] == name}
    for slot in plan.slots:
        if (value := _start(slot.initial, params)) is not None:
            degrees.setdefault(slot.key, value)
    for _ in range(len(plan.slots) + 2):
        for key, node in plan.outputs.items():
            try:
                found = _of(node, degrees, rule)
            except _Unknown:
                continue
            except _Broken:
                return None
            if found is not None:
                if degrees.setdefault(key, found) != found:
                    return None
    if any(s.key not in degrees for s in plan.slots):
        return None
    try:
        sound = all(_of(n, degrees, rule, strict=True) in (None, degrees[k]) for k, n in plan.outputs.items())
        points = all(_of(p, degrees, rule, strict=True) in (None, params) for p in plan.points)
        starts = all(_of(s.initial, degrees, rule, strict=True) in (None, degrees[s.key]) for s in plan.slots)
    except (_Unknown, _Broken):
        return None
    return Symmetry(kind, degrees) if sound and points and starts else None


def _start(initial: Node, params: Fraction) -> Fraction | None:
    """The degree that an initial value tells of: that of the parameters, or 0 of numbers but zero."""
    value = initial.args[0] if initial.op == "fill" else initial
    if value.op == "input":
        return params
    return Fraction(0) if value.op == "hyper" or (value.op == "number" and value.value != 0) else None


_AGREEING = {"add", "sub", "min", "max", "where"}
"""Operations whose arguments, but for a condition, have one degree: one that is known tells of the others."""


class _Unknown(Exception):
    """A state whose degree is not known yet."""


class _Broken(Exception):
    """An equation that no degrees satisfy."""


def _of(node: Node, degrees: Mapping[tuple[str, int], Fraction], rule: Any, *, strict: bool = False) -> Fraction | None:
    """The node's degree; None for zero, which has any."""
    memo: dict[Node, Fraction | None] = {}
    for part in walk([node]):
        if part.op == "input":
            if part.value not in degrees:
                if strict:
                    raise _Broken
                memo[part] = Fraction(-999)  # not known yet
                continue
            memo[part] = degrees[part.value]
        elif part.op == "gradient":
            memo[part] = Fraction(1)
        elif part.op == "number" and part.value == 0:
            memo[part] = None
        elif part.leaf:
            memo[part] = Fraction(0)
        else:
            known = [memo[a] for a in part.args]
            if part.op in _AGREEING and Fraction(-999) in known:
                known = known[:1] * (part.op == "where") + _told(known[part.op == "where" :])
            memo[part] = Fraction(-999) if Fraction(-999) in known else rule(part, known)
    if memo[node] == Fraction(-999):
        raise _Unknown
    return memo[node]


def _told(known: list[Fraction | None]) -> list[Fraction | None]:
    found = next((k for k in known if k not in (None, Fraction(-999))), Fraction(-999))
    return [found] * len(known)


def _alike(known: list[Fraction | None]) -> Fraction | None:
    found = {k for k in known if k is not None}
    if len(found) > 1:
        raise _Broken
    return found.pop() if found else None


def _degree(node: Node, known: list[Fraction | None]) -> Fraction | None:
    """Degrees under a positive factor."""
    first = known[0] if known else None
    match node.op:
        case "add" | "sub" | "min" | "max" | "neg" | "abs" | "fill":
            return _alike(known)
        case "mul" | "dot":
            return None if None in known else sum((k for k in known if k is not None), Fraction(0))
        case "div":
            return None if first is None else first - (known[1] or Fraction(0))
        case "sqrt":
            return None if first is None else first / 2
        case "square":
            return None if first is None else 2 * first
        case "sign":
            return Fraction(0)
        case "where":
            if known[0] not in (None, Fraction(0)):
                raise _Broken
            return _alike(known[1:])
        case "lt" | "le" | "gt" | "ge" | "eq" | "ne":
            _alike(known)
            return Fraction(0)
        case _:
            if any(k not in (None, Fraction(0)) for k in known):
                raise _Broken
            return Fraction(0)


def _parity(node: Node, known: list[Fraction | None]) -> Fraction | None:
    """Whether a value changes sign: 1, or not: 0."""
    first = known[0] if known else None
    match node.op:
        case "add" | "sub" | "neg" | "fill":
            return _alike(known)
        case "min" | "max" if all(k in (None, Fraction(0)) for k in known):
            return Fraction(0)
        case "mul" | "div":
            return None if None in known else Fraction(sum(int(k) for k in known if k is not None) % 2)
        case "sign":
            return first
        case "square" | "abs" | "sqrt" if node.op != "sqrt" or not first:
            return Fraction(0)
        case "where":
            if known[0] not in (None, Fraction(0)):
                raise _Broken
            return _alike(known[1:])
        case _ if node.op == DOT:
            return None if None in known else Fraction(sum(int(k) for k in known if k is not None) % 2)
        case _:
            if any(k not in (None, Fraction(0)) for k in known):
                raise _Broken
            return Fraction(0)
