"""The topics: what can be derived of an optimizer, found by scanning this package.

A module of this package holds one subject and makes one or more `Topic` objects:

    unrolled = Topic(
        "unrolled",
        title="Unrolled forms",
        fits=lambda optimizer: ...,      # quick; whether there is anything to derive
        derive=lambda optimizer: ...,    # the derivations, each proved step by step
    )

That line is all it takes: `symopt derive`, the documents and the tests find it. ``derive`` raises
NotDerivable, with a sentence, where the topic fits but has no answer.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable, UnknownTopic
from symopt.derive.topic import Definition, Kind, Topic

__all__ = ["Topic", "derivations", "topic", "topics", "topics_of"]


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic, by name, in the order of their numbers."""
    found: dict[str, Topic] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        for value in vars(importlib.import_module(f"{__name__}.{module}")).values():
            if isinstance(value, Topic) and found.setdefault(value.name, value) is not value:
                raise ValueError(f"{module}: two topics are called {value.name}")
    return MappingProxyType(dict(sorted(found.items(), key=lambda item: (item[1].place, item[0]))))


def topic(name: str) -> Topic:
    """The topic of that name. Raises UnknownTopic with the nearest names."""
    known = topics()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, cutoff=0.4)
    offer = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
    raise UnknownTopic(f"no topic is called {name!r}; {offer}")


def topics_of(definition: Definition) -> tuple[Topic, ...]:
    """The topics that fit the optimizer or schedule."""
    return tuple(found for found in topics().values() if found.about(definition))


def derivations(definition: Definition, name: str | None = None) -> tuple[Derivation, ...]:
    """Everything derived of a definition, or what one topic derives.

    Args:
        definition: an optimizer or a schedule.
        name: a topic's name; None for every topic that fits.

    Returns:
        Derivations, each with its topic and definition filled in.

    Raises:
        UnknownTopic: no topic is called so, or it does not fit the definition; with the names that would do.
        NotDerivable: the topic has no answer for this definition, or none fits, and why.
    """
    fitting = topics_of(definition)
    if name is not None and topic(name) not in fitting:
        fit = ", ".join(found.name for found in fitting) or "none"
        raise UnknownTopic(f"{topic(name).title} does not fit {definition.name}; topics that do: {fit}")
    if not fitting:
        raise NotDerivable(f"no topic fits {definition.name}, {Kind.of(definition).value}")
    chosen = fitting if name is None else (topic(name),)
    every = [(found, _derived(found, definition, asked=name is not None)) for found in chosen]
    return tuple(replace(made, topic=found.name, optimizer=definition) for found, several in every for made in several)


def _derived(found: Topic, definition: Definition, *, asked: bool) -> tuple[Derivation, ...]:
    """What a topic derives; among all topics one that has no answer is passed over."""
    try:
        made = tuple(found.derive(definition))
    except NotDerivable:
        if asked:
            raise
        return ()
    if asked and not made:
        raise NotDerivable(f"{found.title}: there is nothing of that to derive of {definition.name}")
    return made
