"""Compiled kernels of the catalogue that an earlier process made, found again by name: without SymPy, which takes
longer to load than they do."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import symopt
from symopt.kernels.extras import needed
from symopt.kernels.form import Form
from symopt.kernels.kernel import Kernel
from symopt.kernels.module import cache_folder, from_disk

_SOURCES = ("language", "optimizers", "kernels")
"""The packages of symopt that a kernel's code depends on."""


def keep(kernel: Kernel) -> None:
    """Note in the cache folder which module has the kernel of the definition of that name."""
    module: Any = vars(kernel).get("module")
    if (plain := kernel.form.plain) is None or not isinstance(module, ModuleType):
        return
    path = _card(kernel.name)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"form": plain, "module": module.__name__}, file)
    Path(temporary).replace(path)


def kept(name: str, hyper: Mapping[str, Any]) -> Kernel | None:
    """The kernel of the definition of that name, where an earlier process kept it."""
    needed("numba", "numba")
    if (found := _find(name)) is None:
        return None
    from symopt.kernels.arrays import CompiledKernel

    return CompiledKernel(found[0], hyper, found[1])


def _find(name: str) -> tuple[Form, ModuleType] | None:
    """The form and the module of the kernel of that name; None where there is none, or the code was changed since."""
    try:
        card: Any = json.loads(_card(name).read_text(encoding="utf-8"))
        form = Form.of(card["form"])
        return (form, from_disk(card["module"])) if form.optimizer == name else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _card(name: str) -> Path:
    made = sha256(repr((name, symopt.__version__, *_stamps())).encode()).hexdigest()[:16]
    return cache_folder() / f"symopt_{re.sub(r'[^A-Za-z0-9]', '_', name)[:40]}_{made}.json"


def _stamps() -> Iterator[tuple[str, int, int]]:
    """When each source file was changed, and its size."""
    root = Path(__file__).parents[1]
    for package in _SOURCES:
        for path in sorted((root / package).rglob("*.py")):
            found = path.stat()
            yield str(path), found.st_mtime_ns, found.st_size
