"""How the parts of formulas about losses are spelt: names with their indices, functions before brackets, indicators."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.formula_mistakes import INDICATOR

_FONT = re.compile(
    r"^\\(?:mathbf|boldsymbol|bm|vec|mathrm|mathsf|mathit|text|textbf|operatorname|overrightarrow)\{(.*)\}$"
)
_BASE = re.compile(r"\\?[A-Za-z]+'*")
_OPENING = re.compile(r"\s*(?:\\left|\\bigl?|\\Bigl?|\\!|\\,|\s)*([(\[])")
FUNCTIONS = frozenset({
    r"\sigma", r"\sigma'", r"\phi", r"\phi'", r"\varphi", r"\varphi'", "g", "h", "f", "g'", "h'", "f'",
})  # fmt: skip
"""Letters that are functions where brackets follow them."""
_TRANSPOSED = (T.name("T"), T.name(r"\top"), T.name(r"\intercal"))
_INDICATORS = frozenset({r"\mathbb{1}", r"\mathbf{1}", r"\mathbb{I}", "1", "I", r"\mathrm{1}", r"\mathds{1}", r"\1"})


DOT = r"\cdot"
"""The name of a product that is written with a dot: of two columns it is the inner product."""
_PRIMED = re.compile(r"^(.*[^'])'(_.*)?$")


@dataclass(frozen=True)
class Spelling:
    """A name without its fonts, and its indices in order: x at ("j", "i") for ``\\mathbf{x}_j^{(i)}``."""

    base: str
    indices: tuple[str, ...] = ()


def spelling(term: Term) -> Spelling | None:
    """The name and the indices of a leaf or a function; None for anything else."""
    if term.head in ("name", "call"):
        return split(term.name)
    if term.head == "at" and len(term.args) == 1:
        inner = spelling(term.args[0])
        number = term.args[0].value
        own = split(term.name)
        if number is not None:
            return replace(own, indices=(*own.indices, str(number)))
        return None if inner is None else replace(own, indices=(*own.indices, "_".join((inner.base, *inner.indices))))
    return None


@lru_cache(maxsize=4096)
def split(name: str) -> Spelling:
    """A name and its indices."""
    font = _FONT.match(name)
    if font:
        return split(font[1])
    end = _end_of_base(name)
    base, indices = name[:end], list[str]()
    rest = name[end:]
    while rest[:1] in ("_", "^") and len(rest) > 1:
        command = re.match(r"\\[A-Za-z]+", rest[1:])
        stop = _closing(rest, 1, "{", "}") + 1 if rest[1] == "{" else 1 + (command.end() if command else 1)
        indices.append(_plain(rest[1:stop]))
        rest = rest[stop:]
    font = _FONT.match(base)
    if font:
        inner = split(font[1])
        return Spelling(inner.base, (*inner.indices, *indices))
    return Spelling(_accented(base), tuple(indices))


def _accented(base: str) -> str:
    """A base with an accent, without the fonts under it: ``\\hat{y}`` for ``\\hat{\\mathbf{y}}``."""
    accent = re.match(r"^(\\(?:hat|widehat|tilde|bar))\{(.*)\}$", base)
    return f"{accent[1].replace('wide', '')}{{{split(accent[2]).base}}}" if accent else base


def _end_of_base(name: str) -> int:
    found = _BASE.match(name)
    if not found:
        return len(name)
    end = found.end()
    while end < len(name) and name[end] == "{" and name.startswith("\\"):
        end = _closing(name, end, "{", "}") + 1
    return end


def _plain(index: str) -> str:
    """An index without brackets and fonts: ``i`` for ``{(i)}``, ``y_i`` for ``{y_{i}}``."""
    text = index.replace("{", "").replace("}", "").strip()
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


def _closing(text: str, start: int, opening: str, closing: str) -> int:
    """Where the bracket that opens at ``start`` closes; the end of the text where it does not."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == opening) - (text[i] == closing)
        if depth == 0:
            return i
    return len(text) - 1


