"""From a dotted name to the object that it names, with an answer for every way in which it can be wrong."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from types import ModuleType
from typing import Any

EXTRAS = {"torch": "torch", "jax": "jax", "optax": "jax", "keras": "keras"}
"""The extra that installs each library."""


class NotFound(Exception):
    """There is no such object, or its library is not installed; the message says what would be right."""


def locate(path: str) -> Any:
    """The object that a dotted name such as ``torch.optim.Adam`` names. Its modules are imported: their code runs.

    Raises:
        NotFound: no module, no such attribute (the nearest names are offered), or a missing extra.
    """
    parts = path.split(".")
    if len(parts) < 2 or not all(p.isidentifier() for p in parts):
        raise NotFound(f"{path!r} is not a dotted name, such as torch.optim.Adam")
    found: Any = _module(parts[0])
    for depth, name in enumerate(parts[1:], start=1):
        here = ".".join(parts[:depth])
        if not hasattr(found, name) and isinstance(found, ModuleType):
            _submodule(f"{here}.{name}")
        if not hasattr(found, name):
            raise NotFound(_no_attribute(found, here, name))
        found = getattr(found, name)
    return found


def _module(name: str) -> Any:
    _choose_jax()  # a module of the user's may import Keras too
    if importlib.util.find_spec(name) is None:
        if name in EXTRAS:
            raise NotFound(f"{name} is not installed; pip install 'symopt[{EXTRAS[name]}]' brings it")
        raise NotFound(f"no module is called {name!r}; is it installed, or is the current folder the wrong one?")
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise NotFound(f"importing {name} failed: {type(error).__name__}: {error}") from error


def _submodule(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # a module that this one needs
            raise NotFound(f"importing {name} failed: {error}") from error
    except (Exception, SystemExit) as error:
        raise NotFound(f"importing {name} failed: {type(error).__name__}: {error}") from error


def _choose_jax() -> None:
    """Keras is traced through JAX, and takes its backend from the environment when it is imported."""
    import os

    os.environ.setdefault("KERAS_BACKEND", "jax")


def _no_attribute(found: Any, here: str, name: str) -> str:
    names = [n for n in dir(found) if not n.startswith("_")]
    lowered = {n.lower(): n for n in names}
    near = [lowered[n] for n in difflib.get_close_matches(name.lower(), lowered, cutoff=0.6)]
    offer = f"; did you mean {' or '.join(f'{here}.{n}' for n in near)}?" if near else ""
    return f"{here} has no {name}{offer}"
