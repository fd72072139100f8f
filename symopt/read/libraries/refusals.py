"""Why a library's code could not be traced, in words; what it raised itself where nothing better is known."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_NEEDS = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: '(\w+)'")
_REASONS = (
    (re.compile(r"does not support dense gradients"), "it takes sparse gradients only, which no recurrence here has"),
    (
        re.compile(r"2D|2-D|two-dimensional|matri(?:x|ces)", re.IGNORECASE),
        "it is a method for matrices; a recurrence here has numbers and vectors",
    ),
)
_OWN = Path(__file__).parents[2]
_WHOLE = "name a function of your own that makes the whole"


def reason_of(error: BaseException) -> str:
    """The reason that an exception of a library's code gives for there being no recurrence."""
    first = str(error).splitlines()[0] if str(error) else ""
    needed = _NEEDS.search(first)
    if needed is not None and needed[1] == "closure":
        return "its step asks for `closure`, to work out the loss as often as it likes; a recurrence has one gradient"
    if needed is not None and needed[1] in ("value", "value_fn", "loss"):
        return (
            f"its step asks for `{needed[1]}`, the loss itself, as line searches do; a recurrence has gradients alone"
        )
    if needed is not None:
        return f"its step asks for `{needed[1]}`; a recurrence has gradients alone"
    known = next((reason for pattern, reason in _REASONS if pattern.search(first)), None)
    return f"{known} ({first})" if known else raised(error)


def raised(error: BaseException) -> str:
    """What the code raised, and where."""
    first = str(error).splitlines()[0] if str(error) else ""
    said = ": ".join(part for part in (type(error).__name__, first) if part)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _OWN not in Path(f.filename).parents]
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"its code {'ends the program' if isinstance(error, SystemExit) else 'raised'} {said}{where}"


def unanswered(make: Callable[..., Any], names: Iterable[str]) -> str:
    """Why an optimizer cannot be made whose arguments of these names nothing gives; "" where none is missing."""
    missing = ", ".join(f"`{name}`" for name in names)
    if missing:
        is_are = "is" if "," not in missing else "are"
        unknown = f"nothing says what {missing} {is_are}"
        return f"it is made around something else, and {unknown}: set it as an option, or {_WHOLE}"
    kinds = [p.kind for p in inspect.signature(make).parameters.values()]
    if kinds and all(kind == inspect.Parameter.VAR_POSITIONAL for kind in kinds):
        return f"it is made of other parts; {_WHOLE}"
    return ""
