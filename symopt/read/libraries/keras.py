"""Keras on its JAX backend: a stateless step traced through JAX, hyperparameters set as attributes."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

import numpy

from symopt.read.libraries import jax as tracing
from symopt.read.libraries.jaxpr import SIZE
from symopt.read.libraries.request import SUGGESTED, Request
from symopt.read.libraries.scalar import CannotTrace
from symopt.read.libraries.step import Step

LIBRARY = "keras"
GIVEN = 0
STATES = {
    "momentum": "m", "velocity": "v", "velocity_hat": "vmax", "norm": "u", "accumulator": "r", "accumulated_grad": "r",
    "accumulated_delta_var": "s", "average_gradient": "m", "u_product": "P", "linear": "z",
}  # fmt: skip
"""Short names for Keras's states."""
START = 0.8515625
"""The parameters while the optimizer is made: a state that starts there starts at the parameters."""


def recognises(made: Any) -> bool:
    """Whether the object is a kind of keras.optimizers.Optimizer."""
    keras: Any = importlib.import_module("keras")
    return isinstance(made, type) and issubclass(made, keras.optimizers.Optimizer)


def trace(request: Request) -> Step:
    """The first step and step t of a Keras optimizer."""
    with _double():
        return tracing.trace(request.symbols(), lambda hyper: _functions(request, hyper), _short)


def _functions(request: Request, hyper: Mapping[str, Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Keras keeps a hyperparameter as the attribute of its name, and the learning rate as a variable."""
    keras: Any = importlib.import_module("keras")
    jax: Any = importlib.import_module("jax")
    if keras.backend.backend() != "jax":
        raise CannotTrace(f"Keras runs on {keras.backend.backend()}; start with KERAS_BACKEND=jax")
    numbers = {a.name: a.default or SUGGESTED for a in request.symbols() if a.name in hyper}
    with jax.ensure_compile_time_eval():  # the optimizer itself is made as always, with numbers
        optimizer: Any = request.make(**request.arguments(numbers))
        parameter: Any = keras.Variable([START] * SIZE, dtype="float64", name="theta")
        optimizer.build([parameter])
        names = [_name(v, parameter, optimizer) for v in optimizer.variables]
        initial = {n: _initial(numpy.asarray(v.value), n) for n, v in zip(names, optimizer.variables, strict=True)}
    spread = [n for n, v in initial.items() if isinstance(v, float)]
    for name, value in hyper.items():
        if name == "learning_rate":
            initial[name] = value.array if isinstance(value, tracing.Stand) else value
        elif hasattr(optimizer, name):
            setattr(optimizer, name, value)
        else:
            raise CannotTrace(f"the argument {name} is not kept as an attribute of that name")

    def start(theta: Any) -> Any:
        return {n: _spread(v, theta) if n in spread else v for n, v in initial.items()}

    def step(theta: Any, states: Any, gradient: Any) -> Any:
        (updated,), changed = optimizer.stateless_apply([states[n] for n in names], [gradient], [theta])
        return updated, dict(zip(names, changed, strict=True))

    return start, step


def _initial(value: Any, name: str) -> Any:
    """A state's start: the number at every coordinate, or the single number or counter that it is."""
    if value.shape != (SIZE,):
        return value
    if (value != value[0]).any():
        raise CannotTrace(f"the state {name} starts with different values at different coordinates")
    return float(value[0])


def _spread(value: float, theta: Any) -> Any:
    """A state's start at every coordinate: the parameters themselves, where it was made from them."""
    return theta if value == START else theta * 0 + value


def _short(path: tuple[Any, ...]) -> str:
    name = str(path[0].key)
    return STATES.get(name, name)


def _name(variable: Any, parameter: Any, optimizer: Any) -> str:
    held = [name for name, value in vars(optimizer).items() if value is variable]
    return held[0].strip("_") if held else variable.path.rpartition("/")[2].removeprefix(f"{parameter.name}_")


@contextmanager
def _double() -> Generator[None]:
    """Keras's own variables, such as the learning rate, hold doubles too."""
    keras: Any = importlib.import_module("keras")
    old = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        with tracing.double():
            yield
    finally:
        keras.config.set_floatx(old)


def simulate(request: Request, hyper: Mapping[str, float], start: float, gradients: Iterable[float]) -> list[float]:
    """The parameters after each step of the library itself, in double precision."""
    keras: Any = importlib.import_module("keras")
    with _double():
        optimizer: Any = request.make(**request.arguments(hyper))
        parameter: Any = keras.Variable([start], dtype="float64", name="theta")
        optimizer.build([parameter])
        path: list[float] = []
        for value in gradients:
            optimizer.apply([keras.ops.convert_to_tensor([value], dtype="float64")], [parameter])
            path.append(float(parameter.value[0]))
        return path
