"""Libraries that only some backends need."""

from __future__ import annotations

import importlib
from typing import Any

from symopt.kernels.errors import MissingExtra


def needed(library: str, backend: str) -> Any:
    """The library, imported. Raises MissingExtra where it is not installed."""
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library.partition(".")[0]:
            raise
        raise MissingExtra(
            f"the {backend} backend needs {library}, which is not installed: pip install 'symopt[{backend}]'"
        ) from None
