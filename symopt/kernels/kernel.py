"""What every kernel has in common: states, hyperparameters, and the checks of what it is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symopt.kernels.errors import KernelError
from symopt.kernels.form import Form, Input

if TYPE_CHECKING:
    from symopt.kernels.plan import Plan
    from symopt.language import Optimizer


class State(dict[str, Any]):
    """What an optimizer keeps between steps: ``t``, the number of steps so far, and its sequences by name.

    A dict, so that it can be saved, copied and passed on as one; it remembers whose state it is.
    """

    def __init__(self, optimizer: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.optimizer = optimizer

    def copy(self) -> State:
        """The same values, each array a new one."""
        return State(self.optimizer, {k: v.copy() if hasattr(v, "copy") else v for k, v in self.items()})

    def __reduce__(self) -> tuple[Any, ...]:
        return State, (self.optimizer, dict(self))

    def __repr__(self) -> str:
        return f"State({self.optimizer!r}, {dict(self)!r})"


class Kernel(ABC):
    """An optimizer's step as array code; made by ``symopt.kernel``.

    Args:
        form: how it is called.
        hyper: values for hyperparameters in place of their defaults.

    Attributes:
        backend: the backend's name.
        name: the definition's name.
        plan: the step, taken apart.
        optimizer: the definition.
        gradients: how many gradients a step asks for.
    """

    backend: str

    def __init__(self, form: Form, hyper: Mapping[str, Any]) -> None:
        self.form = form
        self.name = form.optimizer
        self._values: dict[str, Any] = {s.name: s.default for s in form.settings if s.default is not None}
        self._values |= self._checked(hyper)

    @property
    def plan(self) -> Plan:
        return self.form.plan

    @property
    def optimizer(self) -> Optimizer:
        return self.plan.optimizer

    @property
    def gradients(self) -> int:
        return self.form.points

    @cached_property
    def _complete(self) -> bool:
        return all(s.name in self._values for s in self.form.settings)

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(["t", *self.form.slots])

    def hyper(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every hyperparameter by its name in code: what is given, or set before, or the default.

        Raises:
            KernelError: an unknown name, a value outside its domain, or one that is missing.
        """
        if not given and self._complete:
            return self._values
        values = self._values | self._checked(given)
        for setting in self.form.settings:
            if setting.name not in values:
                domain = setting.domain.text
                raise KernelError(f"{self.name}: {setting.symbol} has no default; give {setting.name}=..., in {domain}")
        return values

    def _checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {s.name: checked(self.name, s, value) for s, value in self._named(given)}

    def _named(self, given: Mapping[str, Any]) -> list[tuple[Input, Any]]:
        found: list[tuple[Input, Any]] = []
        for name, value in given.items():
            setting = self.form.setting(name)
            if setting is None:
                known = ", ".join(s.name for s in self.form.settings) or "none"
                raise KernelError(f"{self.name}: no hyperparameter is called {name!r}; it has: {known}")
            found.append((setting, value))
        return found

    def check_state(self, state: Any, what: str = "state") -> None:
        """Raise where this is no state of the kernel's optimizer."""
        name = self.name
        if type(state) is State and state.optimizer == name and state.keys() == self._keys:
            return
        if not isinstance(state, Mapping):
            raise KernelError(f"{name}: {what} must be a state from init or step, but it is a {type(state).__name__}")
        if isinstance(state, State) and state.optimizer != name:
            raise KernelError(f"{name}: {what} is one of {state.optimizer}; make one with this kernel's init")
        if len(state) != len(self.form.slots) + 1 or not all(s in state for s in self.form.slots):
            expected = ", ".join(["t", *self.form.slots])
            held = ", ".join(map(str, state)) or "nothing"
            raise KernelError(f"{name}: {what} must hold {expected}, but it holds {held}")
        if "t" not in state:
            raise KernelError(f"{name}: {what} has no step count t")

    def check_count(self, count: Any) -> None:
        """Raise where a state's t is no number of steps."""
        if isinstance(count, bool) or not hasattr(count, "__index__") or np.ndim(count) or count < 0:
            raise KernelError(f"{self.name}: state t must be a number of steps, 0 or more, but it is {count!r}")

    def query_name(self, gradients: Sequence[Any]) -> str:
        """The function that says where to ask after these gradients."""
        if len(gradients) >= max(1, self.gradients):
            raise KernelError(f"{self.name}: a step asks for {self.gradients} gradients; all were given")
        return "query" if self.gradients <= 1 else f"query_{len(gradients) + 1}"

    def not_floats(self, what: str, value: Any, kind: str = "an array") -> KernelError:
        """The error that a value is no array of floats."""
        told = getattr(value, "dtype", type(value).__name__)
        return KernelError(f"{self.name}: {what} must be {kind} of floats, but its type is {told}")

    def split(self, gradient: Any) -> Sequence[Any]:
        """The gradients of a step, as many as it asks for."""
        if self.gradients == 1:
            return (gradient,)
        if self.gradients == 0:
            return (gradient,)
        if not isinstance(gradient, tuple | list) or len(gradient) != self.gradients:
            raise KernelError(
                f"{self.name}: a step asks for {self.gradients} gradients; give a tuple of that many, "
                "one for each point that query returns"
            )
        return tuple(gradient)

    @abstractmethod
    def init(self, params: Any, **hyper: Any) -> State:
        """The state before the first step.

        Args:
            params: the initial parameters.
            hyper: hyperparameters that set initial values; the others may be given too.
        """

    @abstractmethod
    def query(self, params: Any, state: State, *gradients: Any, **hyper: Any) -> Any:
        """Where the step asks for its gradient: the parameters themselves for most methods.

        Args:
            params: the parameters before the step.
            state: the state before the step.
            gradients: those of this step so far; none for the first point.
            hyper: hyperparameters in place of the kernel's.
        """

    @abstractmethod
    def step(self, params: Any, gradient: Any, state: State, **hyper: Any) -> tuple[Any, State]:
        """One step.

        Args:
            params: the parameters before the step.
            gradient: the gradient at ``query(params, state)``; a tuple where a step asks for several.
            state: the state before the step.
            hyper: hyperparameters in place of the kernel's.

        Returns:
            The parameters and the state after the step.
        """

    def __reduce__(self) -> tuple[Any, ...]:
        made = self.form.made
        return _again, (self.name if made is None else made.optimizer, self.backend, self._values)

    def __repr__(self) -> str:
        return f"<Kernel {self.name}, {self.backend}>"


def _again(optimizer: Any, backend: str, values: dict[str, Any]) -> Kernel:
    """The kernel that was pickled: its code is generated anew."""
    from symopt.kernels import kernel

    return kernel(optimizer, backend, **values)


def checked(optimizer: str, setting: Input, value: Any) -> Any:
    """A hyperparameter's value as a float, or an array of them in double precision."""
    name, domain = setting.symbol, setting.domain
    try:
        plain = not isinstance(value, np.ma.MaskedArray | None) and np.asarray(value).dtype.kind in "fiuO"
        numbers = np.asarray(value, dtype=np.float64) if plain else None
    except (TypeError, ValueError):
        numbers = None
    if numbers is None:
        raise KernelError(f"{optimizer}: {name} must be a number in {domain.text}, but it is {value!r}")
    for number in numbers.flat:
        if float(number) not in domain:
            raise KernelError(f"{optimizer}: {name} must be in {domain.text}, but it is {float(number)!r}")
    return numbers if numbers.ndim else float(numbers)
