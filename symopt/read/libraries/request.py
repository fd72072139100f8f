"""Which importable object, with which options; and which of its arguments become symbols."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from symopt.read.libraries.names import FORMS, HYPERPARAMETERS, Argument, argument
from symopt.read.libraries.scalar import Path, Scalar

ANY: Any = type("Any number", (), {"__repr__": lambda _: "any"})()
"""The option that an argument is a symbol though its default, such as 0, turns it off."""
SUGGESTED = 0.0625
"""The number behind a symbol whose default is 0 or missing: small, exact, and nobody's default."""


@dataclass(frozen=True)
class Request:
    """What is to be traced.

    Args:
        path: the dotted name.
        make: the class or function that makes the optimizer.
        options: arguments that are set; ``ANY`` for one that is to be a symbol.
    """

    path: str
    make: Callable[..., Any]
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def owner(self) -> str:
        return self.path.rpartition(".")[2]

    def parameters(self) -> dict[str, inspect.Parameter]:
        """The arguments by name, those that a class hands on to its bases included."""
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        return {n: p for n, p in inspect.signature(self.make).parameters.items() if p.kind not in kinds}

    def unanswered(self) -> list[str]:
        """The arguments that have to be given, are not, and are no hyperparameter that could be a symbol."""
        return [
            name for name, parameter in self.parameters().items()
            if parameter.default is parameter.empty and name not in self.options and name not in HYPERPARAMETERS
        ]  # fmt: skip

    def symbols(self) -> tuple[Argument, ...]:
        """The arguments that become symbols."""
        found: list[Argument] = []
        for name, parameter in self.parameters().items():
            found += self._symbols_of(name, parameter.default)
        return tuple(found)

    def _symbols_of(self, name: str, default: Any) -> list[Argument]:
        asked: Any = self.options.get(name, default)
        if asked is ANY:
            return [argument(self.owner, name, default if _is_number(default) else None)]
        if name in self.options or name in FORMS:
            return []
        if asked is inspect.Parameter.empty:
            return [argument(self.owner, name, None)] if name in HYPERPARAMETERS else []
        if isinstance(asked, tuple):
            parts: tuple[Any, ...] = asked
            if not all(map(_is_number, parts)):
                return []
            return [argument(self.owner, f"{name}.{i}", x) for i, x in enumerate(parts)]
        known = isinstance(asked, float) or name in HYPERPARAMETERS
        return [argument(self.owner, name, float(default))] if _is_number(asked) and asked != 0 and known else []

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The call's keyword arguments, with ``values`` for those that are symbols."""
        given = {name: value for name, value in self.options.items() if value is not ANY}
        pairs: dict[str, dict[int, Any]] = {}
        for name, value in values.items():
            base, _, place = name.partition(".")
            if place:
                pairs.setdefault(base, {})[int(place)] = value
            else:
                given[name] = value
        return given | {name: tuple(by_place[i] for i in sorted(by_place)) for name, by_place in pairs.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def scalars(symbols: tuple[Argument, ...], path: Path) -> dict[str, Scalar]:
    """A number for each argument that stands for its symbol."""
    return {a.name: Scalar(a.default or SUGGESTED, a.symbol, path) for a in symbols}
