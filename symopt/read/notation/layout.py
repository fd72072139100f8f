"""Line breaks and columns of a block: which of them part formulas, and which only lay one out."""

from __future__ import annotations

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
            following = tokens[i + 1].kind if i + 1 < len(tokens) else "newline"
            if token.kind == "amp" and related and following not in _GOES_ON and out and out[-1].kind not in _GOES_ON:
                token = token._replace(kind="wide")
        out.append(token)
    return out
