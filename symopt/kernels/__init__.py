"""Fast code from definitions: one plan of the step, and a small file for each backend."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from symopt.kernels import backends
from symopt.kernels.errors import KernelError, MissingExtra
from symopt.kernels.kept import keep, kept
from symopt.kernels.kernel import Kernel, State

if TYPE_CHECKING:
    from symopt.kernels.running import run
    from symopt.language import Optimizer

__all__ = ["BACKENDS", "Kernel", "KernelError", "MissingExtra", "State", "kernel", "run"]

BACKENDS = tuple(sorted(m.name for m in pkgutil.iter_modules(backends.__path__)))
"""The backends' names: the modules of ``symopt.kernels.backends``."""

KEPT = "numba"
"""The backend whose kernels are kept on disk, for to compile them takes long."""


def kernel(optimizer: Optimizer | str, backend: str = "numpy", **hyper: Any) -> Kernel:
    """The optimizer's step as fast code.

        adam = symopt.kernel(symopt.optimizers.get("adam"), eta=1e-2)
        state = adam.init(params)
        for _ in range(steps):
            gradient = f_prime(adam.query(params, state))
            params, state = adam.step(params, gradient, state)

    Args:
        optimizer: a definition, or the name of one in the catalogue.
        backend: "numpy", "numba", "jax" or "torch"; all but the first need an extra.
        hyper: values for hyperparameters in place of their defaults; a name that is a keyword of Python, such as
            lambda, takes an underscore (``lambda_``). Each step may give others.

    Raises:
        KernelError: an unknown backend, a definition that the backend has no kernel for, a hyperparameter outside
            its domain.
        MissingExtra: the backend's library is not installed.
    """
    if backend != KEPT or not isinstance(optimizer, str):
        return backend_module(backend).kernel(definition(optimizer), hyper)
    if (found := kept(optimizer, hyper)) is not None:
        return found
    made: Kernel = backend_module(backend).kernel(definition(optimizer), hyper)
    keep(made)
    return made


def __getattr__(name: str) -> Any:
    if name == "run":  # it needs SymPy, which a kernel that is kept does not
        return importlib.import_module("symopt.kernels.running").run
    raise AttributeError(f"module 'symopt.kernels' has no attribute {name!r}")


def definition(optimizer: Optimizer | str) -> Optimizer:
    """The definition of that name, or the one given."""
    from symopt.language import Optimizer

    if isinstance(optimizer, str):
        from symopt.optimizers import get

        optimizer = get(optimizer)  # type: ignore[assignment]  # checked below
    if not isinstance(optimizer, Optimizer):
        named = getattr(optimizer, "name", optimizer)
        raise KernelError(f"kernels are made of optimizers, but {named!r} is a {type(optimizer).__name__}")
    return optimizer


def backend_module(name: str) -> Any:
    """The backend of that name. Raises KernelError where there is none."""
    if name not in BACKENDS:
        near = difflib.get_close_matches(str(name), BACKENDS, n=1)
        offer = f"did you mean {near[0]}?" if near else f"known: {', '.join(BACKENDS)}"
        raise KernelError(f"no backend is called {name!r}; {offer}")
    return importlib.import_module(f"symopt.kernels.backends.{name}")
