"""Programs in the styles that people write, each with mistakes that one might make in it.

A file of ``handwritten`` is a right program, then for each mistake a line ``=== its name`` (several names where they
say the same, parted by a bar) and the lines that it changes, as in a difference: ``-`` the right, ``+`` the wrong ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "handwritten"


@dataclass(frozen=True)
class Bug:
    """A mistake in a program: what it may be called, and the program that has it."""

    names: tuple[str, ...]
    program: str


@dataclass(frozen=True)
class Handwritten:
    """A right program and wrong ones."""

    name: str
    program: str
    bugs: tuple[Bug, ...]


def handwritten() -> list[Handwritten]:
    return [_read(path) for path in sorted(FOLDER.glob("*.txt"))]


def _read(path: Path) -> Handwritten:
    program, *parts = path.read_text(encoding="utf-8").split("=== ")
    return Handwritten(path.stem, program, tuple(_bug(program, part) for part in parts))


def _bug(program: str, part: str) -> Bug:
    names, _, lines = part.partition("\n")
    right, wrong = ("\n".join(_marked(lines, mark)) for mark in "-+")
    before, found, after = program.partition(f"{right}\n")
    assert found, part
    return Bug(tuple(n.strip() for n in names.split("|")), before + (f"{wrong}\n" if wrong else "") + after)


def _marked(lines: str, mark: str) -> Iterator[str]:
    return (x[1:] for x in lines.splitlines() if x.startswith(mark))
