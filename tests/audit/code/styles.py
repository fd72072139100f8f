"""One method as five people would program it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.audit.code.library_styles import optax_like, torch_like
from tests.audit.code.numpy_styles import class_based, functional, in_place
from tests.audit.code.recurrences import Equations

STYLES: Mapping[str, Callable[[Equations], str]] = {
    "NumPy function": functional,
    "NumPy class": class_based,
    "NumPy in place": in_place,
    "PyTorch": torch_like,
    "optax": optax_like,
}


def written(equations: Equations, style: str) -> str:
    """The program.

    Raises:
        Unwritable: the style has no way to say it.
    """
    equations.check()
    return STYLES[style](equations)
