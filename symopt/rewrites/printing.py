"""A mended formula in the author's own notation."""

from __future__ import annotations

from symopt.language.latex import latex
from symopt.language.terms import Term


def mended_latex(original: Term, mended: Term, source: str) -> str:
    """The mended formula as the author would have written it.

    What the two formulas share is copied from the source, signs and spacing and all; only
    what differs is set anew, with its unchanged parts copied where they have their place.

    Args:
        original: the formula as it was read, with spans.
        mended: the formula as it should be.
        source: the text that spans refer to.
    """
    return _spliced(original, mended, source) or latex(mended, source)


def _spliced(original: Term, mended: Term, source: str) -> str | None:
    """The original's text with the text of the parts that differ exchanged; None where that cannot be done."""
    if original.span is None:
        return None
    start, end = original.span
    if original == mended:
        return source[start:end]
    if (original.head, original.name, len(original.args)) != (mended.head, mended.name, len(mended.args)):
        return _replaced(original, mended, source)
    if original.value != mended.value:
        return latex(mended, source)
    out, end_of_last = "", start
    for old, new in sorted(zip(original.args, mended.args, strict=True), key=lambda pair: pair[0].span or (0, 0)):
        if old == new:
            continue
        text = _spliced(old, new, source)
        if old.span is None or text is None or old.span[0] < end_of_last or _looser(new, old):
            return _replaced(original, mended, source)
        out += source[end_of_last : old.span[0]] + text
        end_of_last = old.span[1]
    return out + source[end_of_last:end]


def _replaced(original: Term, mended: Term, source: str) -> str:
    return latex(mended, source)


_BINDING = {"relation": 0, "add": 1, "neg": 2, "sum": 2, "prod": 2, "mul": 3, "pow": 4}


def _looser(new: Term, old: Term) -> bool:
    """Whether the new part would need parentheses where the old one needed none."""
    return new.head != old.head and _BINDING.get(new.head, 5) < _BINDING.get(old.head, 5)
