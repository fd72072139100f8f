"""A mended formula in the author's own notation."""

from __future__ import annotations

from dataclasses import replace

from symopt.language.latex import enclosed, latex
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


# How tightly each head binds, and how tightly what stands in it must.
_BINDING = {"relation": 0, "add": 1, "neg": 2, "sum": 2, "prod": 2, "mul": 3, "pow": 4}
_NEEDED = {"relation": 1, "add": 3, "neg": 3, "mul": 4, "pow": 5, "sum": 3, "prod": 3}


def _spliced(original: Term, mended: Term, source: str) -> str | None:
    """The original's text with the parts that differ exchanged; None where it has no text."""
    if original.span is None:
        return None
    start, end = original.span
    if original == mended:
        return source[start:end]
    shape = [(x.head, x.name, x.value, len(x.args)) for x in (original, mended)]
    if shape[0] != shape[1]:
        return latex(mended, source)
    out, done = "", start
    for old, new in sorted(zip(original.args, mended.args, strict=True), key=lambda pair: pair[0].span or (0, 0)):
        if old == new:
            continue
        if original.head == "add" and (old.head == "neg") != (new.head == "neg"):
            return _bracketed(original, latex(mended, source), source)
        text = _spliced(old, new, source)
        stands = text is not None and (_stands(new, old, original, source) or enclosed(text))
        if old.span is None or text is None or old.span[0] < done or not stands:
            return latex(replace(mended, span=None), source)  # its span is that of what was changed
        bare = source[max(old.span[0] - 1, 0) : old.span[0]] in ("^", "_")  # a script without braces
        out += source[done : old.span[0]] + (f"{{{text}}}" if bare and len(text) > 1 else text)
        done = old.span[1]
    return out + source[done:end]


def _stands(new: Term, old: Term, around: Term, source: str) -> bool:
    """Whether the new part can take the old one's place without parentheses."""
    if new.head == old.head:
        return True
    if around.head in _NEEDED:
        needed = _NEEDED[around.head]
    else:
        # A fraction, a root or a power of e set as such holds anything; one written on the line does not.
        needed = 1 if around.span and source[around.span[0]] in "\\e" else 5
    return _BINDING.get(new.head, 5) >= needed


_BRACKETS = (("\\left(", "\\right)"), ("\\left[", "\\right]"), ("(", ")"), ("[", "]"))


def _bracketed(old: Term, text: str, source: str) -> str:
    """A part set anew, in the brackets that the old one stood in."""
    if old.span is None:
        return text
    written = source[slice(*old.span)]
    for opening, closing in _BRACKETS:
        if written.startswith(opening) and written.endswith(closing):
            return f"{opening}{text}{closing}"
    return text
