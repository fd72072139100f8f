"""The definitions: one short file for each method or close family, found by scanning this package."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from symopt.language import Optimizer, Schedule
from symopt.optimizers.lookahead import lookahead
from symopt.optimizers.schedules import with_schedule
from symopt.optimizers.vector import lbfgs_with, vector_methods
from symopt.optimizers.weight_decay import with_weight_decay

__all__ = [
    "UnknownOptimizer",
    "catalogue",
    "get",
    "lbfgs_with",
    "lookahead",
    "seldom",
    "vector_methods",
    "with_schedule",
    "with_weight_decay",
]

_FIRST = ("gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam")
"""Modules whose methods others vary: they come first, so that an equation which many share is named after them."""

_LAST = (
    "adabound", "adafactor", "adagrad_decayed", "adamomentum", "ftrl", "novograd", "padam", "radam_libraries",
    "rmsprop_momentum_outside", "rprop_backtracking", "schedule_free", "sm3", "yogi_started",
)  # fmt: skip
"""Modules of what libraries ship and lectures seldom print: they come last."""


class UnknownOptimizer(KeyError):
    """A name that no definition has; the message offers the nearest ones."""

    def __init__(self, name: str) -> None:
        near = difflib.get_close_matches(name, [*catalogue(), *vector_methods()], cutoff=0.5)
        near.sort(key=lambda other: sorted(other) != sorted(name))  # letters exchanged are the likeliest slip
        offer = f"did you mean {' or '.join(near)}?" if near else "`symopt list` names them"
        super().__init__(f"no optimizer or schedule is called {name!r}; {offer}")

    def __str__(self) -> str:
        return str(self.args[0])


@cache
def catalogue() -> Mapping[str, Optimizer | Schedule]:
    """Every elementwise definition that a module of this package holds, by name: the basic methods, then the modules.

    Methods that are not elementwise are in `vector_methods`.
    """
    found: dict[str, Optimizer | Schedule] = {}
    between = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _LAST)
    for module in dict.fromkeys((*_FIRST, *between, *_LAST)):
        for value in vars(importlib.import_module(f"{__name__}.{module}")).values():  # a package holds none itself
            if isinstance(value, Optimizer | Schedule) and found.setdefault(value.name, value) is not value:
                raise ValueError(f"{module}: two definitions are called {value.name}")
    return MappingProxyType(found)


@cache
def seldom() -> frozenset[str]:
    """Names of the definitions that lectures seldom print."""
    held: dict[bool, set[str]] = {True: set(), False: set()}
    for module in (m.name for m in pkgutil.iter_modules(__path__)):
        values = vars(importlib.import_module(f"{__name__}.{module}")).values()
        held[module in _LAST] |= {v.name for v in values if isinstance(v, Optimizer)}
    return frozenset(held[True] - held[False])  # what such a module builds on is another's


def get(name: str) -> Optimizer | Schedule:
    """The definition of that name. Raises UnknownOptimizer, a KeyError, where there is none."""
    found = _in_its_file(name) or catalogue().get(name) or vector_methods().get(name)
    if found is None:
        raise UnknownOptimizer(name)
    return found


def _in_its_file(name: str) -> Optimizer | Schedule | None:
    """The definition in the file that is named for it, so that no other need be read; None where there is no such."""
    module = name.replace("-", "_")
    if not module.isidentifier() or not any(m.name == module for m in pkgutil.iter_modules(__path__)):
        return None
    values = vars(importlib.import_module(f"{__name__}.{module}")).values()
    return next((v for v in values if isinstance(v, Optimizer | Schedule) and v.name == name), None)
