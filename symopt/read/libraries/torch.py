"""PyTorch: an optimizer's step followed by a mode that sees every function before it runs.

Each tensor's memory has an expression; the functions run as always, and the expressions are computed beside
them. Numbers handed to the library are floats that carry their symbols.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from symopt.decide.cases import Cases
from symopt.language.symbols import Sequence, t
from symopt.language.vocabulary import g, theta
from symopt.read.libraries.names import STATES
from symopt.read.libraries.request import Request, scalars
from symopt.read.libraries.scalar import CannotTrace, Path, Scalar, expression, symbolic_math
from symopt.read.libraries.step import Step, Values, every_path
from symopt.read.libraries.torch_operations import UNINITIALISED
from symopt.read.libraries.torch_shadows import Shadows, mode

START = (0.75, -1.25)
GRADIENTS = ((0.5, -0.3125), (0.1875, 0.40625))
"""The numbers that the library computes with while it is traced. Nothing depends on them."""
VECTOR, MATRIX = 1, 2
"""The shapes that parameters are traced in: of a matrix the numbers above are each of three rows."""
VECTORS_ONLY = "for small vectors: of another shape it may make another step"

LIBRARY = "torch"
GIVEN = 1


def recognises(made: Any) -> bool:
    """Whether the object is a kind of torch.optim.Optimizer."""
    torch: Any = importlib.import_module("torch")
    return isinstance(made, type) and issubclass(made, torch.optim.Optimizer)


class Run:
    """The library's optimizer on one parameter, ready to step along one path.

    Args:
        request: the optimizer and its options.
        path: says which way to go.
        changing: the settings that its steps change: they are states.
        dimensions: of the parameter.
    """

    def __init__(self, request: Request, path: Path, changing: Set[str], dimensions: int = VECTOR) -> None:
        torch: Any = importlib.import_module("torch")
        self.shadows = Shadows(path)
        self.changing = changing
        self.dimensions = dimensions
        # A parameter that asks for no gradient can also be stepped where steps are differentiable.
        self.parameter: Any = torch.nn.Parameter(self._tensor(torch, START), requires_grad=False)
        self.shadows.set(self.parameter, theta[t - 1])
        self.shadows.path = Path(Cases([]))  # checks of the arguments go by the numbers they have
        arguments = request.arguments(scalars(request.symbols(), self.shadows.path))
        with mode(self.shadows), symbolic_math():
            self.optimizer: Any = request.make([self.parameter], **arguments)
            in_training(self.optimizer)
        self.starts = {key: self.optimizer.param_groups[0][key] for key in self.changing}
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
        self.parameter.grad = self._tensor(self._torch, GRADIENTS[number - 1])
        self.shadows.set(self.parameter, theta[t - 1])
        self.shadows.set(self.parameter.grad, g[t])
        with mode(self.shadows), symbolic_math():
            self.optimizer.step()

    def _tensor(self, torch: Any, numbers: tuple[float, ...]) -> Any:
        return torch.tensor([numbers] * 3 if self.dimensions == MATRIX else numbers, dtype=torch.float64)

    def states(self) -> dict[str, Any]:
        """What the optimizer keeps from step to step, by name."""
        return {name: holder[key] for name, holder, key in self._kept()}

    def _kept(self) -> Iterator[tuple[str, Any, Any]]:
        """Each number or tensor that is kept: its name, and where it stands.

        It may be kept for the parameter, for all of them, or in the group; by itself, in a list or in a table.
        """
        state: Any = self.optimizer.state
        group = self.optimizer.param_groups[0]
        known = ({"params", "param_names"} | set(self.optimizer.defaults)) - self.changing
        yield from self._held("", state.get(self.parameter, {}), lambda key: True)
        yield from self._held("", state, lambda key: isinstance(key, str))
        yield from self._held("", group, lambda key: key not in known)

    def _held(self, prefix: str, holder: Any, taken: Callable[[Any], bool]) -> Iterator[tuple[str, Any, Any]]:
        keys: Iterable[Any] = list(holder) if isinstance(holder, Mapping) else range(len(holder))
        for place, key in enumerate(keys):
            if not taken(key):
                continue
            value = holder[key]
            name = f"{prefix}_{place}" if prefix else str(key)
            if self._is_value(value):
                yield name, holder, key
            elif isinstance(value, dict | list):
                yield from self._held(name, value, lambda _: True)

    def values(self) -> dict[str, Any]:
        """The expressions of the parameters and of the states."""
        read = {STATES.get(k, k): self._expression(v) for k, v in self.states().items()}
        found = {"theta": self.shadows.get(self.parameter), **read}
        if any(e.has(UNINITIALISED) for e in found.values()):
            raise CannotTrace("the step reads memory that nothing has written to")
        return found

    def before(self) -> dict[str, Any]:
        """What each state was when it was made: a setting, or a tensor where no gradient took part in that."""
        made = {STATES.get(key, key): expression(value) for key, value in self.starts.items()}
        for key, value in self.states().items():
            if isinstance(value, self._torch.Tensor):
                first = self.shadows.created.get(value.untyped_storage().data_ptr())
                if first is not None and not first.has(g[t]):
                    made[STATES.get(key, key)] = first.xreplace({theta[t - 1]: theta[0]})
        return made

    def symbolise(self, no_counters: Set[str]) -> dict[str, Any]:
        """Every state gets a symbol for its value before the step, whatever it was; what may count steps, its count.

        Returns the counts, which have to be borne out by the step: no branch is then taken that no count takes.
        """
        counts: dict[str, Any] = {}
        for name, holder, key in self._kept():
            symbol = Sequence(STATES.get(name, name))[t - 1]
            value = self._expression(holder[key])
            if value.is_Integer and value.is_positive and name not in no_counters:
                symbol = counts[name] = t - 2 + value
            if isinstance(holder[key], self._torch.Tensor):
                self.shadows.set(holder[key], symbol)
            else:
                holder[key] = Scalar(holder[key], symbol, self.path)
        return counts

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


def in_training(optimizer: Any) -> None:
    """Some optimizers hold two points, as a module does that behaves otherwise in training, and have to be told."""
    train = getattr(optimizer, "train", None)
    if callable(train):
        train()


@double()
def trace(request: Request) -> Step:
    """The first step and step t of a torch.optim optimizer; of a matrix too, where the step asks for the shape."""
    changing = _changing(request)
    of_vector, asked = _trace(request, changing, VECTOR)
    if not asked:
        return of_vector
    try:
        of_matrix, _ = _trace(request, changing, MATRIX)
        alike = replace(of_matrix, assumed=of_vector.assumed) == of_vector
    except Exception:  # noqa: BLE001 - the library's own code may raise anything
        alike = False
    return of_vector if alike else replace(of_vector, scope=(VECTORS_ONLY,))


class _NoCounter(Exception):
    """States that were taken for counters of steps, and are none."""


def _changing(request: Request) -> frozenset[str]:
    """The settings, numbers all of them, that two steps of the library change."""
    torch: Any = importlib.import_module("torch")
    numbers = {name: float(s) for name, s in scalars(request.symbols(), Path(Cases([]))).items()}
    parameter: Any = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64), requires_grad=False)
    optimizer: Any = request.make([parameter], **request.arguments(numbers))
    in_training(optimizer)
    group = optimizer.param_groups[0]
    begun = {k: v for k, v in group.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    for gradient in GRADIENTS:
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
    return frozenset(k for k, v in begun.items() if group[k] != v)


def _trace(request: Request, changing: Set[str], dimensions: int) -> tuple[Step, bool]:
    """The step for parameters with so many dimensions, and whether it asks for the shape."""
    asked = False
    no_counters: set[str] = set()
    before: dict[str, Any] = {}

    def first(path: Path) -> Values:
        nonlocal asked
        run = Run(request, path, changing, dimensions)
        run.step(1)
        before.update(run.before())
        asked |= run.shadows.asked_shape
        return run.values()

    def later(path: Path) -> Values:
        nonlocal asked
        run = Run(request, Path(Cases([])), changing, dimensions)
        run.step(1)
        run.follow(path)
        counts = run.symbolise(no_counters)
        run.step(2)
        asked |= run.shadows.asked_shape
        values = run.values()
        if wrong := {n for n, count in counts.items() if values[STATES.get(n, n)] != count + 1}:
            raise _NoCounter(wrong)
        before.update({STATES.get(n, n): count.subs(t, 1) for n, count in counts.items()})
        return values

    at_first, assumed = every_path(first)
    while True:
        try:
            at_t, also = every_path(later)
            break
        except _NoCounter as error:
            no_counters |= error.args[0]
    hyper = tuple(a.hyper for a in request.symbols())
    return Step(hyper, before, at_first, at_t, tuple(dict.fromkeys(assumed + also))), asked


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
    in_training(optimizer)
    path: list[float] = []
    for value in gradients:
        parameter.grad = torch.tensor([value], dtype=torch.float64)
        optimizer.step()
        path.append(float(parameter.item()))
    return path
