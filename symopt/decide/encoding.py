"""Expressions and definitions as JSON, and back; nothing is parsed or evaluated as text."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from symopt.language.linear import (
    SEARCHES,
    Draw,
    Hessian,
    Inverted,
    Jacobian,
    Residual,
    Transposed,
    Value,
    identity,
)
from symopt.language.optimizer import Optimizer
from symopt.language.roots import SumOverRoots
from symopt.language.symbols import At, Dot, Expect, Grad, Hyper, HyperSymbol, Norm, Sequence, Shape

Json = Any

_HEADS: dict[str, Any] = {
    "add": sp.Add, "mul": sp.Mul, "pow": sp.Pow, "exp": sp.exp, "log": sp.log, "abs": sp.Abs, "sign": sp.sign,
    "max": sp.Max, "min": sp.Min, "floor": sp.floor, "ceil": sp.ceiling, "mod": sp.Mod, "sin": sp.sin, "cos": sp.cos,
    "tanh": sp.tanh, "grad": Grad, "dot": Dot, "norm": Norm, "expect": Expect, "and": sp.And, "or": sp.Or,
    "not": sp.Not, "transpose": Transposed, "inverse": Inverted, "hessian": Hessian, "residual": Residual,
    "jacobian": Jacobian, "over roots": SumOverRoots, "value": Value, "draw": Draw,
    **{f"{name} search": s for name, s in SEARCHES.items()},
}  # fmt: skip
_RELATIONS: dict[str, Any] = {
    "=": sp.Eq, "!=": sp.Ne, ">": sp.StrictGreaterThan, ">=": sp.GreaterThan, "<": sp.StrictLessThan, "<=": sp.LessThan,
}  # fmt: skip
_NAMES = {f: name for name, f in (_HEADS | _RELATIONS).items()}
_SETS: dict[str, sp.Set] = {"naturals": sp.S.Naturals, "naturals0": sp.S.Naturals0, "reals": sp.S.Reals}
_CONSTANTS: dict[str, sp.Basic] = {
    "pi": sp.pi, "e": sp.E, "i": sp.I, "true": sp.true, "false": sp.false, "identity": identity,
}  # fmt: skip
_ASSUMPTIONS = frozenset({
    "real", "positive", "negative", "nonnegative", "nonpositive", "nonzero", "zero", "integer", "rational", "finite",
    "even", "odd", "commutative", "extended_real", "prime",
})  # fmt: skip


class EncodingError(ValueError):
    """Something that has no JSON form, or JSON that is not the form of anything."""


def encode(e: Any) -> Json:
    """The expression as nested lists: a head, then arguments."""
    match e:
        case sp.Rational():
            return ["number", str(e.p), str(e.q)]
        case At():
            return ["at", encode(e.base), encode(e.index)]
        case Sequence():
            return ["sequence", e.name, e.latex, e.shape.value, _assumptions(e)]
        case HyperSymbol():
            return ["hyper", e.name, encode_set(e.domain), e.meaning, _assumptions(e)]
        case sp.Symbol():
            return ["symbol", e.name, _assumptions(e)]
        case sp.Sum() | sp.Product():
            head = "sum" if isinstance(e, sp.Sum) else "product"
            limits: Any = e.limits
            return [head, encode(e.function), *([encode(x) for x in limit] for limit in limits)]
        case sp.Piecewise():
            rows: Any = e.args
            return ["piecewise", *([encode(value), encode(condition)] for value, condition in rows)]
        case AppliedUndef():
            return ["function", e.func.__name__, *map(encode, e.args)]
        case _:
            return _encode_other(e)


def _encode_other(e: Any) -> Json:
    for name, constant in _CONSTANTS.items():
        if e == constant:
            return ["constant", name]
    if e.func not in _NAMES:
        raise EncodingError(f"{type(e).__name__} {e} has no JSON form")
    return [_NAMES[e.func], *map(encode, e.args)]


def _assumptions(symbol: Any) -> Json:
    return {k: v for k, v in sorted(symbol._assumptions_orig.items()) if k in _ASSUMPTIONS and v is not None}


def decode(data: Json) -> Any:
    """The expression. Raises EncodingError where the data is not one's form."""
    try:
        return _decode(data)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise EncodingError(f"not the form of an expression: {str(data)[:80]}") from error


def _decode(data: Json) -> Any:
    head, *args = data
    match head:
        case "number":
            return sp.Rational(int(args[0]), int(args[1]))
        case "at":
            return At(_decode(args[0]), _decode(args[1]))
        case "sequence":
            assumptions: Any = _checked(args[3])
            return Sequence(args[0], args[1], shape=Shape(args[2]), **assumptions)
        case "hyper":
            return HyperSymbol(args[0], decode_set(args[1]), args[2], **_checked(args[3]))
        case "symbol":
            return sp.Symbol(args[0], **_checked(args[1]))
        case "sum" | "product":
            limits = [tuple(_decode(x) for x in limit) for limit in args[1:]]
            return (sp.Sum if head == "sum" else sp.Product)(_decode(args[0]), *limits)
        case "piecewise":
            return sp.Piecewise(*((_decode(value), _decode(condition)) for value, condition in args), evaluate=False)
        case "function":
            return sp.Function(str(args[0]))(*map(_decode, args[1:]))
        case "constant":
            return _CONSTANTS[args[0]]
        case _ if head in _RELATIONS:
            return _RELATIONS[head](*map(_decode, args), evaluate=False)
        case _:
            return _HEADS[head](*map(_decode, args), evaluate=False)


def _checked(assumptions: Json) -> dict[str, bool]:
    if not all(k in _ASSUMPTIONS and isinstance(v, bool) for k, v in assumptions.items()):
        raise EncodingError(f"unknown assumptions {assumptions}")
    return dict(assumptions)


def encode_set(domain: Any) -> Json:
    if isinstance(domain, sp.Interval) and domain != sp.S.Reals:
        ends = [None if not x.is_finite else encode(x) for x in (domain.start, domain.end)]
        return ["interval", *ends, bool(domain.left_open), bool(domain.right_open)]
    for name, known in _SETS.items():
        if domain == known:
            return [name]
    raise EncodingError(f"the domain {domain} has no JSON form")


def decode_set(data: Json) -> sp.Set:
    if data[0] != "interval":
        return _SETS[data[0]]
    low = -sp.oo if data[1] is None else _decode(data[1])
    high = sp.oo if data[2] is None else _decode(data[2])
    return sp.Interval(low, high, bool(data[3]), bool(data[4]))


def encode_optimizer(optimizer: Optimizer) -> Json:
    return {
        "name": optimizer.name,
        "hyper": [[encode(h.symbol), None if h.default is None else encode(h.default)] for h in optimizer.hyper],
        "update": [encode(eq) for eq in optimizer.update],
        "init": [[encode(s), encode(value)] for s, value in optimizer.init.items()],
        "params": encode(optimizer.params),
    }


def decode_optimizer(data: Json) -> Optimizer:
    try:
        return Optimizer(
            str(data["name"]),
            hyper=[Hyper(_decode(s), None if d is None else _decode(d)) for s, d in data["hyper"]],
            update=[_decode(eq) for eq in data["update"]],
            init={_decode(s): _decode(value) for s, value in data["init"]},
            params=_decode(data["params"]),
        )
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise EncodingError(f"not the form of a definition: {error}") from error
