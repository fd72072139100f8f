"""Optimizers written down once, as the recurrences a paper prints; and an audit that checks documents against them.

    from symopt import Optimizer, Sequence, grad, t

Nothing is imported before it is asked for, so that ``import symopt`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symopt import audit, kernels, language, optimizers
    from symopt.derive import (
        bias_correction,
        change_of_variables,
        compare,
        corrected_variance,
        critical_damping,
        derivations,
        drift,
        effective_sample_size,
        expect,
        half_life,
        solve_recurrence,
        spectral_radius,
        stability,
        steady_variance,
        time_constant,
        unroll,
        unroll_rounds,
        variance,
    )
    from symopt.kernels import kernel, run
    from symopt.language import (
        DefinitionError,
        Expect,
        HyperSymbol,
        Optimizer,
        Schedule,
        Sequence,
        Shape,
        dot,
        grad,
        norm,
        t,
    )

__version__ = "0.1.0"

__all__ = [
    "DefinitionError", "Expect", "HyperSymbol", "Optimizer", "Schedule", "Sequence", "Shape", "__version__", "audit",
    "bias_correction", "change_of_variables", "compare", "corrected_variance", "critical_damping", "derivations",
    "dot", "drift", "effective_sample_size", "expect", "grad", "half_life", "kernel", "kernels", "language", "norm",
    "optimizers", "run", "solve_recurrence", "spectral_radius", "stability", "steady_variance", "t", "time_constant",
    "unroll", "unroll_rounds", "variance",
]  # fmt: skip

_PACKAGES = frozenset({"audit", "kernels", "language", "optimizers"})
_DERIVE = (
    "bias_correction", "change_of_variables", "compare", "corrected_variance", "critical_damping", "derivations",
    "drift", "effective_sample_size", "expect", "half_life", "solve_recurrence", "spectral_radius", "stability",
    "steady_variance", "time_constant", "unroll", "unroll_rounds", "variance",
)  # fmt: skip
_HOMES = {
    **dict.fromkeys(_DERIVE, "derive"),
    **dict.fromkeys(("kernel", "run"), "kernels"),
}
"""The package that gives a name; everything else is the language's."""


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return importlib.import_module(f"symopt.{name}")
    if name in __all__:
        return getattr(importlib.import_module(f"symopt.{_HOMES.get(name, 'language')}"), name)
    raise AttributeError(f"module 'symopt' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
