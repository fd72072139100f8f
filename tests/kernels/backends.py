"""Every backend's kernel as one of NumPy arrays, so that one set of properties holds for all."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import numpy as np
import pytest

import symopt
from symopt.kernels import BACKENDS, State
from symopt.language import Optimizer

RUNNING = tuple(b for b in BACKENDS if b != "c")  # C has source text only; see test_emit
NEEDS = {"numpy": "numpy", "numba": "numba", "jax": "jax", "torch": "torch"}
"""The library that each of them needs."""
IN_PLACE = frozenset({"numpy", "numba", "torch"})


class OnArrays:
    """A kernel that takes and gives NumPy arrays, whatever its backend's arrays are."""

    def __init__(self, kernel: Any, backend: str) -> None:
        self.kernel, self.backend = kernel, backend
        self.plan, self.gradients, self.hyper = kernel.plan, kernel.gradients, kernel.hyper

    def init(self, params: Any, **hyper: Any) -> State:
        with self.wide():
            return self.state(self.kernel.init(self.inside(params), **hyper), np.asarray)

    def query(self, params: Any, state: State, *gradients: Any, **hyper: Any) -> Any:
        with self.wide():
            given = [self.inside(x) for x in (params, *gradients)]
            return np.asarray(self.kernel.query(given[0], self.state(state, self.inside), *given[1:], **hyper))

    def step(self, params: Any, gradient: Any, state: State, **given: Any) -> Any:
        with self.wide():
            held = self.state(state, self.inside)
            inner = tuple(map(self.inside, gradient)) if isinstance(gradient, tuple) else self.inside(gradient)
            theta = self.inside(params)
            if (out := given.pop("out", None)) is not None:
                place = theta if out[0] is params else self.inside(out[0])
                after = held if out[1] is state else self.state(out[1], self.inside)
                self.kernel.step(theta, inner, held, out=(place, after), **given)
                out[1].update(self.state(after, np.asarray))  # arrays share their memory; numbers do not
                return out
            made, after = self.kernel.step(theta, inner, held, **given)
            return np.asarray(made), self.state(after, np.asarray)

    def inside(self, value: Any) -> Any:
        """The value as the backend has it; NumPy's memory is shared where it can be."""
        if not isinstance(value, np.ndarray):
            return value
        if self.backend == "torch":
            import torch

            return torch.from_numpy(value if value.flags.writeable else value.copy())
        if self.backend == "jax":
            import jax.numpy as jnp

            return jnp.asarray(value)
        return value

    def state(self, state: State, convert: Any) -> State:
        arrays = {k: convert(v) if k in self.kernel.form.arrays else v for k, v in state.items()}
        return State(state.optimizer, {**arrays, "t": int(state["t"])})

    def wide(self) -> AbstractContextManager[Any]:
        """JAX has arrays of 64 bits only where it is told so."""
        if self.backend != "jax":
            return nullcontext()
        import jax

        return jax.enable_x64(True)


@cache
def on_arrays(optimizer: Optimizer, backend: str) -> Any:
    """The kernel of that backend on NumPy arrays; the test is skipped where its library is missing."""
    pytest.importorskip(NEEDS[backend])
    kernel = symopt.kernel(optimizer, backend)
    return kernel if backend in ("numpy", "numba") else OnArrays(kernel, backend)
