r"""Commands that a document defines: ``\newcommand``, ``\def``, ``\DeclareMathOperator``, found and expanded.

An expansion is written nowhere but as its call, so everything in it has the call's place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from symopt.language.terms import Term

LONGEST = 2000
"""Characters of a definition or of an expansion; what is longer is left as it is."""
MANY = 2000
"""How many definitions of a document are read."""
DEEPEST = 8
"""How many macros may stand in each other."""

_HEAD = re.compile(
    r"\\(?P<how>(?:re)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator|[gx]?def)(?![A-Za-z])\*?\s*"
    r"(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<name>[A-Za-z]+))\s*(?:\[(?P<arity>\d)\])?\s*"
    r"(?:\[(?P<default>[^\]\n]{0,100})\])?(?P<marks>(?:\#\d){0,9})\s*\{"
)
_BRACE = re.compile(r"\\.|[{}]")
_CALL = re.compile(r"\\([A-Za-z]+)")
_TOKEN = re.compile(r"\s*(\\[A-Za-z]+|[^\s{}\\])")
_OPENING = re.compile(r"\s*\{")
_OPTION = re.compile(r"\s*\[(?P<option>[^\]]*)\]")


@dataclass(frozen=True)
class Macro:
    """A command: how many arguments it takes, what the first is if it is left out, and what it stands for."""

    arity: int
    default: str | None
    body: str


Macros = Mapping[str, Macro]


def defined(text: str) -> Macros:
    """The commands that a text defines; of several definitions the first. A notebook's backslashes are doubled."""
    found: dict[str, Macro] = {}
    for plain in (text, text.replace("\\\\", "\\")):
        for name, macro, _ in definitions(plain):
            found.setdefault(name, macro)
    return found


def definitions(text: str) -> Iterator[tuple[str, Macro, tuple[int, int]]]:
    """The commands that a text defines, in order, each with its name and where the definition stands."""
    for head in islice(_HEAD.finditer(text), MANY):
        end = braced(text, head.end())
        if end is not None:
            yield *_macro(head, text[head.end() : end - 1].strip()), (head.start(), end)


def definition_end(math: str, start: int) -> int | None:
    """Where the definition that begins at an offset ends; None where there is none."""
    head = _HEAD.match(math, start)
    return None if head is None else braced(math, head.end())


def _macro(head: re.Match[str], body: str) -> tuple[str, Macro]:
    name = head["braced"] or head["name"]
    if head["how"] == "DeclareMathOperator":
        return name, Macro(0, None, rf"\operatorname{{{body}}}")
    arity = int(head["arity"] or 0) or head["marks"].count("#")
    return name, Macro(arity, head["default"], body.removesuffix(r"\xspace").strip())


def braced(text: str, start: int) -> int | None:
    """The offset behind the brace that closes the one before ``start``; None where it is too far."""
    depth = 1
    for match in _BRACE.finditer(text, start, min(len(text), start + LONGEST)):
        depth += (match[0] == "{") - (match[0] == "}")
        if not depth:
            return match.end()
    return None


def expansion(name: str, math: str, end: int, macros: Macros) -> tuple[str, int] | None:
    """What a call whose name ends at ``end`` stands for, and where its arguments end; None where it cannot be told."""
    made = _once(macros[name], math, end)
    for _ in range(DEEPEST):
        if made is None or len(made[0]) > LONGEST:
            return None
        inner = _inside(made[0], macros)
        if inner == made[0]:
            break
        made = inner, made[1]
    return made


def _inside(text: str, macros: Macros) -> str:
    """The text with the calls in it expanded once."""
    out, done = "", 0
    for match in _CALL.finditer(text):
        if match.start() >= done and match[1] in macros and len(out) <= LONGEST:
            made = _once(macros[match[1]], text, match.end())
            if made is not None:
                out, done = f"{out}{text[done : match.start()]}{made[0]}", made[1]
                out += " " * (made[0][-1:].isalpha() and text[done : done + 1].isalpha())
    return out + text[done:]


def _once(macro: Macro, math: str, end: int) -> tuple[str, int] | None:
    given: list[str] = []
    if macro.default is not None:
        option = _OPTION.match(math, end)
        given.append(option["option"] if option else macro.default)
        end = option.end() if option else end
    while len(given) < macro.arity:
        opening, token = _OPENING.match(math, end), _TOKEN.match(math, end)
        closing = braced(math, opening.end()) if opening else None
        if opening and closing:
            given.append(math[opening.end() : closing - 1])
        elif token:
            given.append(token[1])
        else:
            return None
        end = closing or (token.end() if token else end)
    return re.sub(r"#(\d)", lambda m: given[int(m[1]) - 1] if 0 < int(m[1]) <= len(given) else m[0], macro.body), end


def calls(math: str, macros: Macros) -> Iterator[tuple[int, int]]:
    """The places of the calls in a formula, those within another's arguments left out."""
    end = 0
    for match in _CALL.finditer(math):
        if match.start() >= end and match[1] in macros:
            made = expansion(match[1], math, match.end(), macros)
            if made is not None:
                end = made[1]
                yield match.start(), end


def placed(term: Term, places: Collection[tuple[int, int]]) -> Term:
    """A term in which what is one whole call has its place, and what is only part of one is written nowhere."""
    wholes = [node.span for node in _outermost(term, places)]
    alone = frozenset(span for span in wholes if wholes.count(span) == 1)

    def put(node: Term) -> Term | None:
        if node.span not in places:
            return None
        inside = replace(node, args=tuple(_nowhere(a, node.span) for a in node.args))
        return inside if node.span in alone else _nowhere(node, node.span)

    return term.map(put)


def _outermost(term: Term, places: Collection[tuple[int, int]]) -> Iterator[Term]:
    if term.span in places:
        yield term
    else:
        for part in term.args:
            yield from _outermost(part, places)


def _nowhere(term: Term, place: tuple[int, int] | None) -> Term:
    """The term with empty spans wherever it has the call's."""
    span = (term.span[0], term.span[0]) if term.span is not None and term.span == place else term.span
    return replace(term, args=tuple(_nowhere(a, place) for a in term.args), span=span)
