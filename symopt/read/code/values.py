"""What a variable of a program may hold while it is read."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from symopt.language.terms import Term


@dataclass(frozen=True)
class Place:
    """A storage place, by the text under which the program reaches it: ``self.m``, ``state['step']``, ``w``.

    Args:
        slot: that text.
        span: where the program speaks of it.
    """

    slot: str
    span: tuple[int, int] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Many:
    """A tuple or a list."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Record:
    """A dictionary or a named tuple: values by name."""

    fields: Mapping[str, Value]
    kind: str = ""


@dataclass
class Frame:
    """The local names of a function that is being read.

    Args:
        names: what each stands for; one that is missing is a place of its own name.
        outer: the names around it.
        prefix: what the names of its places begin with, so that a helper's are its own.
        shared: names declared global.
    """

    names: dict[str, Value] = field(default_factory=dict[str, "Value"])
    outer: Frame | None = None
    prefix: str = ""
    shared: set[str] = field(default_factory=set[str])


@dataclass(frozen=True)
class Closure:
    """A function of the program, with the names that it sees."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    frame: Frame
    owner: Class | None = None


@dataclass(frozen=True)
class Class:
    """A class of the program: its methods and the fields it declares."""

    name: str
    node: ast.ClassDef
    frame: Frame
    methods: Mapping[str, Closure]
    declared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """A library's namespace, or a function in it, by its dotted name."""

    name: str


@dataclass(frozen=True)
class Text:
    """A string."""

    value: str


@dataclass(frozen=True)
class Collection:
    """Something that a loop goes through, such as ``zip(ws, vs)``: what one element of it is."""

    element: Value


@dataclass(frozen=True)
class Gradient:
    """What a gradient function returned: of which function, asked with which arguments."""

    function: str
    arguments: tuple[Term, ...]


@dataclass(frozen=True)
class Unknown:
    """A value of which nothing is known but what it was made from."""

    label: str = ""
    made_from: tuple[Term, ...] = ()


Value = Union[Term, Place, Many, Record, Closure, Class, Module, Text, Collection, Gradient, Unknown]  # noqa: UP007 - quoted names
