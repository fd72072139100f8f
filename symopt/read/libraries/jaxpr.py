"""JAX: a traced function, whose every operation is listed, read as expressions.

Arrays stand for one of their coordinates; what adds over all coordinates becomes a norm or an inner product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from symopt.language import At, Dot, Norm, dot, norm
from symopt.read.libraries.conditions import is_condition, relate, where
from symopt.read.libraries.scalar import CannotTrace, number, power

Values = Sequence[Any]


SIZE = 7919
"""Coordinates of the parameters while they are traced: a number that nobody writes, so that it is known for theirs."""


def evaluate(closed: Any, args: Values) -> list[Any]:
    """The outputs' expressions of a closed jaxpr at inputs' expressions. Raises CannotTrace at what has none."""
    return _Reading().closed(closed, args)


def _constant(value: Any) -> Any:
    """A number, also where an array is full of it; how many coordinates there are is the square of the norm of 1."""
    flat: list[Any] = [value] if isinstance(value, bool | int | float) else list(value.ravel())
    if not flat or any(x != flat[0] for x in flat):
        raise CannotTrace("an array of different constants takes part in the step")
    first = flat[0].item() if hasattr(flat[0], "item") else flat[0]
    if isinstance(first, bool):
        return sp.true if first else sp.false
    if first == SIZE:
        return norm(sp.S.One) ** 2
    return sp.Integer(first) if isinstance(first, int) else number(float(first))


class _Reading:
    """One jaxpr read, with those in it; it remembers what the squares in it are squares of."""

    def __init__(self) -> None:
        self.roots: dict[Any, Any] = {}

    def closed(self, closed: Any, args: Values) -> list[Any]:
        return self.run(closed.jaxpr, [_constant(c) for c in closed.consts], args)

    def run(self, jaxpr: Any, consts: Values, args: Values) -> list[Any]:
        known: dict[Any, Any] = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *args], strict=True))

        def read(atom: Any) -> Any:
            return _constant(atom.val) if hasattr(atom, "val") else known[atom]

        for equation in jaxpr.eqns:
            results = self.apply(equation, [read(a) for a in equation.invars])
            known.update(zip(equation.outvars, results, strict=True))
        return [read(v) for v in jaxpr.outvars]

    def apply(self, equation: Any, args: Values) -> list[Any]:
        name, params = str(equation.primitive), equation.params
        if name in _CALLS:
            inner = params.get("jaxpr") or params.get("call_jaxpr") or params.get("fun_jaxpr")
            return self.closed(inner, args) if hasattr(inner, "consts") else self.run(inner, [], args)
        if name == "cond":
            return self.branch(params["branches"], args[0], args[1:])
        if name in ("reduce_sum", "dot_general"):
            return [self.total(equation, name, args)]
        if name == "convert_element_type":
            return [_converted(args[0], str(params["new_dtype"]))]
        power = int(params["y"]) if name == "integer_pow" else 2
        made = args[0] ** power if name == "integer_pow" else _operated(name, args)
        if power == 2 and (name in ("square", "integer_pow") or (name == "mul" and args[0] == args[1])):
            self.roots[made] = args[0]
        return [made]

    def branch(self, branches: Sequence[Any], index: Any, args: Values) -> list[Any]:
        """One of two functions, by a condition."""
        if len(branches) != 2:
            raise CannotTrace("the step chooses among more than two branches")
        no, yes = (self.closed(b, args) for b in branches)
        chosen = index if is_condition(index) else relate(sp.Ne, index, 0)
        return [where(chosen, a, b) for a, b in zip(yes, no, strict=True)]

    def total(self, equation: Any, name: str, args: Values) -> Any:
        """A sum over all coordinates, where it is a norm or an inner product."""
        shape = equation.invars[0].aval.shape
        if name == "dot_general":
            if len(shape) != 1 or len(equation.invars[1].aval.shape) != 1:
                raise CannotTrace("the step multiplies matrices; the language's elementwise side has none")
            return norm(_magnitude(args[0])) ** 2 if args[0] == args[1] else dot(args[0], args[1])
        if not shape:
            return args[0]
        root = self.roots.get(args[0])
        known = root is not None and not root.has(sp.Piecewise) and _by_coordinate(root)
        return norm(_magnitude(root)) ** 2 if known else _summed(args[0])


def _operated(name: str, args: Values) -> Any:
    if name not in OPERATIONS:
        raise CannotTrace(_REASONS.get(name, f"the step uses JAX's {name}, which has no formula here"))
    return OPERATIONS[name](*args)


def _converted(value: Any, dtype: str) -> Any:
    if is_condition(value):
        return value if dtype == "bool" else where(value, sp.S.One, sp.S.Zero)
    if dtype == "bool":
        return relate(sp.Ne, value, 0)
    if "int" in dtype and not value.is_integer:
        raise CannotTrace(f"{value} is rounded to an integer")
    return value


def _summed(e: Any) -> Any:
    """The sum of a square over all coordinates: a norm, squared."""
    rows = _shared_rows(e)
    if rows is not None:
        return sp.Piecewise(*((_summed(value), condition) for value, condition in rows))
    factors: list[Any] = list(sp.Mul.make_args(e))
    if e == 1:
        return norm(e) ** 2
    if not _by_coordinate(e):
        raise CannotTrace("the step adds a shared number over all coordinates: it counts them")
    if all(f.is_Pow and f.exp.is_Integer and f.exp % 2 == 0 for f in factors):
        return norm(_magnitude(sp.Mul(*(f.base ** (f.exp / 2) for f in factors)))) ** 2
    raise CannotTrace("the step adds over all coordinates something that is not a square")


def _shared_rows(e: Any) -> list[tuple[Any, Any]] | None:
    """The rows of a case distinction, or of a power of one, whose cases are the same at every coordinate."""
    base, exponent = (e.base, e.exp) if e.is_Pow else (e, sp.S.One)
    if not base.is_Piecewise or any(_by_coordinate(condition) for _, condition in base.args):
        return None
    return [(value**exponent, condition) for value, condition in base.args]


def _by_coordinate(e: Any) -> bool:
    """Whether the value, or the truth, may be one at one coordinate and another at another."""
    shared = {x: sp.Dummy() for x in e.atoms(Norm, Dot)}
    return bool(e.xreplace(shared).atoms(At))


def _magnitude(e: Any) -> Any:
    """An expression of the same norm, of a sign that is always the same."""
    e = e.args[0] if isinstance(e, sp.Abs) else e
    return -e if e.could_extract_minus_sign() else e


def _logical(function: Any) -> Callable[..., Any]:
    return lambda *args: function(*(a if is_condition(a) else relate(sp.Ne, a, 0) for a in args))


def _comparison(relation: Any) -> Callable[..., Any]:
    def compare(a: Any, b: Any) -> Any:
        return relate(relation, *(where(x, sp.S.One, sp.S.Zero) if is_condition(x) else x for x in (a, b)))

    return compare


def _select(which: Any, *cases: Any) -> Any:
    chosen = which if is_condition(which) else relate(sp.Ne, which, 0)
    no, yes = cases
    if is_condition(no) or is_condition(yes):
        return sp.Or(sp.And(chosen, yes), sp.And(sp.Not(chosen), no))
    return where(chosen, yes, no)


def _same(a: Any, *_: Any) -> Any:
    return a


_CALLS = frozenset("pjit jit closed_call core_call custom_jvp_call custom_vjp_call remat checkpoint".split())
_REASONS = {
    "while": "the step runs a loop whose length depends on its values (as a line search does)",
    "scan": "the step runs a loop over arrays",
    "random_bits": "the step draws random numbers; a recurrence has none",
    "random_wrap": "the step draws random numbers; a recurrence has none",
    "random_unwrap": "the step draws random numbers; a recurrence has none",
    "random_seed": "the step draws random numbers; a recurrence has none",
    "threefry2x32": "the step draws random numbers; a recurrence has none",
    "reduce_max": "the step takes the largest of all coordinates; the language has no such norm",
}

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b, "add_any": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "neg": lambda a: -a, "pow": power, "sqrt": sp.sqrt, "rsqrt": lambda a: 1 / sp.sqrt(a),
    "square": lambda a: a**2, "cbrt": lambda a: sp.Pow(a, sp.Rational(1, 3)),
    "exp": sp.exp, "exp2": lambda a: 2**a, "log": sp.log, "log1p": lambda a: sp.log(1 + a),
    "expm1": lambda a: sp.exp(a) - 1, "tanh": sp.tanh, "sin": sp.sin, "cos": sp.cos, "floor": sp.floor, "rem": sp.Mod,
    "logistic": lambda a: 1 / (1 + sp.exp(-a)),
    "abs": sp.Abs, "sign": sp.sign, "max": sp.Max, "min": sp.Min,
    "clamp": lambda low, x, high: sp.Min(sp.Max(x, low), high),
    "eq": _comparison(sp.Eq), "ne": _comparison(sp.Ne), "lt": _comparison(sp.Lt), "le": _comparison(sp.Le),
    "gt": _comparison(sp.Gt), "ge": _comparison(sp.Ge),
    "and": _logical(sp.And), "or": _logical(sp.Or), "not": _logical(sp.Not),
    "select_n": _select, "is_finite": lambda _: sp.true,
    "broadcast_in_dim": _same, "reshape": _same, "squeeze": _same, "expand_dims": _same, "copy": _same, "copy_p": _same,
    "stop_gradient": _same, "reduce_precision": _same, "optimization_barrier": _same, "real": _same, "conj": _same,
}  # fmt: skip
"""By the primitive's name: of the arguments' expressions, the result's."""
