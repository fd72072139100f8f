"""A mended line of a program, with nothing changed but the mistake."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symopt.audit.code.equations import BEFORE
from symopt.language.terms import Term
from symopt.read.code import CLOCK
from symopt.read.code.arithmetic import ticks
from symopt.read.code.memory import last

_USUAL = {
    r"\eta": "lr", r"\alpha": "alpha", r"\beta_1": "beta1", r"\beta_2": "beta2", r"\beta_3": "beta3", r"\beta": "beta",
    r"\gamma": "gamma", r"\rho": "rho", r"\mu": "mu", r"\epsilon": "eps", r"\lambda": "weight_decay",
}  # fmt: skip
EARLIER = " before"
"""What is added to a letter for the name that its value before the step has."""
_NAME = re.compile(r"[\w.\[\]'\"]+")
_LIBRARY = re.compile(r"\b(np|numpy|jnp|torch|tf|nd|math|mx|onp|cp)\.")
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Patch:
    """A replacement in the program's text."""

    start: int
    end: int
    text: str


class Printer:
    """Terms as the program would write them.

    Args:
        text: the program.
        original: the right side of the equation that is mended, with its places.
        names: the program's name for each letter.
        counts: how the program writes numbers of the step, and how far each is ahead of it.
        within: the statement: what stands elsewhere may have been said of other values.
        others: right sides in which powers of rates may have a name.
    """

    def __init__(
        self, text: str, original: Term, names: Mapping[str, str], counts: Mapping[str, int],
        within: tuple[int, int], others: Sequence[Term] = (),
    ) -> None:  # fmt: skip
        self.text, self.original, self.names = text, original, names
        self.counts = counts
        spans = {n: n.span for n in original.nodes() if n.span is not None}
        self.places = {n: s for n, s in spans.items() if within[0] <= s[0] and s[1] <= within[1]}
        self.powers = {n: text[slice(*n.span)] for x in others for n in x.nodes() if n.head == "pow" and n.span}
        libraries = _LIBRARY.findall(text)
        self.library = f"{libraries[0]}." if libraries else ""

    def patch(self, change: Change) -> Patch:
        """The replacement that makes a change."""
        assert change.old.span is not None
        need = _needed(change.around) if change.around is not None else 0
        return Patch(*change.old.span, self.written(change.new, 0 if self._bracketed(change.old.span) else need))

    def _bracketed(self, span: tuple[int, int]) -> bool:
        before, after = self.text[: span[0]].rstrip()[-1:], self.text[span[1] :].lstrip()[:1]
        return before in ("(", ",", "=") and after in (")", ",")

    def written(self, term: Term, need: int = 0) -> str:
        """The term's text, in parentheses where it binds less than it must."""
        span = self.places.get(term)
        if span is not None and term.args and self._faithful(term):
            text = self.text[slice(*span)]
            return f"({text})" if _binding(text) < need else text
        text, binding = self._made(term)
        return f"({text})" if binding < need else text

    def _faithful(self, term: Term) -> bool:
        kept = next(n for n in self.original.nodes() if n == term and n.span == self.places[term])
        return _covers(kept)

    def _made(self, term: Term) -> tuple[str, int]:
        match term.head:
            case "number":
                assert term.value is not None
                value = term.value
                return (str(value), _ATOM) if value.denominator == 1 else (f"{float(value):g}", _ATOM)
            case "name":
                return self._name(term)
            case "at":
                return self._value(term), _ATOM
            case "add":
                if (counted := ticks(term)) is not None:
                    return self._counted(counted)
                out = self.written(term.args[0], _SUM)
                for a in term.args[1:]:
                    negative = a.head == "neg"
                    out += f" - {self.written(a.args[0], _PRODUCT)}" if negative else f" + {self.written(a, _SUM)}"
                return out, _SUM
            case "mul":
                return " * ".join(
                    self.written(a, _PRODUCT if i == 0 else _SIGN) for i, a in enumerate(term.args)
                ), _PRODUCT
            case "neg":
                return f"-{self.written(term.args[0], _PRODUCT)}", _SIGN
            case "div":
                return f"{self.written(term.args[0], _PRODUCT)} / {self.written(term.args[1], _SIGN)}", _PRODUCT
            case "pow":
                if (kept := self.powers.get(term)) is not None and _NAME.fullmatch(kept):
                    return kept, _ATOM
                return f"{self.written(term.args[0], _ATOM)}**{self.written(term.args[1], _POWER)}", _POWER
            case "relation":
                sign = "==" if term.name == "=" else term.name
                return f"{self.written(term.args[0], _SUM)} {sign} {self.written(term.args[1], _SUM)}", 0
            case "grad":
                return f"grad({self.written(term.args[0])})", _ATOM
            case _:
                return f"{self._function(term.name)}({', '.join(self.written(a) for a in term.args)})", _ATOM

    def _function(self, name: str) -> str:
        if name in ("max", "min") and self.library:
            return self.library + {"max": "maximum", "min": "minimum"}[name]
        return self.library + name if self.library or name != "sqrt" else "sqrt"

    def _name(self, term: Term) -> tuple[str, int]:
        if term.name == CLOCK:
            return self._counted(0)
        known = self.names.get(term.name) or _USUAL.get(term.name) or re.sub(r"\W", "", last(term.name))
        return known, _ATOM

    def _counted(self, offset: int) -> tuple[str, int]:
        """The number of the step, plus ``offset``, by the program's own count."""
        name, ahead = next(iter(self.counts.items()), ("t", 0))
        away = offset - ahead
        if away == 0:
            return name, _ATOM
        return f"{name} {'+' if away > 0 else '-'} {abs(away)}", _SUM

    def _value(self, term: Term) -> str:
        name = self.names.get(term.name, term.name)
        if term.args[0] == BEFORE and (old := self.names.get(term.name + EARLIER, name)) != name:
            return old
        if term.args[0] == BEFORE and name not in self.text[: self._start()].split("\n")[-1]:
            return name if any(n == term for n in self.original.nodes()) else f"{name}_prev"
        return name

    def _start(self) -> int:
        return min((s[0] for s in self.places.values()), default=0)


