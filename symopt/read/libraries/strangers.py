"""What an object is that is no optimizer which can be traced, and what to do about it."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType
from typing import Any

from symopt.read.libraries.refusals import raised

EXPECTED = (
    "expected a subclass of torch.optim.Optimizer or of keras.optimizers.Optimizer, an optax.GradientTransformation, "
    "or a function that returns one"
)


def described(path: str, made: Any, called: Any) -> str:
    """What the object is, and what would be right.

    Args:
        path: its dotted name.
        made: the object.
        called: what it gave when it was called, which may be an exception; None where it was not called.
    """
    if isinstance(made, ModuleType):
        return f"it is a module; name an optimizer in it, such as {path}.{_example(made)}"
    if isinstance(made, type):
        return _class(path, made)
    kind = type(made)
    if callable(getattr(made, "step", None)) or callable(getattr(made, "apply_gradients", None)):
        return (
            f"it is a {kind.__name__} made already; name its class, {kind.__module__}.{kind.__name__}, with its options"
        )
    if not callable(made):
        return f"it is a {kind.__name__}; {EXPECTED}"
    if isinstance(called, BaseException):
        return f"called with small numbers, {raised(called)}; {EXPECTED}"
    if called is not None:
        return f"called with small numbers, it gives a {type(called).__name__}; {EXPECTED}"
    return f"it is a function{_asking(made)}; {EXPECTED}"


def _example(module: ModuleType) -> str:
    """A class of the module that has a step, or else any of its names."""
    held = {n: v for n, v in vars(module).items() if not n.startswith("_") and isinstance(v, type)}
    return next((n for n, v in sorted(held.items()) if _steps(v) and n != "Optimizer"), "Adam")


def _class(path: str, made: type) -> str:
    if not _steps(made):
        return f"it is a class of another kind; {EXPECTED}"
    where = getattr(sys.modules.get(made.__module__), "__file__", None)
    file = str(where).replace("\\", "/").rpartition("/")[2] if where else "path/to/file.py"
    return (
        "it is a class with a step of its own, but no subclass of torch.optim.Optimizer or of "
        f"keras.optimizers.Optimizer: make it one, or check its source, {file}::{made.__name__}, which is not run"
    )


def _steps(made: type) -> bool:
    return any(callable(getattr(made, name, None)) for name in ("step", "update_step"))


def _asking(made: Any) -> str:
    """What a function has to be given, in words."""
    try:
        found = inspect.signature(made).parameters.values()
    except (TypeError, ValueError):  # built-in functions may have none
        return ""
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    required = [f"`{p.name}`" for p in found if p.default is p.empty and p.kind not in kinds]
    return f" that asks for {', '.join(required)}" if required else ""
