"""PyTorch: an optimizer's step followed by a mode that sees every function before it runs.

Each tensor's memory has an expression; the functions run as always, and the expressions are computed beside
them. Numbers handed to the library are floats that carry their symbols.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

import sympy as sp

from symopt.decide.cases import Cases
from symopt.language.symbols import Sequence, norm, t
from symopt.language.vocabulary import g, theta
from symopt.read.libraries.conditions import is_condition
from symopt.read.libraries.names import STATES
from symopt.read.libraries.request import Request, scalars
from symopt.read.libraries.scalar import CannotTrace, Path, Scalar, expression, symbolic_math
from symopt.read.libraries.step import Step, Values, every_path
from symopt.read.libraries.torch_operations import OPERATIONS, QUERIES

START = (0.75, -1.25)
GRADIENTS = ((0.5, -0.3125), (0.1875, 0.40625))
"""The numbers that the library computes with while it is traced. Nothing depends on them."""

LIBRARY = "torch"
GIVEN = 1


def recognises(made: Any) -> bool:
    """Whether the object is a kind of torch.optim.Optimizer."""
    torch: Any = importlib.import_module("torch")
    return isinstance(made, type) and issubclass(made, torch.optim.Optimizer)


class Shadows:
    """The expression of each tensor, by where its memory is, and the names that operations go by."""

    def __init__(self, path: Path) -> None:
        self.torch: Any = importlib.import_module("torch")
        self.path = path
        self.known: dict[int, Any] = {}
        self.created: dict[int, Any] = {}
        self._alive: list[Any] = []

    def set(self, tensor: Any, value: Any) -> None:
        place = tensor.untyped_storage().data_ptr()
        self._alive.append(tensor)  # memory that is freed could come to hold another tensor
        self.known[place] = value
        self.created.setdefault(place, value)

    def get(self, tensor: Any) -> Any:
        place = tensor.untyped_storage().data_ptr()
        if place in self.known:
            return self.known[place]
        if tensor.numel() == 1:
            return expression(tensor.item())
        raise CannotTrace("a tensor that no traced operation made takes part in the step")

    def lift(self, value: Any) -> Any:
        """The expression of an argument."""
        if isinstance(value, self.torch.Tensor):
            return self.get(value)
        return expression(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    # What the mode does with a call

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        name: str = getattr(function, "__name__", str(function))
        tensors = self.torch.Tensor
        if name in ("item", "tolist", "__float__", "__int__", "__index__"):
            return self._item(function, args)
        if name == "__bool__":
            condition = self.get(args[0])
            relation = condition if is_condition(condition) else sp.Ne(condition, 0)
            return self.path.decide(relation, bool(function(*args)))
        if name == "numel" and function(*args) == len(START):
            return Scalar(len(START), norm(sp.S.One) ** 2, self.path)
        if name.startswith("_foreach_"):
            return self._foreach(name, args, kwargs)
        if name in QUERIES:
            return function(*args, **kwargs)
        operation = OPERATIONS.get(_plain(name))
        if operation is None:
            if name.startswith("_fused_"):
                raise CannotTrace(f"torch.{name} is one compiled kernel, with nothing inside to follow")
            result = function(*args, **kwargs)
            if isinstance(result, tensors | tuple | list):
                raise CannotTrace(f"the step calls torch's {name}, which is not elementwise arithmetic")
            return result
        return self._apply(name, function, operation, args, kwargs)

    def _item(self, function: Any, args: tuple[Any, ...]) -> Any:
        if getattr(function, "__name__", "") != "item":
            raise CannotTrace("a tensor of the step becomes a plain number, whose expression is lost")
        return Scalar(float(function(*args)), self.get(args[0]), self.path)

    def _apply(self, name: str, function: Any, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        out = kwargs.pop("out", None)
        lifted = {k: self.lift(v) for k, v in kwargs.items()}
        try:
            value = operation(*map(self.lift, args), **lifted)
        except (KeyError, TypeError) as error:
            raise CannotTrace(f"torch's {name} is called in a way that is not followed: {error}") from None
        if not isinstance(value, sp.Basic):
            return function(*args, **kwargs)
        result = function(*args, **(kwargs if out is None else kwargs | {"out": out}))
        self.set(args[0] if name == "__setitem__" else result, value)
        return result

    def _foreach(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """One operation on each tensor of a list."""
        single = name.removeprefix("_foreach_")
        lists = [a for a in args if isinstance(a, list | tuple)]
        results: list[Any] = []
        for i in range(len(lists[0])):
            own = tuple(a[i] if isinstance(a, list | tuple) else a for a in args)
            own, rest = _scalar_last(single, own, {k: v[i] if isinstance(v, list) else v for k, v in kwargs.items()})
            if hasattr(self.torch.Tensor, single):
                results.append(getattr(self.torch.Tensor, single)(*own, **rest))
            else:  # maximum and minimum in place exist only for lists
                own[0].copy_(getattr(self.torch, single.rstrip("_"))(*own, **rest))
        return None if single.endswith("_") else results


def _plain(name: str) -> str:
    """An operation's name: ``add`` for ``add_``, ``__iadd__`` and ``__radd__``, where the order does not matter."""
    bare = name.strip("_")
    if not name.startswith("__"):
        return bare
    if bare[:1] == "i" and bare[1:] in OPERATIONS:
        return bare[1:]
    return bare[1:] if bare in ("radd", "rmul", "rand", "ror") else bare


