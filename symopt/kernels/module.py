"""Generated code as a module: from memory, or from a file in the user's cache that other processes find again."""

from __future__ import annotations

import hashlib
import importlib.util
import linecache
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.abc import SourceLoader
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

_GENERATED = "symopt_generated_"


class _Memory(SourceLoader):
    """Loads one module from text that symopt generated."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text

    def get_filename(self, fullname: str) -> str:
        return self.path

    def get_data(self, path: str) -> bytes:
        if path != self.path:
            raise OSError(path)  # there is no compiled file beside it
        return self.text.encode()


def in_memory(name: str, text: str) -> ModuleType:
    """The module whose source is the text. Tracebacks show its lines."""
    digest = _digest(text)
    path = f"<symopt {name} {digest}>"
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    return _loaded(f"{_GENERATED}{digest}", _Memory(path, text))


def on_disk(text: str) -> ModuleType:
    """The module whose source is the text, kept in a file named for its content.

    The file lies in ``$SYMOPT_CACHE``, or in the user's cache folder. What is compiled from it is kept beside
    it, so that a later process need not compile again.
    """
    name = f"{_GENERATED}{_digest(text)}"
    path = cache_folder() / f"{name}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)  # at once, for another process may be doing the same
    return from_disk(name)


def from_disk(name: str) -> ModuleType:
    """The module of that name, which ``on_disk`` made. Raises OSError where there is none."""
    path = cache_folder() / f"{name}.py"
    if not name.startswith(_GENERATED) or not path.is_file():
        raise FileNotFoundError(path)
    return _loaded(name, SourceFileLoader(name, str(path)))


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where generated code and what is compiled from it are kept."""
    if chosen := environment.get("SYMOPT_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "symopt"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _loaded(name: str, loader: SourceLoader) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_loader(name, loader)
    assert spec is not None and spec.loader is not None, "a loader was given"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module
