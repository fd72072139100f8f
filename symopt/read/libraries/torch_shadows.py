"""What a PyTorch step computes, followed function by function beside the numbers."""

from __future__ import annotations

import importlib
from typing import Any

import sympy as sp

from symopt.language.symbols import norm
from symopt.read.libraries.conditions import is_condition
from symopt.read.libraries.scalar import CannotTrace, Path, Scalar, expression
from symopt.read.libraries.torch_operations import OPERATIONS, QUERIES, REDUCTIONS, UNINITIALISED

SHAPES = frozenset(("shape", "size", "dim", "ndim", "ndimension", "__len__"))
"""What a step may ask to do otherwise with matrices than with vectors."""
TRANSPOSES = frozenset(("T", "mT", "H", "mH"))
"""Attributes that share a tensor's memory, and put its coordinates elsewhere."""


class Shadows:
    """The expression of each tensor, by where its memory is, and the names that operations go by."""

    def __init__(self, path: Path) -> None:
        self.torch: Any = importlib.import_module("torch")
        self.path = path
        self.asked_shape = False
        self.known: dict[int, Any] = {}
        self.created: dict[int, Any] = {}
        self._alive: list[Any] = []

    def set(self, tensor: Any, value: Any) -> None:
        place = tensor.untyped_storage().data_ptr()
        self._alive.append(tensor)  # memory that is freed could come to hold another tensor
        self.known[place] = value
        if self.created.get(place, UNINITIALISED) == UNINITIALISED:
            self.created[place] = value

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

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        name: str = getattr(function, "__name__", str(function))
        tensors = self.torch.Tensor
        if name in ("item", "tolist", "__float__", "__int__", "__index__"):
            return self._item(function, args)
        if name == "__bool__":
            condition = self.get(args[0])
            relation = condition if is_condition(condition) else sp.Ne(condition, 0)
            return self.path.decide(relation, bool(function(*args)))
        if name == "numel" and function(*args) != 1:
            return Scalar(function(*args), norm(sp.S.One) ** 2, self.path)
        if name.startswith("_foreach_"):
            return self._foreach(name, args, kwargs)
        if name in QUERIES:
            asked = getattr(getattr(function, "__self__", None), "__name__", name) if name == "__get__" else name
            self.asked_shape |= asked in SHAPES
            if asked in TRANSPOSES:
                raise CannotTrace("the step transposes a matrix, which is not elementwise arithmetic")
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
            value = operation(*map(self.lift, _in_order(name, args)), **lifted)
        except (KeyError, TypeError) as error:
            raise CannotTrace(f"torch's {name} is called in a way that is not followed: {error}") from None
        if not isinstance(value, sp.Basic):
            return function(*args, **kwargs)
        self._aligned(name, args, kwargs)
        result = function(*args, **(kwargs if out is None else kwargs | {"out": out}))
        if _plain(name) in REDUCTIONS:
            self.asked_shape |= bool(args[2:]) or kwargs.get("dim") is not None
            if result.numel() != 1:
                raise CannotTrace(f"torch's {name} is taken of each row or column")
        self.set(args[0] if name == "__setitem__" else result, value)
        return result

    def _aligned(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Refuses what pairs coordinates of tensors otherwise than one by one."""
        shapes = {
            tuple(a.shape) for a in (*args, *kwargs.values()) if isinstance(a, self.torch.Tensor) and a.numel() != 1
        }
        if len(shapes) > 1:
            raise CannotTrace(f"torch's {name} spreads a tensor over another's rows or columns")

    def _foreach(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """One operation on each tensor of a list."""
        single = name.removeprefix("_foreach_")
        lists: list[Any] = [a for a in args if isinstance(a, list | tuple)]
        results: list[Any] = []
        for i in range(len(lists[0])):
            own: tuple[Any, ...] = tuple(a[i] if isinstance(a, list | tuple) else a for a in args)
            own, rest = _scalar_last(single, own, {k: v[i] if isinstance(v, list) else v for k, v in kwargs.items()})
            if hasattr(self.torch.Tensor, single):
                results.append(getattr(self.torch.Tensor, single)(*own, **rest))
            else:  # maximum and minimum, in place or of a number, exist only for lists
                own = tuple(self.torch.as_tensor(a, dtype=own[0].dtype) for a in own)
                results.append(getattr(self.torch, single.rstrip("_"))(*own, **rest))
                if single.endswith("_"):
                    own[0].copy_(results[-1])
        return None if single.endswith("_") else results


def _plain(name: str) -> str:
    """An operation's name: ``add`` for ``add_``, ``__iadd__`` and ``__radd__``, where the order does not matter."""
    bare = name.strip("_")
    if not name.startswith("__"):
        return bare
    if bare[:1] == "i" and bare[1:] in OPERATIONS:
        return bare[1:]
    return bare[1:] if bare in ("radd", "rmul", "rand", "ror") else bare


def _in_order(name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of addcmul and addcdiv with their factor last, where it stands first in the old way."""
    old = name.startswith(("addcmul", "addcdiv")) and len(args) == 4 and isinstance(args[1], int | float)
    return (args[0], args[2], args[3], args[1]) if old else args


def _scalar_last(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """addcmul and addcdiv take their factor as a fourth argument when they work on lists."""
    if name.startswith(("addcmul", "addcdiv")) and len(args) == 4:
        return args[:3], kwargs | {"value": args[3]}
    return args, kwargs


def mode(shadows: Shadows) -> Any:
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
