"""Calls that travel to another process and back; a model travels by its name."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Generator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from symopt.audit.catalogue import plain, rare, under_conventions
from symopt.audit.models import Model

Name = tuple[str, int, tuple[tuple[str, Fraction], ...]]
"""A model's system, its place among those under conventions (-1 for the plain definition), and what is fixed."""


@dataclass(frozen=True)
class Call:
    """Work that another process may do: a function of a module, and its arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def made(self) -> Any:
        return self.function(*self.arguments)


R = TypeVar("R")
Work = Generator[list[Call], list[Any], R]
"""Work that asks for calls to be made, in any order, and goes on with their answers."""


def done_alone(work: Work[R]) -> R:
    """What comes of the work, every call made here."""
    answers: list[Any] | None = None
    while True:
        try:
            calls = next(work) if answers is None else work.send(answers)
        except StopIteration as end:
            return end.value
        answers = [call.made() for call in calls]


def beside(work: Work[R], call: Call) -> Work[tuple[R, Any]]:
    """The work with one call more, made beside its first, and that call's answer."""
    answers = yield [call, *next(work)]
    found, answers = answers[0], answers[1:]
    try:
        while True:
            answers = yield work.send(answers)
    except StopIteration as end:
        return end.value, found


def packed(value: Any) -> bytes:
    """The value as bytes that any process of this program reads."""
    parcel = io.BytesIO()
    _Packer(parcel, pickle.HIGHEST_PROTOCOL).dump(value)
    return parcel.getvalue()


def unpacked(parcel: bytes) -> Any:
    """What was packed, by this program: never bytes from anywhere else."""
    return _Unpacker(io.BytesIO(parcel)).load()


def made_elsewhere(parcel: bytes) -> bytes:
    """The answer to a packed call, packed."""
    return packed(unpacked(parcel).made())


class _Packer(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Name | None:
        return _name(obj) if isinstance(obj, Model) else None


class _Unpacker(pickle.Unpickler):
    def persistent_load(self, pid: Name) -> Model:
        return _model(pid)


def _name(model: Model) -> Name:
    written = under_conventions(model.system) if model.conventions else ()
    place = next((i for i, m in enumerate(written) if m.optimizer is model.optimizer), -1)
    return model.system, place, tuple(model.fixed.items())


@cache
def _model(name: Name) -> Model:
    system, place, fixed = name
    found = (
        under_conventions(system)[place] if place >= 0 else next(m for m in (*plain(), *rare()) if m.system == system)
    )
    return found.with_values(dict(fixed)) if fixed else found
