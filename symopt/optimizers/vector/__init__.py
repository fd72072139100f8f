"""Vector-valued methods, one short file for each family: second order, conjugate gradients, random search.

Their steps take inner products, matrices, line searches, so they are not run coordinate by coordinate; what
works on elementwise definitions alone finds them here, apart from `symopt.optimizers.catalogue`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from symopt.language import Optimizer
from symopt.optimizers.vector.lbfgs import lbfgs_with

__all__ = ["lbfgs_with", "vector_methods"]


@cache
def vector_methods() -> Mapping[str, Optimizer]:
    """Every definition that a module of this package holds, by name."""
    found: dict[str, Optimizer] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        for made in vars(importlib.import_module(f"{__name__}.{module}")).values():
            if isinstance(made, Optimizer) and found.setdefault(made.name, made) is not made:
                raise ValueError(f"{module}: two definitions are called {made.name}")
    return MappingProxyType(found)
