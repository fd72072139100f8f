"""Long expressions as text, with names for what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import sympy as sp

from symopt.language.plain import plain

LONG = 200
"""Characters of one text beyond which the expressions get names for their parts."""
WORTHWHILE = 20
"""Characters of a part that a name replaces."""


def in_parts(expressions: Sequence[Any]) -> tuple[list[str], list[str]]:
    """The expressions as text, behind a line ``q_1 = ...`` for each part that has a name; none where all is short."""
    texts = [plain(e) for e in expressions]
    if max(map(len, texts), default=0) <= LONG:
        return [], texts
    parts, wholes = shared(expressions)
    return [f"{name} = {plain(part)}" for name, part in parts.items()], [plain(whole) for whole in wholes]


def shared(expressions: Sequence[Any]) -> tuple[dict[Any, Any], list[Any]]:
    """What is long and comes more than once, by new symbols ``q_1``, ``q_2``, ..., and the expressions in these.

    A part may have symbols in it of parts before it.
    """
    repeated: Any = sp.cse(expressions, symbols=(sp.Dummy() for _ in count()))
    parts: dict[Any, Any] = dict(repeated[0])
    wholes: list[Any] = repeated[1]
    for symbol in list(parts):
        part = parts[symbol]
        used = sum(node == symbol for e in (*wholes, *parts.values()) for node in sp.preorder_traversal(e))
        if used < 2 or len(plain(part)) <= WORTHWHILE:
            del parts[symbol]
            parts = {s: e.xreplace({symbol: part}) for s, e in parts.items()}
            wholes = [e.xreplace({symbol: part}) for e in wholes]
    taken = {str(s) for e in expressions for s in e.free_symbols}
    free = (sp.Symbol(name) for k in count(1) if (name := f"q_{k}") not in taken)
    names = {symbol: next(free) for symbol in parts}
    return {names[s]: e.xreplace(names) for s, e in parts.items()}, [e.xreplace(names) for e in wholes]
