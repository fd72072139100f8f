"""What the libraries on JAX share: which arguments can be symbols, and a step traced with them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.language import Sequence
from symopt.language.symbols import t
from symopt.language.vocabulary import g, theta
from symopt.read.libraries.conditions import is_condition, where
from symopt.read.libraries.jaxpr import SIZE, evaluate
from symopt.read.libraries.names import Argument
from symopt.read.libraries.refusals import reason_of
from symopt.read.libraries.request import SUGGESTED
from symopt.read.libraries.scalar import CannotTrace, Condition, number
from symopt.read.libraries.step import Step

Functions = Callable[[Mapping[str, Any]], tuple[Callable[..., Any], Callable[..., Any]]]
"""From hyperparameters to ``start(params) -> states`` and ``step(params, states, gradients) -> params, states``."""


def double() -> Any:
    """Arrays hold doubles inside."""
    jax: Any = importlib.import_module("jax")
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64()  # before JAX 0.8


def _as_number(e: Any) -> Any:
    """The value of a state that may be true or false: 1 or 0."""
    return where(e, sp.S.One, sp.S.Zero) if is_condition(e) else e


class Stand:
    """A traced number that Python code may compare; the comparison is answered by a number of its own.

    JAX takes it for an array, and arithmetic gives arrays.
    """

    def __init__(self, value: float, array: Any, assumed: list[Condition], symbol: Any) -> None:
        self.value, self.array, self.assumed, self.symbol = value, array, assumed, symbol

    def __jax_array__(self) -> Any:
        return self.array

    def _compare(self, other: Any, relation: Any, holds: Callable[[Any, Any], bool]) -> bool:
        answer = holds(self.value, other.value if isinstance(other, Stand) else other)
        right = other.symbol if isinstance(other, Stand) else number(float(other))
        self.assumed.append((relation(self.symbol, right), answer))
        return answer

    def __bool__(self) -> bool:
        return self._compare(0, sp.Ne, lambda a, b: a != b)

    def __eq__(self, other: object) -> bool:
        return other is not None and self._compare(other, sp.Eq, lambda a, b: a == b)

    def __ne__(self, other: object) -> bool:
        return other is None or self._compare(other, sp.Ne, lambda a, b: a != b)

    def __lt__(self, other: Any) -> bool:
        return self._compare(other, sp.Lt, lambda a, b: a < b)

    def __le__(self, other: Any) -> bool:
        return self._compare(other, sp.Le, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> bool:
        return self._compare(other, sp.Gt, lambda a, b: a > b)

    def __ge__(self, other: Any) -> bool:
        return self._compare(other, sp.Ge, lambda a, b: a >= b)

    def __hash__(self) -> int:
        return id(self)

    def __neg__(self) -> Any:
        return -self.array

    def __add__(self, other: Any) -> Any:
        return self.array + other

    def __radd__(self, other: Any) -> Any:
        return other + self.array

    def __sub__(self, other: Any) -> Any:
        return self.array - other

    def __rsub__(self, other: Any) -> Any:
        return other - self.array

    def __mul__(self, other: Any) -> Any:
        return self.array * other

    def __rmul__(self, other: Any) -> Any:
        return other * self.array

    def __truediv__(self, other: Any) -> Any:
        return self.array / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.array

    def __pow__(self, other: Any) -> Any:
        return self.array**other

    def __rpow__(self, other: Any) -> Any:
        return other**self.array


@dataclass(frozen=True)
class Tracing:
    """What is traced, and how.

    Args:
        symbols: the arguments that may be symbols.
        functions: the library's initial states and step, from hyperparameters.
        name_of: a state's name from its place in the tree of states.
        free: the names of the arguments that are symbols; the rest are held at their numbers.
        compared: those that Python code compares.
    """

    symbols: tuple[Argument, ...]
    functions: Functions
    name_of: Callable[[Any], str]
    free: frozenset[str]
    compared: frozenset[str] = frozenset()

    def jaxprs(self) -> tuple[Any, Any, Any, tuple[Condition, ...]]:
        """Of the start and of the step, with the states' shapes and what was assumed."""
        jax: Any = importlib.import_module("jax")
        params = jax.ShapeDtypeStruct((SIZE,), "float64")
        numbers = {name: jax.ShapeDtypeStruct((), "float64") for name in sorted(self.free)}
        assumed: list[Condition] = []

        def start(values: Any, theta: Any) -> Any:
            return self.functions(self._hyper(values, assumed))[0](theta)

        def step(values: Any, theta: Any, states: Any, gradient: Any) -> Any:
            return self.functions(self._hyper(values, assumed))[1](theta, states, gradient)

        begun, shapes = jax.make_jaxpr(start, return_shape=True)(numbers, params)
        return begun, jax.make_jaxpr(step)(numbers, params, shapes, params), shapes, tuple(dict.fromkeys(assumed))

    def _hyper(self, values: Mapping[str, Any], assumed: list[Condition]) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for a in self.symbols:
            value = values.get(a.name, _value(a))
            stands = a.name in self.free and a.name in self.compared
            found[a.name] = Stand(_value(a), value, assumed, a.symbol) if stands else value
        return found

    def step(self) -> Step:
        """The first step and step t."""
        jax: Any = importlib.import_module("jax")
        start, step, shapes, assumed = self.jaxprs()
        places, _ = jax.tree_util.tree_flatten_with_path(shapes)
        hyper = [a for a in self.symbols if a.name in self.free]
        names = _distinct([self.name_of(path) for path, _ in places], {a.symbol.name for a in hyper})
        symbols = [a.symbol for a in sorted(hyper, key=lambda a: a.name)]
        initial = dict(zip(names, map(_as_number, evaluate(start, [*symbols, theta[0]])), strict=True))
        known = [initial[n].xreplace({theta[0]: theta[t - 1]}) for n in names]
        first = evaluate(step, [*symbols, theta[t - 1], *known, g[t]])
        later = evaluate(step, [*symbols, theta[t - 1], *(Sequence(n)[t - 1] for n in names), g[t]])
        fixed = {a.symbol.name: number(_value(a)) for a in self.symbols if a.name not in self.free}
        keys = ["theta", *names]
        return Step(
            tuple(a.hyper for a in hyper), initial, dict(zip(keys, map(_as_number, first), strict=True)),
            dict(zip(keys, map(_as_number, later), strict=True)), assumed, fixed,
        )  # fmt: skip


