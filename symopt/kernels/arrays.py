"""Kernels on NumPy arrays: checks, sweeps over settings, and work in place."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import combinations
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.kernels.errors import KernelError
from symopt.kernels.form import Form
from symopt.kernels.kernel import Kernel, State
from symopt.kernels.module import in_memory

Array = NDArray[np.floating[Any]]

LARGE = 2**18
"""Coordinates from which on a second thread is worth its start."""


class ArrayKernel(Kernel):
    """A kernel whose arrays are NumPy's.

    NaN and infinity pass through as they do in NumPy's own arithmetic: comparisons with NaN are false, maximum and
    minimum of NaN are NaN, and a division by zero is infinite or NaN; no warning is given.
    """

    backend = "numpy"
    parts = min(2, os.cpu_count() or 1)
    """Pieces in which large arrays are worked on in place, at once."""

    def __init__(self, form: Form, hyper: Mapping[str, Any], module: ModuleType) -> None:
        super().__init__(form, hyper)
        self.module = module

    @cached_property
    def _sweep(self) -> ModuleType:
        from symopt.kernels.backends import numpy as backend  # with SymPy, which takes long to load

        return in_memory("sweep", backend.source(self.plan, sweep=True))

    @cached_property
    def _used(self) -> Mapping[str, frozenset[str]]:
        """The hyperparameters that each function of the module takes."""
        functions = [name for name in vars(self.module) if name.startswith(("init", "query"))]
        names = {s.name for s in self.form.settings}
        return {f: keywords(getattr(self.module, f)) & names for f in functions}

    def init(self, params: Any, **hyper: Any) -> State:
        array = self.array(params, "params")
        values = self.hyper(hyper) if hyper or self._needed("init") else self._values
        shape = self._swept(values)
        if shape:
            array = np.broadcast_to(array, self._whole(array.shape, shape))
        made = self.module.init(array, **{k: values[k] for k in self._needed("init")})
        return State(self.name, made)

    def _needed(self, function: str) -> frozenset[str]:
        return self._used[function]

    def query(self, params: Any, state: State, *gradients: Any, **hyper: Any) -> Any:
        name = self.query_name(gradients)
        array = self.array(params, "params")
        self.check_state(state)
        if self.form.asks_at_params:
            return array
        values = self.hyper(hyper)
        given = [self.like(g, array, "gradient", values) for g in gradients]
        for slot in self._kept:
            self.like(state[slot], array, f"state {slot}", values)
        needed = {k: values[k] for k in self._needed(name)}
        if shape := self._swept(values):
            array = np.broadcast_to(array, self._whole(array.shape, shape))
            return getattr(self._sweep, name)(array, state, *given, **needed, axes=_axes(shape, array.ndim))
        return getattr(self.module, name)(array, state, *given, **needed)

    def step(
        self, params: Any, gradient: Any, state: State, *, out: tuple[Any, State] | None = None, **hyper: Any
    ) -> tuple[Any, State]:
        """One step; see ``Kernel.step``.

        Args:
            params: array of any shape, float32 or float64.
            gradient: array of the parameters' shape and type; a tuple of arrays where a step asks for several.
            state: from ``init`` or an earlier step.
            out: parameters and a state that take the results, and may be the arguments themselves. No array of
                the parameters' size is allocated then, unless hyperparameters are arrays, or a gradient shares
                memory with what is written.
            hyper: numbers, or arrays that broadcast with the parameters: one run for each setting.

        Raises:
            KernelError: shapes or types that do not fit, a state of another optimizer, a hyperparameter outside
                its domain.
        """
        values = self.hyper(hyper)
        self.check_state(state)
        if type(state["t"]) is not int or state["t"] < 0:
            self.check_count(state["t"])
        array = self.array(params, "params")
        gradients = self.split(gradient)
        held = [state[name] for name in self._kept]
        if not _alike(array, gradients) or not _alike(array, held):
            gradients = [self.like(g, array, "gradient", values) for g in gradients]
            fitting = {k: self.like(v, array, f"state {k}", values) for k, v in zip(self._kept, held, strict=True)}
            if not all(fitting[k] is state[k] for k in fitting):
                state = State(self.name, {**state, **fitting})
        if shape := self._shape(values):
            return self._step_each(array, gradients, state, values, shape, out)
        if out is None:
            made, after = self.module.step(array, *gradients, state, **values)
            if not array.ndim:  # NumPy's arithmetic makes numbers of arrays without dimensions
                made = np.asarray(made)
                after = {k: np.asarray(v) if k in self._kept else v for k, v in after.items()}
            return made, State(self.name, after)
        self._check_out(out, array)
        self._in_place(array, gradients, state, out, values)
        return out

    @cached_property
    def _kept(self) -> tuple[str, ...]:
        return self.form.arrays

    def _shape(self, values: Mapping[str, Any]) -> tuple[int, ...]:
        """The settings' shape, known beforehand where a step sets none."""
        return self._own_shape if values is self._values else self._swept(values)

    @cached_property
    def _own_shape(self) -> tuple[int, ...]:
        return self._swept(self._values)

    def _in_place(
        self, params: Array, gradients: Sequence[Array], state: State, out: tuple[Array, State], values: dict[str, Any]
    ) -> None:
        written = [out[0], *(out[1][name] for name in self._kept)]
        gradients = [g.copy() if any(np.may_share_memory(g, w) for w in written) else g for g in gradients]
        if out[0] is not params or out[1] is not state:
            params = _apart(params, out[0], written)
            apart = {k: _apart(state[k], out[1][k], written) for k in self._kept}
            state = State(self.name, {**state, **apart})
        flat = (params, *gradients, *(state[n] for n in self._kept), *written)
        if self.parts > 1 and params.size >= LARGE and not self.form.sums and all(a.flags.c_contiguous for a in flat):
            self._in_parts(params, gradients, state, out, values)
        else:
            self.module.step(params, *gradients, state, out=out, **values)

    def _in_parts(
        self, params: Array, gradients: Sequence[Array], state: State, out: tuple[Array, State], values: dict[str, Any]
    ) -> None:
        """The step on pieces of the arrays at once: NumPy works outside the interpreter's lock."""
        edges = [params.size * i // self.parts for i in range(self.parts + 1)]

        def piece(start: int, stop: int) -> State:
            def part(array: Array) -> Array:
                return array.reshape(-1)[start:stop]

            held = {k: part(v) if k in self._kept else v for k, v in state.items()}
            after = State(state.optimizer, {k: part(v) if k in self._kept else v for k, v in out[1].items()})
            self.module.step(part(params), *map(part, gradients), held, out=(part(out[0]), after), **values)
            return after

        with ThreadPoolExecutor(self.parts) as pool:
            *_, after = pool.map(piece, edges[:-1], edges[1:])
        for name in (k for k in after if k not in self._kept):
            out[1][name] = after[name]

    def _step_each(
        self,
        params: Array,
        gradients: Sequence[Array],
        state: State,
        values: dict[str, Any],
        shape: tuple[int, ...],
        out: tuple[Any, State] | None,
    ) -> tuple[Any, State]:
        whole = self._whole(params.shape, shape)
        params, *gradients = (np.broadcast_to(a, whole) for a in (params, *gradients))
        axes = _axes(shape, params.ndim)
        made, after = self._sweep.step(params, *gradients, state, **values, axes=axes)
        if out is None:
            return made, State(self.name, after)
        self._check_out(out, made)
        np.copyto(out[0], made)
        for name in self.form.arrays:
            np.copyto(out[1][name], after[name])
        for name in self.form.scalars:
            out[1][name] = after[name]
        out[1]["t"] = after["t"]
        return out

    def array(self, value: Any, what: str) -> Array:
        """The value as an array of floats."""
        if isinstance(value, np.ma.MaskedArray):
            raise KernelError(f"{self.name}: {what} is a masked array, which kernels do not take; fill it with .filled")
        try:
            array = value if type(value) is np.ndarray else np.asarray(value)
        except ValueError:
            raise KernelError(f"{self.name}: {what} must be an array of floats, but its rows are not alike") from None
        if array.dtype.kind != "f":
            raise KernelError(
                f"{self.name}: {what} must be an array of floats, but its type is {array.dtype}; convert it "
                "with .astype(float)"
            )
        return array

    def like(self, value: Any, params: Array, what: str, values: Mapping[str, Any]) -> Array:
        """The value as an array that goes with the parameters."""
        array = self.array(value, what)
        if array.shape != params.shape:
            swept = self._swept(values)
            if not swept or not _fits(array.shape, self._whole(params.shape, swept)):
                raise KernelError(
                    f"{self.name}: {what} has shape {array.shape}, but the parameters have {params.shape}"
                )
        if array.dtype != params.dtype:
            raise KernelError(
                f"{self.name}: {what} is {array.dtype}, but the parameters are {params.dtype}; convert one with .astype"
            )
        return array

    def _check_out(self, out: Any, params: Array) -> None:
        name = self.name
        if not isinstance(out, tuple) or len(out) != 2:
            raise KernelError(f"{name}: out must be a pair (parameters, state)")
        self.check_state(out[1], "out's state")
        values = [out[0], *(out[1][n] for n in self._kept)]
        slots = (self.form.params, *self._kept)
        if not (_alike(params, values) and all(v.flags.writeable for v in values)):
            for slot, value in zip(slots, values, strict=True):
                if not isinstance(value, np.ndarray) or isinstance(value, np.matrix):
                    raise KernelError(f"{name}: out's {slot} must be an array, but it is a {type(value).__name__}")
                self.like(value, params, f"out's {slot}", {})
                if not value.flags.writeable:
                    raise KernelError(f"{name}: out's {slot} is read-only")
        for (a, first), (b, second) in combinations(zip(slots, values, strict=True), 2):
            if _overlap(first, second):
                raise KernelError(f"{name}: out's {a} and {b} share memory; give each an array of its own")

    def _whole(self, shape: tuple[int, ...], swept: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of a sweep over settings."""
        try:
            return np.broadcast_shapes(shape, swept)
        except ValueError:
            raise KernelError(
                f"{self.name}: hyperparameters of shape {swept} do not broadcast with parameters of shape {shape}"
            ) from None

    def _swept(self, values: Mapping[str, Any]) -> tuple[int, ...]:
        """The shape of the settings, where hyperparameters are arrays; () where none is."""
        shapes = {name: v.shape for name, v in values.items() if isinstance(v, np.ndarray)}
        try:
            return np.broadcast_shapes(*shapes.values()) if shapes else ()
        except ValueError:
            told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise KernelError(f"{self.name}: hyperparameters' shapes do not broadcast: {told}") from None


class CompiledKernel(ArrayKernel):
    """A kernel in compiled code, for two types of numbers; sweeps over settings are NumPy's."""

    backend = "numba"
    parts = 1  # compiled code has threads of its own

    def array(self, value: Any, what: str) -> Array:
        array = super().array(value, what)
        if array.dtype.char not in "fd" or not array.dtype.isnative:
            raise KernelError(
                f"{self.name}: {what} is {array.dtype}; the {self.backend} backend has float32 and float64"
            )
        return array


def keywords(function: Any) -> frozenset[str]:
    code = function.__wrapped__.__code__ if hasattr(function, "__wrapped__") else function.__code__
    count = code.co_argcount
    return frozenset(code.co_varnames[count : count + code.co_kwonlyargcount])


def _fits(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether an array of that shape broadcasts to the whole's."""
    return len(shape) <= len(whole) and all(n in (1, w) for n, w in zip(shape[::-1], whole[::-1], strict=False))


def _axes(shape: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """The axes over which a norm runs: those along which no hyperparameter varies."""
    padded = (1,) * (ndim - len(shape)) + shape
    return tuple(i for i, n in enumerate(padded) if n == 1)


def _apart(value: Array, place: Array, written: list[Array]) -> Array:
    """The value, or a copy of it where writing would change it half way: its own place is written as it is read."""
    if any(np.may_share_memory(value, a) for a in written if not (a is place and _same(value, a))):
        return value.copy()
    return value


def _overlap(a: Array, b: Array) -> bool:
    """Whether two arrays share an element."""
    return np.may_share_memory(a, b) and np.shares_memory(a, b)


def _alike(array: Array, others: Sequence[Any]) -> bool:
    """Whether all are arrays of the same shape and type."""
    shape, dtype = array.shape, array.dtype
    return all(type(x) is np.ndarray and x.shape == shape and x.dtype is dtype for x in others)


def _same(a: Array, b: Array) -> bool:
    return a is b or (a.ctypes.data == b.ctypes.data and a.strides == b.strides and a.shape == b.shape)
