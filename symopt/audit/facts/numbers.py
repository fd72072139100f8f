"""Numbers that are nearly equal, and what floating-point formats resolve.

A format with p binary digits and exponents up to e has machine epsilon 2^(1 - p), rounding unit 2^-p, largest number
(2 - 2^(1 - p)) 2^e and smallest normal one 2^(1 - e): IEEE 754-2019, table 3.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.audit.plain import exact
from symopt.language.terms import Term
from symopt.read.notation import Statement


@dataclass(frozen=True)
class Format:
    """A binary floating-point format.

    Args:
        name: what people call it.
        words: how texts speak of it.
        digits: binary digits of the significand, the hidden one counted.
        exponent: the largest exponent of 2.
    """

    name: str
    words: str
    digits: int
    exponent: int

    @property
    def epsilon(self) -> Fraction:
        return Fraction(2) ** (1 - self.digits)

    @property
    def constants(self) -> dict[str, Fraction]:
        """Its constants, by what they are."""
        return {
            "machine epsilon": self.epsilon,
            "rounding unit": self.epsilon / 2,
            "largest number": (2 - self.epsilon) * Fraction(2) ** self.exponent,
            "smallest normal number": Fraction(2) ** (1 - self.exponent),
        }


FORMATS = (
    Format("float32", r"float\s?32|single[- ]precision|fp32|\bf32\b|32[- ]bit float", 24, 127),
    Format("float64", r"float\s?64|double[- ]precision|fp64|\bf64\b|64[- ]bit float|\bdoubles?\b", 53, 1023),
    Format("float16", r"float\s?16|half[- ]precision|fp16|\bf16\b", 11, 15),
    Format("bfloat16", r"bfloat\s?16|\bbf16\b", 8, 127),
)
_EPSILON = re.compile(r"^(?:\\varepsilon|\\epsilon|\\text\{eps\}|eps|u|\\mathbf\{u\})(?:_.*)?$")
_ROUGH = {1: Fraction(1, 4), 2: Fraction(6, 100)}
"""How far a printed number of so many digits may be off, relatively; more digits: one part in a hundred."""


def number_opinion(content: Statement, source: str, text: str) -> Opinion | None:
    """What is to be said of numbers said to be nearly equal, or of a format's resolution; None for anything else.

    Args:
        content: the formula.
        source: the text that spans refer to.
        text: its line and the lines above.
    """
    sides = [content.left, *(right for _, right in content.steps)]
    known = [(side, value) for side in sides if (value := exact(side)) is not None]
    if not content.steps or not known or any(symbol not in ("=", "~") for symbol, _ in content.steps):
        return None
    worked = next((pair for pair in known if pair[0].head not in ("number", "neg") and not _is_printed(pair[0])), None)
    if len(known) > 1 and worked is not None and any(symbol == "~" for symbol, _ in content.steps):
        return _compared(known, worked, source)
    return _resolution(content.left, known[0][0], known[0][1], source, text)


def _compared(known: list[tuple[Term, Fraction]], worked: tuple[Term, Fraction], source: str) -> Opinion:
    for side, claimed in known:
        if side is not worked[0] and not near(claimed, worked[1], _digits(side, source)):
            start, end = side.span or (0, len(source))
            right = _scientific(worked[1])
            return Opinion(
                Judgement.ERRATUM, system="arithmetic", rewrite="arithmetic slip", proof="refuted",
                explanation=f"The number is {right}.", fix=f"{source[:start]}{right}{source[end:]}",
                witness={"claimed": _scientific(claimed), "correct": right},
            )  # fmt: skip
    return Opinion(Judgement.CORRECT, system="arithmetic", proof="proved")


def _resolution(left: Term, side: Term, value: Fraction, source: str, text: str) -> Opinion | None:
    """A constant of the format that the text names last."""
    format_ = _named(text)
    if format_ is None or value <= 0:
        return None
    digits = _digits(side, source)
    for what, constant in format_.constants.items():
        if near(value, constant, digits):
            return Opinion(
                Judgement.CORRECT, system=format_.name, proof="proved", explanation=f"It is {format_.name}'s {what}."
            )
    if digits == 0 or not (left.head == "name" and _EPSILON.match(left.name)):
        return None  # a bare power of ten is a setting
    others = [f for f in FORMATS if any(near(value, c, digits) for c in (f.epsilon, f.epsilon / 2))]
    if not others:
        return None
    start, end = side.span or (0, len(source))
    right = f"2^{{{1 - format_.digits}}}"
    return Opinion(
        Judgement.ERRATUM, system=format_.name, rewrite="another precision's number", proof="refuted",
        explanation=f"That is {others[0].name}'s; {format_.name} has {format_.digits} binary digits.",
        fix=f"{source[:start]}{right}{source[end:]}",
        witness={"claimed": _scientific(value), "correct": _scientific(format_.epsilon)},
    )  # fmt: skip


def _named(text: str) -> Format | None:
    found = [(m.end(), f) for f in FORMATS for m in re.finditer(f.words, text, re.IGNORECASE)]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def near(claimed: Fraction, value: Fraction, digits: int) -> bool:
    """Whether a number printed with so many digits stands for another; of a bare power of ten, its order."""
    if value == 0 or claimed == 0:
        return value == claimed
    ratio = claimed / value
    if digits == 0:
        return Fraction(3, 10) < ratio < Fraction(10, 3)
    return abs(ratio - 1) <= _ROUGH.get(digits, Fraction(1, 100))


def _is_printed(term: Term) -> bool:
    """Whether a side is one decimal number, perhaps times a power of ten."""
    parts = term.args if term.head == "mul" else (term,)
    return all(p.head == "number" or _is_power_of_ten(p) for p in parts)


def _is_power_of_ten(term: Term) -> bool:
    return term.head == "pow" and term.args[0].value == 10


def _digits(term: Term, source: str) -> int:
    """Digits of the printed number; 0 for a bare power of ten."""
    mantissas = [n for n in _mantissas(term) if n.span]
    if not mantissas:
        return 0 if _is_power_of_ten(term) else 3
    text = source[slice(*(mantissas[0].span or (0, 0)))]
    figures = re.sub(r"\D", "", text).lstrip("0")
    return max(1, len(figures if "." in text else figures.rstrip("0")))


def _mantissas(term: Term) -> Iterator[Term]:
    parts = term.args if term.head == "mul" else (term,)
    return (p for p in parts if p.head == "number")


def _scientific(value: Fraction) -> str:
    text = f"{float(value):.2e}"
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    return f"{float(value):.3g}" if -4 < power < 5 else rf"{mantissa} \times 10^{{{power}}}"
