"""Kernels on PyTorch tensors."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np
import torch

from symopt.kernels.arrays import keywords
from symopt.kernels.backends.torch import class_name
from symopt.kernels.errors import KernelError
from symopt.kernels.form import Form
from symopt.kernels.kernel import Kernel, State


class TorchKernel(Kernel):
    """A kernel on tensors, on whatever device they are, and a class of optimizers."""

    backend = "torch"

    def __init__(self, form: Form, hyper: Mapping[str, Any], module: ModuleType) -> None:
        super().__init__(form, hyper)
        self.module = module

    def optimizer_of(self, params: Any, *, compile: bool | None = None, **hyper: Any) -> Any:
        """A ``torch.optim.Optimizer`` of the parameters.

        Where the definition asks for the gradient elsewhere than at the parameters, its ``step`` takes a closure,
        and evaluates it there.

        Args:
            params: parameters, or groups of them.
            compile: whether the tensors' function is compiled; by default where ``torch.compile`` can.
            hyper: hyperparameters in place of the kernel's.

        Raises:
            KernelError: a hyperparameter outside its domain or missing, or a step that asks for several gradients.
        """
        if self.gradients > 1:
            raise KernelError(f"{self.name}: a torch.optim.Optimizer has one gradient a step; use step itself")
        return getattr(self.module, class_name(self.plan))(params, compile=compile, **self._numbers(hyper))

    def init(self, params: Any, **hyper: Any) -> State:
        tensor = self.tensor(params, "params")
        wanted = keywords(self.module.init)
        values = self._numbers(hyper) if wanted else {}
        return State(self.name, self.module.init(tensor, **{k: values[k] for k in wanted}))

    def query(self, params: Any, state: State, *gradients: Any, **hyper: Any) -> Any:
        function = getattr(self.module, self.query_name(gradients))
        tensor = self.tensor(params, "params")
        held = self._held(state, tensor)
        given = [self._like(g, tensor, "gradient") for g in gradients]
        wanted = keywords(function)
        values = self._numbers(hyper) if wanted else {}
        return function(tensor, held, *given, **{k: values[k] for k in wanted})

    def step(
        self,
        params: Any,
        gradient: Any,
        state: State,
        *,
        out: tuple[Any, State] | None = None,
        compile: bool | None = False,
        **hyper: Any,
    ) -> tuple[Any, State]:
        values = self._numbers(hyper)
        tensor = self.tensor(params, "params")
        held = self._held(state, tensor)
        gradients = [self._like(g, tensor, "gradient") for g in self.split(gradient)]
        if out is not None:
            if len(out) != 2 or out[0] is not tensor or out[1] is not state:
                self._check_out(out, tensor)
                tensor, held = _apart(tensor, held, out)
            written = {_memory(v) for v in (out[0], *out[1].values()) if torch.is_tensor(v)}
            gradients = [g.clone() if _memory(g) in written else g for g in gradients]
        made, after = self.module.step(tensor, *gradients, held, **values, out=out, compile=compile)
        return (made, after) if out is not None else (made, State(self.name, after))

    def tensor(self, value: Any, what: str) -> Any:
        """The value as a tensor of floats."""
        try:
            tensor = torch.as_tensor(value)
        except (TypeError, ValueError, RuntimeError):
            raise self.not_floats(what, value, "a tensor") from None
        if not tensor.is_floating_point():
            raise self.not_floats(what, tensor, "a tensor")
        return tensor

    def _held(self, state: Any, params: Any) -> State:
        """The state, checked."""
        self.check_state(state)
        self.check_count(state["t"])
        tensors = {k: self._like(state[k], params, f"state {k}") for k in self.form.arrays}
        fitting = isinstance(state, State) and all(tensors[k] is state[k] for k in tensors)
        return state if fitting else State(self.name, {**state, **tensors})

    def _check_out(self, out: Any, params: Any) -> None:
        if not isinstance(out, tuple) or len(out) != 2:
            raise KernelError(f"{self.name}: out must be a pair (parameters, state)")
        self.check_state(out[1], "out's state")
        for slot, value in ((self.form.params, out[0]), *((k, out[1][k]) for k in self.form.arrays)):
            if not torch.is_tensor(value):
                raise KernelError(f"{self.name}: out's {slot} must be a tensor, but it is a {type(value).__name__}")
            self._like(value, params, f"out's {slot}")

    def _like(self, value: Any, params: Any, what: str) -> Any:
        tensor = self.tensor(value, what)
        for aspect in ("shape", "dtype", "device"):
            mine, theirs = getattr(tensor, aspect), getattr(params, aspect)
            if mine != theirs:
                raise KernelError(
                    f"{self.name}: {what} has {aspect} {_plain(mine)}, but the parameters have {_plain(theirs)}"
                )
        return tensor

    def _numbers(self, hyper: Mapping[str, Any]) -> dict[str, float]:
        values = self.hyper(hyper)
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                raise KernelError(f"{self.name}: {name} must be one number in the torch backend")
        return values


def _apart(params: Any, state: State, out: Any) -> tuple[Any, State]:
    """The parameters and the state, or copies of them where writing the results would change them half way."""
    places = {None: out[0], **{k: v for k, v in out[1].items() if torch.is_tensor(v)}}

    def apart(key: str | None, value: Any) -> Any:
        others = (v for k, v in places.items() if k != key or v is not value)
        return value.clone() if any(_memory(v) == _memory(value) for v in others) else value

    return apart(None, params), State(
        state.optimizer, {k: apart(k, v) if torch.is_tensor(v) else v for k, v in state.items()}
    )


def _memory(tensor: Any) -> int:
    return tensor.untyped_storage().data_ptr()


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, torch.Size) else value
