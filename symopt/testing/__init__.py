"""What to test optimizers and gradients with: properties, a check against a definition, problems with known minima, a
gradient check.

Nothing is imported before it is asked for: the pytest plugin lives here, and every run of pytest loads it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symopt.testing.conforms import DoesNotConform, assert_conforms
    from symopt.testing.gradient_check import GradientCheck, check_gradient
    from symopt.testing.problems import Problem, problems
    from symopt.testing.properties import PROPERTIES

_HOMES = {
    "DoesNotConform": "conforms", "assert_conforms": "conforms", "GradientCheck": "gradient_check",
    "check_gradient": "gradient_check", "PROPERTIES": "properties", "Problem": "problems", "problems": "problems",
}  # fmt: skip

__all__ = [
    "PROPERTIES", "DoesNotConform", "GradientCheck", "Problem", "assert_conforms", "check_gradient", "problems",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found = getattr(importlib.import_module(f"symopt.testing.{_HOMES[name]}"), name)
        globals()[name] = found  # the submodule of the same name must not stand in its place
        return found
    raise AttributeError(f"module 'symopt.testing' has no attribute {name!r}")
