"""Line breaks and columns of a block: which of them part formulas, and which only lay one out."""

from __future__ import annotations

from itertools import islice

from symopt.read.notation.tokens import Token

_GOES_ON = frozenset("rel plus minus times slash amp newline comma wide thin".split())


def laid_out(tokens: list[Token]) -> list[Token]:
    """The tokens with brackets that go on over a line break joined, and columns parted."""
    return _columns(_rejoined(tokens))


def _rejoined(tokens: list[Token]) -> list[Token]:
    r"""Without the invisible brackets that close a bracket at the end of a line (``\right. \\ \left.``)."""
    out: list[Token] = []
    opened: list[str] = []
    broken = 0
    for token in tokens:
        if token.kind == "close" and token.text == "." and opened and opened[-1] not in (".", "{"):
            broken += 1
            continue
        if token.kind == "open" and token.text == "." and broken:
            broken -= 1
            continue
        if token.kind == "open":
            opened.append(token.text)
        elif token.kind in ("close", "bar") and opened and (token.kind == "close" or opened[-1] == "."):
            opened.pop()
        out.append(token)
    return out


def _columns(tokens: list[Token]) -> list[Token]:
    """The tokens with each ``&`` that parts two columns, not a formula from its relation, made a wide space."""
    out: list[Token] = []
    blocks, related = 0, False
    for i, token in enumerate(tokens):
        blocks += (token.kind == "begin") - (token.kind == "end")
        if blocks <= 0:
            related = (related or token.kind == "rel") and token.kind != "newline"
            if token.kind == "amp" and related and _parts_columns(tokens, i):
                token = token._replace(kind="wide")
        out.append(token)
    return out


def _parts_columns(tokens: list[Token], i: int) -> bool:
    """Whether a formula ends before the ``&`` at ``i``, or several in a row, and another begins after it."""
    before = next((t.kind for t in (tokens[j] for j in range(i - 1, -1, -1)) if t.kind != "amp"), "newline")
    after = next((t.kind for t in islice(tokens, i + 1, None) if t.kind != "amp"), "newline")
    return before not in _GOES_ON and after not in _GOES_ON