@dataclass(frozen=True)
class Change:
    """A term that stands in one place of the program, what it becomes, and the term around it."""

    old: Term
    new: Term
    around: Term | None


def smallest_change(original: Term, mended: Term) -> Change | None:
    """The smallest replacement that turns one term into another; None where it is in no one place."""
    path: list[Change] = []
    for row in _parting(original, mended):
        path.append(Change(*row))
        if _is_kept_power(row[0]):
            return path[-1]
    return next((c for c in reversed(path) if c.old.span is not None and _covers(c.old)), None)


def _is_kept_power(term: Term) -> bool:
    """Whether a power is read from a place that is multiplied from step to step."""
    return term.head == "pow" and term.span is not None and not _covers(term)


def _covers(old: Term) -> bool:
    """Whether the text of a term is all of it: parts that were written into it stand elsewhere."""
    assert old.span is not None
    inside = [n.span for n in old.nodes() if n.span is not None]
    return all(old.span[0] <= s[0] and s[1] <= old.span[1] for s in inside)


def _parting(old: Term, new: Term) -> Iterator[tuple[Term, Term, Term | None]]:
    """The pairs of terms down to the smallest that differ, each with the term around it."""
    around: Term | None = None
    while old != new:
        yield old, new, around
        shapes = [(x.head, x.name, x.value, len(x.args)) for x in (old, new)]
        if shapes[0] != shapes[1]:
            return
        different = [i for i, (a, b) in enumerate(zip(old.args, new.args, strict=True)) if a != b]
        if len(different) != 1:
            return
        around = old
        old, new = old.args[different[0]], new.args[different[0]]


def _needed(around: Term) -> int:
    """How tightly what stands in a term must bind."""
    return {"add": _SUM, "neg": _PRODUCT, "mul": _SIGN, "div": _SIGN, "pow": _ATOM}.get(around.head, 0)


def _binding(text: str) -> int:
    """How tightly a piece of a program binds."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return 0
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return _SUM
        case ast.BinOp(op=ast.Pow()):
            return _POWER
        case ast.BinOp():
            return _PRODUCT
        case ast.UnaryOp():
            return _SIGN
        case ast.Compare() | ast.BoolOp() | ast.IfExp() | ast.Lambda():
            return 0
        case _:
            return _ATOM
