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
        self.check_state(state)
        name = "query" if self.gradients <= 1 else f"query_{len(gradients) + 1}"
        function = getattr(self.module, name)
        wanted = keywords(function)
        values = self._numbers(hyper) if wanted else {}
        return function(self.tensor(params, "params"), state, *gradients, **{k: values[k] for k in wanted})

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
        self.check_state(state)
        tensor = self.tensor(params, "params")
        gradients = [self._like(g, tensor) for g in self.split(gradient)]
        made, after = self.module.step(tensor, *gradients, state, **values, out=out, compile=compile)
        return (made, after) if out is not None else (made, State(self.name, after))

    def tensor(self, value: Any, what: str) -> Any:
        """The value as a tensor of floats."""
        tensor = torch.as_tensor(value)
        if not tensor.is_floating_point():
            raise KernelError(
                f"{self.name}: {what} must be a tensor of floats, but its type is {tensor.dtype}; convert it "
                "with .float()"
            )
        return tensor

    def _like(self, value: Any, params: Any) -> Any:
        tensor = self.tensor(value, "gradient")
        for what in ("shape", "dtype", "device"):
            mine, theirs = getattr(tensor, what), getattr(params, what)
            if mine != theirs:
                raise KernelError(
                    f"{self.name}: gradient has {what} {_plain(mine)}, but the parameters have {_plain(theirs)}"
                )
        return tensor

    def _numbers(self, hyper: Mapping[str, Any]) -> dict[str, float]:
        values = self.hyper(hyper)
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                raise KernelError(f"{self.name}: {name} must be one number in the torch backend")
        return values


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, torch.Size) else value
