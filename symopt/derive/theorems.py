"""Files of theorems: found by scanning a folder, run, and judged.

A theorem is one Python file. Its docstring's first line is what it says, the rest is for the
reader; ``prove()`` gives what shows it, using the public API:

    \"\"\"A moving average is a weighted sum of all past gradients.\"\"\"

    import symopt
    from symopt.optimizers import get


    def prove():
        return symopt.unroll(get("adam"), "m")

``prove`` returns a Derivation or ChangeOfVariables, a verdict of `decide` (Verdict or Equality), a list of these, or
a mapping from a claim in words to one. A file whose name starts with an underscore is not a theorem.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symopt.decide import Equality, Status, Verdict
from symopt.derive.derivation import Derivation, Guarantee
from symopt.derive.substitution import ChangeOfVariables


@dataclass(frozen=True)
class Claim:
    """One thing that a theorem shows: in words, with its verdict or derivation."""

    words: str
    shown: Derivation | Verdict | Equality

    @property
    def status(self) -> Status:
        return self.shown.status

    @property
    def guarantee(self) -> Guarantee:
        return self.shown.guarantee if isinstance(self.shown, Derivation) else Guarantee.IDENTITY

    @property
    def methods(self) -> tuple[str, ...]:
        """What the verdict rests on."""
        if isinstance(self.shown, Derivation):
            return self.shown.methods
        return (self.shown.argument or self.shown.reason,)


@dataclass(frozen=True)
class Theorem:
    """A theorem that was run: what it says, each of its claims, how long it took, or what went wrong."""

    path: Path
    title: str
    text: str
    claims: tuple[Claim, ...]
    seconds: float
    problem: str = ""

    @property
    def proved(self) -> bool:
        return bool(self.claims) and not self.problem and all(c.status is Status.PROVED for c in self.claims)


def files(path: Path) -> tuple[Path, ...]:
    """The theorems at a path: the file itself, or the files of the folder and the folders in it, sorted."""
    if path.is_file():
        return (path,)
    return tuple(sorted(p for p in path.rglob("*.py") if not p.name.startswith(("_", "."))))


def run(path: Path) -> Theorem:
    """Run one file's ``prove``. What goes wrong in it becomes the theorem's problem, never an exception."""
    began = time.perf_counter()
    title, text, claims, problem = path.stem, "", (), ""
    try:
        module = _loaded(path)
        title, _, text = (module.__doc__ or path.stem).strip().partition("\n")
        claims = tuple(_claims(module.prove(), title))
        problem = "" if claims else "prove() returned nothing"
    except Exception as error:  # noqa: BLE001 - a reader's file may raise anything; the others still run
        problem = f"{type(error).__name__}: {error}"
    return Theorem(path, title, text.strip(), claims, time.perf_counter() - began, problem)


def _loaded(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _claims(made: Any, words: str) -> Iterator[Claim]:
    match made:
        case ChangeOfVariables():
            yield Claim(made.derivation.title, made.derivation)
        case Derivation():
            yield Claim(made.title, made)
        case Verdict() | Equality():
            yield Claim(words, made)
        case Mapping():
            for key, value in made.items():
                for claim in _claims(value, str(key)):
                    yield Claim(str(key), claim.shown)
        case list() | tuple():
            for value in made:
                yield from _claims(value, words)
        case _:
            raise TypeError(f"prove() must return derivations or verdicts, not {type(made).__name__}")
