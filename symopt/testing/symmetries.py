"""Which symmetries a definition has: found from its equations, stated as identities, proved by ``symopt.decide``.

A symmetry multiplies the gradient, the parameters and each state by a factor, and leaves the definition as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, identity
from symopt.kernels.nodes import DOT, Node, walk
from symopt.kernels.plan import Plan
from symopt.language import At, Dot, Grad, HyperSymbol, Norm, Optimizer

_FACTOR = sp.Symbol("c", positive=True)


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


def at_zero(optimizer: Optimizer, hyper: HyperSymbol) -> Optimizer | None:
    """The definition with a hyperparameter at zero, the end of its domain; None where it has no such hyperparameter.

    Scale invariance holds there of many a method whose epsilon is all that knows the gradient's scale.
    """
    if hyper not in {h.symbol for h in optimizer.hyper}:
        return None

    def put(e: Any) -> Any:
        return sp.sympify(e, strict=True).xreplace({hyper: sp.S.Zero})

    return optimizer.replace(
        name=f"{optimizer.name}, {hyper} = 0",
        hyper=[h for h in optimizer.hyper if h.symbol != hyper],
        init={s: put(value) for s, value in optimizer.init.items()},
        update=[sp.Eq(e.lhs, put(e.rhs), evaluate=False) for e in optimizer.update],
    )


def proved(optimizer: Optimizer, symmetry: Symmetry) -> Verdict:
    """Whether the definition is what it is under the symmetry's factors.

    Every kept equation, initial value and point of a gradient, its inputs multiplied by their factors, must be itself
    times its own factor: identities, which are decided one by one. A norm takes a positive factor out, an inner
    product any, and a comparison with zero does without a positive one, each where an identity says that its argument
    has that factor.
    """
    moved = _Moved(symmetry, {key[0]: degree for key, degree in symmetry.degrees.items()})
    return conjunction(identity(*sides) for sides in moved.statements(optimizer))


@dataclass
class _Moved:
    """Expressions with each input multiplied by its factor.

    Args:
        symmetry: says which.
        own: the degree of each sequence that is kept from step to step.
        lemmas: identities that were used on the way.
    """

    symmetry: Symmetry
    own: Mapping[str, Fraction]
    lemmas: list[tuple[Any, Any]] = field(default_factory=list)

    def factor(self, degree: Fraction) -> Any:
        """What a value of that degree is multiplied by."""
        if self.symmetry.kind == "sign":
            return sp.Integer(-1) ** int(degree)
        return _FACTOR ** int(degree * lcm(*(d.denominator for d in self.own.values())))

    def statements(self, optimizer: Optimizer) -> list[tuple[Any, Any]]:
        """Pairs of expressions that must be equal."""
        made: list[tuple[Any, Any]] = []
        inlined: dict[Any, Any] = {}
        at_params = self.factor(self.own[optimizer.params.name])
        for equation in optimizer.update:
            right: Any = equation.rhs.xreplace(inlined)
            name = equation.lhs.base.name
            made += [(self(q.point), at_params * q.point) for q in right.atoms(Grad)]
            if name in self.own:
                made.append((self(right), self.factor(self.own[name]) * right))
            else:  # it has no factor of its own
                inlined[equation.lhs] = right
        for sequence, value in optimizer.init.items():
            if sequence.name in self.own:
                made.append((self(value), self.factor(self.own[sequence.name]) * value))
        return [*self.lemmas, *made]

    def __call__(self, e: Any) -> Any:
        match e:
            case At():
                return self.factor(self.own[e.base.name]) * e if e.base.name in self.own else e
            case Grad():
                return self.factor(Fraction(1)) * e
            case Norm() if (degree := self.degree(e.args[0])) is not None:
                return abs(self.factor(degree)) * e
            case Dot() if None not in (degrees := [self.degree(a) for a in e.args]):
                return sp.Mul(*(self.factor(d) for d in degrees if d is not None)) * e
            case sp.Rel() if self.keeps(e):
                return e
            case _:
                return e.func(*map(self, e.args)) if e.args else e

    def keeps(self, comparison: Any) -> bool:
        """Whether both sides of the comparison are multiplied by the same positive factor."""
        degree = self.degree(comparison.lhs - comparison.rhs)
        return degree is not None and bool(self.factor(degree).is_positive)

    def degree(self, e: Any) -> Fraction | None:
        """The degree of the expression, where an identity says that it has one."""
        moved = self(e)
        for degree in dict.fromkeys((Fraction(0), Fraction(1), Fraction(2), *self.own.values())):
            sides = moved, self.factor(degree) * e
            if identity(*sides).proved:
                self.lemmas.append(sides)
                return degree
        return None


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
                condition: list[Fraction | None] = [Fraction(0)] * (part.op == "where")  # supposed; checked in the end
                known = condition + _told(known[part.op == "where" :])
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