def trace(symbols: tuple[Argument, ...], functions: Functions, name_of: Callable[[Any], str]) -> Step:
    """The first step and step t.

    An argument that the library's Python code compares is traced for the answers that its number gives, and one
    that it cannot take as a symbol at all is held at its number.
    """
    every = frozenset(a.name for a in symbols)
    tries = [(every, frozenset[str]()), (every, every)]
    with double():
        for free, compared in tries:
            try:
                return Tracing(symbols, functions, name_of, free, compared).step()
            except _refusals():
                continue
        taken = frozenset(n for n in every if _takes(Tracing(symbols, functions, name_of, frozenset({n}), every)))
        try:
            return Tracing(symbols, functions, name_of, taken, every).step()
        except _refusals() as problem:
            raise CannotTrace(reason_of(problem)) from problem


def _refusals() -> tuple[type[Exception], ...]:
    """What JAX and the libraries raise at a symbol where they want a number."""
    jax: Any = importlib.import_module("jax")
    return (jax.errors.JAXTypeError, jax.errors.JAXIndexError, TypeError, ValueError, AttributeError)


def _takes(tracing: Tracing) -> bool:
    try:
        tracing.jaxprs()
    except _refusals():
        return False
    return True


def _value(argument: Argument) -> float:
    return argument.default or SUGGESTED


def _distinct(names: list[str], taken: set[str]) -> list[str]:
    """The names, told apart where two are equal or one is a hyperparameter's."""
    found: list[str] = []
    for name in names:
        base = f"{name}_state" if name in taken or name in ("t", "theta", "g") else name
        count = sum(f == base or f.startswith(f"{base}_") for f in found)
        found.append(f"{base}_{count + 1}" if count else base)
    return found


def run(step: Callable[[Any, Any, Any], tuple[Any, Any]], states: Any, start: float, gradients: Any) -> list[float]:
    """The parameters after each step with numbers, in double precision."""
    numpy: Any = importlib.import_module("jax.numpy")
    theta: Any = numpy.asarray([start], dtype="float64")
    path: list[float] = []
    for value in gradients:
        theta, states = step(theta, states, numpy.asarray([value], dtype="float64"))
        path.append(float(theta[0]))
    return path
