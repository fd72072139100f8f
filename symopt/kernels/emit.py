"""Standalone source files: what a kernel runs, without symopt."""

from __future__ import annotations

from symopt.kernels import backend_module, definition
from symopt.kernels.plan import plan_of
from symopt.language import Optimizer


def emit(optimizer: Optimizer | str, backend: str = "numpy") -> str:
    """A file's text with one step of the optimizer, headed by its equations and its source.

    Args:
        optimizer: a definition, or the name of one in the catalogue.
        backend: "numpy", "numba", "jax", "torch" or "c".

    Raises:
        KernelError: an unknown backend, or a definition that has no kernel.
    """
    return backend_module(backend).source(plan_of(definition(optimizer)))
