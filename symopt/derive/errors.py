"""Requests that have no answer; each message says what would be right."""

from __future__ import annotations


class NotDerivable(ValueError):
    """What was asked for has no such form; the message names the symbol and says why."""


class UnknownTopic(KeyError):
    """A name that no topic has, or a topic that does not fit; the message offers the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])