def read_again(term: Term, source: str) -> Term:
    """The term with functions and factors told apart as formulas about losses mean them.

    ``\\sigma(z)`` is a call and not a product; ``p_i (1 - p_i)`` is a product and not a call; ``1[k = y]`` is an
    indicator.
    """
    if term.head == "pow" and term.args[0].head == "call" and _multiplies(term.args[0]):
        call, exponent = term.args  # a^2 (1 - a): the power is the name's
        power = Term("pow", (Term("name", name=call.name, span=_start(call)), exponent))
        return Term("mul", (power, *(read_again(a, source) for a in call.args)), span=term.span)
    args = tuple(read_again(a, source) for a in term.args)
    made = term if all(a is b for a, b in zip(args, term.args, strict=True)) else replace(term, args=args)
    if made.head == "call" and made.name in _INDICATORS and made.args and made.args[0].head == "relation":
        return replace(made, name=INDICATOR)
    if made.head == "call" and _multiplies(made):
        function = Term("name", name=made.name, span=_start(made))
        return Term("mul", (function, *made.args), span=made.span)
    if made.head == "mul":
        return _with_calls(made, source)
    if made.head == "pow" and made.args[1] in _TRANSPOSED:
        return Term("call", made.args[:1], "transpose", span=made.span)
    if made.head in ("add", "neg", "sum", "div"):
        return replace(made, args=tuple(_indicated(a) for a in made.args))
    return made


def vectors_told(term: Term, source: str) -> Term:
    """The term with dots and primes told as formulas of vectors mean them.

    ``y \\cdot B s`` is a product of two parts; a primed letter in a product, ``y' s``, is a transpose.
    """
    args = tuple(vectors_told(a, source) for a in term.args)
    made = term if all(a is b for a, b in zip(args, term.args, strict=True)) else replace(term, args=args)
    if made.head != "mul":
        return made
    made = replace(made, args=tuple(_unprimed(a) for a in made.args))
    parts: list[list[Term]] = [[made.args[0]]]
    for left, right in pairwise(made.args):
        between = source[left.span[1] : right.span[0]] if left.span and right.span else ""
        if DOT in between:
            parts.append([])
        parts[-1].append(right)
    if len(parts) == 1:
        return made
    return replace(made, args=tuple(_joined(part) for part in parts), name=DOT)


def _joined(part: list[Term]) -> Term:
    first, last = part[0].span, part[-1].span
    span = (first[0], last[1]) if first and last else None
    return part[0] if len(part) == 1 else Term("mul", tuple(part), span=span)


def _unprimed(factor: Term) -> Term:
    found = _PRIMED.match(factor.name) if factor.head in ("name", "at") else None
    if not found:
        return factor
    own = replace(factor, name=f"{found[1]}{found[2] or ''}")
    return Term("call", (own,), "transpose", span=factor.span)


def _start(term: Term) -> tuple[int, int] | None:
    return (term.span[0], term.span[0] + len(term.name)) if term.span else None


def _indicated(term: Term) -> Term:
    return Term("call", (term,), INDICATOR, span=term.span) if term.head == "relation" else term


def _multiplies(call: Term) -> bool:
    """Whether what looks like a function with its argument is a product: ``p_i(\\delta_{ij} - p_j)``, ``a(1 - a)``."""
    name = split(call.name)
    if len(call.args) != 1 or call.args[0].head != "add":
        return False
    inside = [n for n in call.args[0].nodes() if n.head in ("name", "at", "call")]
    same = any(n.name == call.name or split(n.name).base == name.base for n in inside)
    return same and name.base not in FUNCTIONS


def _with_calls(product: Term, source: str) -> Term:
    made: list[Term] = []
    parts = list(product.args)
    while parts:
        part = parts.pop(0)
        if part == T.number(1) and parts and parts[0].head == "relation":
            relation = parts.pop(0)
            span = (part.span[0], relation.span[1]) if part.span and relation.span else None
            made.append(Term("call", (relation,), INDICATOR, span=span))
            continue
        if part.head == "name" and part.name in FUNCTIONS and parts and part.span:
            opening = _OPENING.match(source, part.span[1])
            if opening:
                stop = _closing(source, opening.end(1) - 1, opening[1], ")" if opening[1] == "(" else "]")
                inside = [a for a in parts if a.span and a.span[0] < stop]
                if inside and all(a is b for a, b in zip(inside, parts, strict=False)):
                    del parts[: len(inside)]
                    made.append(_applied(part, inside, opening.end(1), stop))
                    continue
        made.append(_indicated(part))
    return made[0] if len(made) == 1 else replace(product, args=tuple(made))


def _applied(function: Term, inside: list[Term], begin: int, stop: int) -> Term:
    start = (function.span or (0, 0))[0]
    last = inside[-1]
    if last.head == "pow" and last.span and last.span[1] > stop + 1 and len(inside) == 1:
        call = Term("call", (last.args[0],), function.name, span=(start, stop + 1))
        return Term("pow", (call, last.args[1]), span=(start, last.span[1]))
    argument = inside[0] if len(inside) == 1 else Term("mul", tuple(inside))
    return Term("call", (replace(argument, span=(begin, stop)),), function.name, span=(start, stop + 1))
