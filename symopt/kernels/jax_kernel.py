"""Kernels on JAX arrays."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from symopt.kernels.arrays import keywords
from symopt.kernels.errors import KernelError
from symopt.kernels.extras import needed
from symopt.kernels.form import Form
from symopt.kernels.kernel import Kernel, State


def _flatten(state: State) -> tuple[tuple[Any, ...], tuple[str, tuple[str, ...]]]:
    names = tuple(state)
    return tuple(state[n] for n in names), (state.optimizer, names)


def _unflatten(kind: tuple[str, tuple[str, ...]], values: tuple[Any, ...]) -> State:
    return State(kind[0], dict(zip(kind[1], values, strict=True)))


jax.tree_util.register_pytree_node(State, _flatten, _unflatten)


class JaxKernel(Kernel):
    """A kernel whose step is a pure function: it may be jitted, vmapped and scanned.

    Scalars are computed with 64 bits even where JAX's arrays have 32. A hyperparameter that is an argument of a
    jitted function has what JAX gives arguments, 32 bits by default; one of the kernel's own has 64.
    """

    backend = "jax"

    def __init__(self, form: Form, hyper: Mapping[str, Any], module: ModuleType) -> None:
        super().__init__(form, {k: v for k, v in hyper.items() if not isinstance(v, jax.Array)})
        self.module = module

    def init(self, params: Any, **hyper: Any) -> State:
        array = self.array(params, "params")
        return State(self.name, self._call("init", (array,), hyper))

    def query(self, params: Any, state: State, *gradients: Any, **hyper: Any) -> Any:
        name = self.query_name(gradients)
        array = self.array(params, "params")
        given = [self._like(g, array, "gradient") for g in gradients]
        return self._call(name, (array, self._held(state, array), *given), hyper)

    def step(self, params: Any, gradient: Any, state: State, **hyper: Any) -> tuple[Any, State]:
        array = self.array(params, "params")
        gradients = [self._like(g, array, "gradient") for g in self.split(gradient)]
        made, after = self._call("step", (array, *gradients, self._held(state, array)), hyper)
        return made, State(self.name, after)

    def transformation(self, **hyper: Any) -> Any:
        """The optimizer as an ``optax.GradientTransformation``; each leaf of the parameters is a layer of its own.

        Its update needs the parameters. Where the step asks for its gradient elsewhere than at the parameters,
        take the gradient at what ``query`` gives, leaf by leaf.
        """
        optax = needed("optax", "jax")
        missing = self.name

        def init(params: Any) -> Any:
            return tuple(self.init(leaf, **hyper) for leaf in jax.tree.leaves(params))

        def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
            if params is None:
                raise KernelError(f"{missing}: the update needs the parameters; call update(gradients, state, params)")
            leaves, tree = jax.tree.flatten(params)
            gradients = jax.tree.leaves(updates)
            made = [self.step(p, g, s, **hyper) for p, g, s in zip(leaves, gradients, state, strict=True)]
            moves = [after - before for (after, _), before in zip(made, leaves, strict=True)]
            return jax.tree.unflatten(tree, moves), tuple(s for _, s in made)

        return optax.GradientTransformation(init, update)

    def array(self, value: Any, what: str) -> Any:
        """The value as an array of floats."""
        try:
            array = value if isinstance(value, jax.Array) else jnp.asarray(value)
        except (TypeError, ValueError):
            raise self.not_floats(what, value) from None
        if not jnp.issubdtype(array.dtype, jnp.floating):
            raise self.not_floats(what, array)
        return array

    def _held(self, state: Any, params: Any) -> State:
        """The state, checked; t may be traced."""
        self.check_state(state)
        if not isinstance(state["t"], jax.Array):
            self.check_count(state["t"])
        arrays = {k: self._like(state[k], params, f"state {k}") for k in self.form.arrays}
        return State(self.name, {**state, **arrays})

    def _like(self, value: Any, params: Any, what: str) -> Any:
        array = self.array(value, what)
        if array.dtype != params.dtype:
            raise KernelError(
                f"{self.name}: {what} is {array.dtype}, but the parameters are {params.dtype}; convert one with .astype"
            )
        if array.shape != params.shape:
            raise KernelError(f"{self.name}: {what} has shape {array.shape}, but the parameters have {params.shape}")
        return array

    def _call(self, name: str, arguments: tuple[Any, ...], hyper: Mapping[str, Any]) -> Any:
        function = getattr(self.module, name)
        traced = {k: v for k, v in hyper.items() if isinstance(v, jax.Array)}
        own = {setting.name: traced[k] for k in traced if (setting := self.form.setting(k)) is not None}
        given = {k: v for k, v in hyper.items() if k not in traced or self.form.setting(k) is None}
        wanted = keywords(function)
        known = {k: v for k, v in self._values.items() if k not in own} | self._checked(given)
        if missing := wanted - known.keys() - own.keys():
            self.hyper({k: v for k, v in given.items() if k not in missing})
        shapes = [np.shape(v) for v in (known | own).values()]
        if self.form.sums and any(shapes):
            raise KernelError(
                f"{self.name}: norms run over all coordinates, so hyperparameters must be numbers; use vmap"
            )
        return function(*arguments, **{k: v for k, v in (known | own).items() if k in wanted})
