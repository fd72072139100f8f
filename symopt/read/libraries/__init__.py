"""Optimizers of PyTorch, optax and Keras, read by running them on symbols.

To trace a library's optimizer is to run its code, unlike everything else that symopt reads.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from symopt.read.libraries import optax
from symopt.read.libraries.locate import NotFound, locate
from symopt.read.libraries.recurrence import Traced, recurrence
from symopt.read.libraries.refusals import reason_of, unanswered
from symopt.read.libraries.request import ANY, Request
from symopt.read.libraries.scalar import CannotTrace
from symopt.read.libraries.step import Step
from symopt.read.libraries.strangers import described

__all__ = [
    "ANY", "CannotTrace", "NotFound", "Request", "Traced", "library_of", "locate", "read", "request", "simulate",
    "version",
]  # fmt: skip

LIBRARIES = ("torch", "keras", "optax")
"""The modules of this package that trace a library, each named for the one it traces."""
TITLES = {"torch": "PyTorch", "optax": "optax", "keras": "Keras"}


class _Library(Protocol):
    """What each of them offers."""

    LIBRARY: str
    GIVEN: int
    """How many of the first arguments the tracing gives: the parameters, or none."""

    def recognises(self, made: Any) -> bool: ...

    def trace(self, request: Request) -> Step: ...

    def simulate(
        self, request: Request, hyper: Mapping[str, float], start: float, gradients: Iterable[float]
    ) -> list[float]: ...


def request(path: str, options: Mapping[str, Any] | None = None) -> Request:
    """The named object with options.

    Raises:
        NotFound: there is no such object, it is no optimizer that can be traced, or it has no such option.
    """
    made = Request(path, _maker(locate(path)), dict(options or {}))
    _library(made)
    known = made.parameters()
    for name in made.options:
        if name not in known:
            raise NotFound(f"{path} has no argument {name!r}; it has {', '.join(known)}")
    return made


def read(request: Request) -> Traced:
    """The recurrence that the library runs. Raises CannotTrace with the reason where there is none."""
    library = _library(request)
    title = f"{TITLES[library.LIBRARY]}, {request.owner}"
    given = list(request.parameters())[: library.GIVEN]
    missing = unanswered(request.make, [n for n in request.unanswered() if n not in given])
    if missing:
        raise CannotTrace(missing)
    try:
        step = library.trace(request)
    except CannotTrace:
        raise
    except (Exception, SystemExit) as error:  # whatever the library's own code raises
        raise CannotTrace(reason_of(error)) from error
    return recurrence(step, request.path, title=title, source=f"{TITLES[library.LIBRARY]} {version(request)}")


def simulate(request: Request, hyper: Mapping[str, float], start: float, gradients: Iterable[float]) -> list[float]:
    """The parameters after each step of the library itself, in double precision."""
    return _library(request).simulate(request, hyper, start, gradients)


def library_of(request: Request) -> str:
    """The library that the object belongs to: torch, optax or keras."""
    return _library(request).LIBRARY


def version(request: Request) -> str:
    """The version of the library that the object belongs to."""
    return str(sys.modules[library_of(request)].__version__)


def _library(request: Request) -> _Library:
    for name in LIBRARIES:
        if name in sys.modules:  # an object of a library that is not imported cannot be one of its optimizers
            module: Any = importlib.import_module(f"{__name__}.{name}")
            if module.recognises(request.make):
                return module
    called = optax.called(request.make) if "optax" in sys.modules and not isinstance(request.make, type) else None
    said = described(request.path, request.make, called)
    raise NotFound(f"{request.path} is no optimizer that symopt can trace: {said}")


def _maker(found: Any) -> Any:
    """What makes the optimizer: the object found, or, where that is one made already, a function that gives it."""
    return (lambda: found) if optax.is_transformation(found) and not isinstance(found, type) else found
