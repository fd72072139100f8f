"""optax: a GradientTransformation traced through JAX, its hyperparameters among the arguments."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from symopt.read.libraries import jax as tracing
from symopt.read.libraries.names import HYPERPARAMETERS
from symopt.read.libraries.request import SUGGESTED, Request
from symopt.read.libraries.step import Step

LIBRARY = "optax"
GIVEN = 0
STATES = {
    "mu": "m", "nu": "v", "nu_max": "vmax", "trace": "b", "sum_of_squares": "r", "count": "count", "e_g": "r",
    "e_x": "s", "step_sizes": "Delta", "prev_updates": "p", "mu_nu": "v",
}  # fmt: skip
"""Short names for optax's states."""


def recognises(made: Any) -> bool:
    """Whether the object, a function or a class, makes something with an optax.GradientTransformation's interface."""
    if not callable(made):
        return False
    if isinstance(made, type):
        return is_transformation(made)
    annotation = str(getattr(getattr(made, "func", made), "__annotations__", {}).get("return", ""))
    return "GradientTransformation" in annotation or is_transformation(called(made))


def called(made: Any) -> Any:
    """What a function gives at small hyperparameters, or what it raises; None where it asks for anything else."""
    try:
        required = [
            p.name for p in inspect.signature(made).parameters.values()
            if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]  # fmt: skip
    except (TypeError, ValueError):  # built-in functions may have no signature
        return None
    if not all(name in HYPERPARAMETERS for name in required):
        return None
    try:
        return made(**dict.fromkeys(required, SUGGESTED))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is the user's own code that is asked
        return error


def is_transformation(made: Any) -> bool:
    """Whether the object has the interface of an optax.GradientTransformation."""
    return callable(getattr(made, "init", None)) and callable(getattr(made, "update", None))


def trace(request: Request) -> Step:
    """The first step and step t of an optax optimizer."""
    return tracing.trace(request.symbols(), lambda hyper: _functions(request, hyper), _name)


def _functions(request: Request, hyper: Mapping[str, Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    optax: Any = importlib.import_module("optax")
    optimizer: Any = request.make(**request.arguments(hyper))

    def step(theta: Any, states: Any, gradient: Any) -> Any:
        updates, states = optimizer.update(gradient, states, theta)
        return optax.apply_updates(theta, updates), states

    return optimizer.init, step


def _name(path: tuple[Any, ...]) -> str:
    """A state's name from its place: the last part that is a word."""
    words = [str(getattr(key, "name", getattr(key, "key", ""))) for key in path]
    last = next((w for w in reversed(words) if w.isidentifier()), "state")
    return STATES.get(last, last)


def simulate(request: Request, hyper: Mapping[str, float], start: float, gradients: Iterable[float]) -> list[float]:
    """The parameters after each step of the library itself, in double precision."""
    with tracing.double():
        initial, step = _functions(request, hyper)
        numpy: Any = importlib.import_module("jax.numpy")
        return tracing.run(step, initial(numpy.asarray([start], dtype="float64")), start, gradients)
