"""The tokens of one formula on their way through the parser, and what is noted on the way."""

from __future__ import annotations

from symopt.read.notation.layout import laid_out
from symopt.read.notation.macros import Macros
from symopt.read.notation.tokens import Token, tokenize
from symopt.read.notation.tree import NotRead

MAX_DEPTH = 40


def _relevant(tokens: list[Token], length: int) -> list[Token]:
    """The tokens without spacing that says nothing, closed by one of kind "finish"."""
    out: list[Token] = []
    blocks = 0
    spaceless = {"rel", "plus", "minus", "times", "slash", "comma", "semi", "open", "lbrace", "wide", "amp", "newline"}
    for token in tokens:
        kind = token.kind
        blocks += (kind == "begin") - (kind == "end")
        if kind in ("thin", "ignored", "tag") or (kind in ("amp", "newline") and blocks <= 0):
            continue
        if kind == "wide" and (not out or out[-1].kind in spaceless or blocks > 0):
            continue
        if kind in ("rel", "plus", "minus", "times", "slash", "close", "rbrace") and out and out[-1].kind == "wide":
            out.pop()
        out.append(token)
    out.append(Token("finish", "", length, length))
    return out


class Stream:
    """A place among a formula's tokens.

    ``bars`` holds, for each bracket that is open here, the bar that would close it, or "".
    """

    def __init__(self, source: str, macros: Macros | None = None) -> None:
        self.source = source
        tokens = laid_out(tokenize(source, macros))
        self.tags = tuple(t.text for t in tokens if t.kind == "tag")
        self.tokens = _relevant(tokens, len(source))
        self.position = 0
        self.token = self.tokens[0]
        self.depth = 0
        self.bars: list[str] = [""]
        self.remarks: list[str] = []
        self.notes: list[str] = []

    def at(self, *kinds: str) -> bool:
        """Whether the next token is of one of these kinds."""
        return self.token.kind in kinds

    def advance(self) -> Token:
        token = self.token
        self.position += 1
        self.token = self.tokens[min(self.position, len(self.tokens) - 1)]
        return token

    def ahead(self, by: int = 1) -> Token:
        return self.tokens[min(self.position + by, len(self.tokens) - 1)]

    def ended(self) -> int:
        """Where the last token taken ends."""
        return self.tokens[self.position - 1].end if self.position else 0

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotRead(f"nested deeper than {MAX_DEPTH}", self.token.start)

    def expect(self, kind: str, what: str) -> Token:
        if self.token.kind != kind:
            raise NotRead(f"{what} is missing", self.token.start)
        return self.advance()


def unexpected(token: Token) -> str:
    """Why a token has no place where it stands."""
    if token.kind == "junk":
        return f"{token.text} is not known"
    if token.kind == "finish":
        return "the formula breaks off"
    return f"{token.text.strip() or token.kind} is not expected here"
