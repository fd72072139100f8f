"""Why a library's code could not be traced, in words; what it raised itself where nothing better is known."""

from __future__ import annotations

import re

_NEEDS = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: '(\w+)'")
_REASONS = (
    (re.compile(r"does not support dense gradients"), "it takes sparse gradients only, which no recurrence here has"),
    (
        re.compile(r"2D|2-D|two-dimensional|matri(?:x|ces)", re.IGNORECASE),
        "it is a method for matrices; a recurrence here has numbers and vectors",
    ),
)


def reason_of(error: Exception) -> str:
    """The reason that an exception of a library's code gives for there being no recurrence."""
    first = str(error).splitlines()[0] if str(error) else ""
    needed = _NEEDS.search(first)
    if needed is not None and "__init__" in first:
        return f"it is made around something else, and nothing says what `{needed[1]}` is"
    if needed is not None and needed[1] == "closure":
        return "its step asks for `closure`, to work out the loss as often as it likes; a recurrence has one gradient"
    if needed is not None:
        return f"its step asks for `{needed[1]}`; a recurrence has gradients alone"
    known = next((reason for pattern, reason in _REASONS if pattern.search(first)), None)
    return f"{known} ({first})" if known else f"{type(error).__name__}: {first}"