def _scalar_last(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """addcmul and addcdiv take their factor as a fourth argument when they work on lists."""
    if name.startswith(("addcmul", "addcdiv")) and len(args) == 4:
        return args[:3], kwargs | {"value": args[3]}
    return args, kwargs


def _mode(shadows: Shadows) -> Any:
    overrides: Any = importlib.import_module("torch.overrides")
    inside = False

    def handle(self: Any, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        nonlocal inside
        if inside:  # what a function calls while it runs
            return func(*args, **(kwargs or {}))
        if getattr(func, "__name__", "").startswith("_foreach_"):
            with self:  # each tensor's own call comes back here
                return shadows.call(func, tuple(args), dict(kwargs or {}))
        inside = True
        try:
            return shadows.call(func, tuple(args), dict(kwargs or {}))
        finally:
            inside = False

    return type("Mode", (overrides.TorchFunctionMode,), {"__torch_function__": handle})()


# One run


class Run:
    """The library's optimizer on one parameter, ready to step along one path."""

    def __init__(self, request: Request, path: Path) -> None:
        torch: Any = importlib.import_module("torch")
        self.shadows = Shadows(path)
        # A parameter that asks for no gradient can also be stepped where steps are differentiable.
        self.parameter: Any = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64), requires_grad=False)
        self.shadows.set(self.parameter, theta[t - 1])
        self.shadows.path = Path(Cases([]))  # checks of the arguments go by the numbers they have
        arguments = request.arguments(scalars(request.symbols(), self.shadows.path))
        with _mode(self.shadows), symbolic_math():
            self.optimizer: Any = request.make([self.parameter], **arguments)
        self.shadows.path = path
        self._torch = torch
        self.follow(path)

    def follow(self, path: Path) -> None:
        """From here on, comparisons are answered by this path."""
        self.path = self.shadows.path = path
        for group in self.optimizer.param_groups:
            for key, value in group.items():
                group[key] = _repathed(value, path)

    def step(self, number: int) -> None:
        self.parameter.grad = self._torch.tensor(GRADIENTS[number - 1], dtype=self._torch.float64)
        self.shadows.set(self.parameter, theta[t - 1])
        self.shadows.set(self.parameter.grad, g[t])
        with _mode(self.shadows), symbolic_math():
            self.optimizer.step()

    def states(self) -> dict[str, Any]:
        """What the optimizer keeps from step to step, by name."""
        kept = dict(self.optimizer.state.get(self.parameter, {}))
        known = set(self.optimizer.defaults) | {"params", "param_names"}
        groups = {k: v for k, v in self.optimizer.param_groups[0].items() if k not in known}
        return {k: v for k, v in (kept | groups).items() if self._is_value(v)}

    def values(self) -> dict[str, Any]:
        """The expressions of the parameters and of the states."""
        read = {STATES.get(k, k): self._expression(v) for k, v in self.states().items()}
        return {"theta": self.shadows.get(self.parameter), **read}

    def before(self) -> dict[str, Any]:
        """What each tensor state was when it was made, where no gradient took part in that."""
        made: dict[str, Any] = {}
        for key, value in self.states().items():
            if isinstance(value, self._torch.Tensor):
                first = self.shadows.created.get(value.untyped_storage().data_ptr())
                if first is not None and not first.has(g[t]):
                    made[STATES.get(key, key)] = first.xreplace({theta[t - 1]: theta[0]})
        return made

    def symbolise(self) -> None:
        """Every state gets a symbol for its value before the step, whatever it was."""
        holders: list[Any] = [self.optimizer.state.get(self.parameter, {}), self.optimizer.param_groups[0]]
        for key, value in self.states().items():
            symbol = Sequence(STATES.get(key, key))[t - 1]
            if isinstance(value, self._torch.Tensor):
                self.shadows.set(value, symbol)
                continue
            for holder in holders:
                if holder.get(key) is value:
                    holder[key] = Scalar(value, symbol, self.path)

    def _is_value(self, value: Any) -> bool:
        return isinstance(value, self._torch.Tensor | float | int) and not isinstance(value, bool)

    def _expression(self, value: Any) -> Any:
        return self.shadows.lift(value)


def _repathed(value: Any, path: Path) -> Any:
    """The same number, whose comparisons are answered by the path."""
    if isinstance(value, Scalar):
        return Scalar(float(value), value.expression, path)
    return tuple(_repathed(v, path) for v in value) if isinstance(value, tuple) else value


@contextmanager
def double() -> Generator[None]:
    """Tensors that the library makes hold doubles, as the parameters do."""
    torch: Any = importlib.import_module("torch")
    old = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(old)


@double()
def trace(request: Request) -> Step:
    """The first step and step t of a torch.optim optimizer."""
    before: dict[str, Any] = {}

    def first(path: Path) -> Values:
        run = Run(request, path)
        run.step(1)
        before.update(run.before())
        return run.values()

    def later(path: Path) -> Values:
        run = Run(request, Path(Cases([])))
        run.step(1)
        run.follow(path)
        run.symbolise()
        run.step(2)
        return run.values()

    at_first, assumed = every_path(first)
    at_t, also = every_path(later)
    hyper = tuple(a.hyper for a in request.symbols())
    return Step(hyper, before, at_first, at_t, tuple(dict.fromkeys(assumed + also)))


@double()
def simulate(request: Request, hyper: Mapping[str, float], start: float, gradients: Iterable[float]) -> list[float]:
    """The parameters after each step of the library itself, in double precision.

    Args:
        request: the optimizer and its options.
        hyper: a number for each argument that a trace makes a symbol, by the argument's name.
        start: the parameter before the first step.
        gradients: one for each step.
    """
    torch: Any = importlib.import_module("torch")
    parameter: Any = torch.nn.Parameter(torch.tensor([start], dtype=torch.float64), requires_grad=False)
    optimizer: Any = request.make([parameter], **request.arguments(hyper))
    path: list[float] = []
    for value in gradients:
        parameter.grad = torch.tensor([value], dtype=torch.float64)
        optimizer.step()
        path.append(float(parameter.item()))
    return path
