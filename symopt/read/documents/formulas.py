r"""Where formulas begin and end in running text: every customary delimiter, in one pass.

The scan never looks further than a paragraph for a closing delimiter (a little further for a display
that has blank lines in it), and goes on behind what it consumed, so its time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from symopt.read.documents.blocks import MathBlock, Passage


class Dialect(Enum):
    """What a backtick and an escaped bracket mean."""

    MARKDOWN = "markdown"
    TEXT = "text"
    TEX = "tex"


_ROWS = {
    "equation", "align", "aligned", "alignat", "alignedat", "flalign", "gather", "gathered", "multline",
    "eqnarray", "displaymath", "math", "split", "dmath", "empheq", "subequations",
}  # fmt: skip
_WHOLE = {"cases", "array", "matrix", "pmatrix", "bmatrix", "vmatrix", "Vmatrix", "dcases"}

_TOKEN = re.compile(
    r"""
    \\(?:text[a-z]*|mbox|hbox|intertext)\s*\{[^{}]{0,500}\}   # words in a formula may hold dollars of their own
  | \\(?P<edge>begin|end)\s*\{(?P<name>[A-Za-z]{1,20})\*?\}
  | \\\\(?=[()\[\]])                                           # doubled, as some Markdown needs it
  | \\[^\n]
  | \$`|\$\$|\$|`+
    """,
    re.VERBOSE,
)
_BLANK = re.compile(r"\n[ \t]*(?=\n|$)|\n(?=[ ]{0,3}\#{1,6}[ ])")
_MARK = re.compile(r"\\[A-Za-z]|[_^=<>]")
_COMMAND = re.compile(r"\\[A-Za-z]+|[_^]\{|\b[A-Za-z]_[A-Za-z0-9]\b")
_PROSE = re.compile(r"(?<![\\A-Za-z{])(?:[A-Za-z]{2,}[,;:.]?\s+){3}(?=[A-Za-z])")
_TWO_WORDS = re.compile(r"[A-Za-z]{2,}\s+[A-Za-z]{2,}")
_MONEY = re.compile(r"\s|\d[\d,.]*[kKmMbB]?[\s.,;:!?)]")
_ARGUMENT = re.compile(r"\s*(?:\[[^\]\n]*\])?\s*\{[^{}\n]*\}")
_REACH = 4000  # characters in which a display with blank lines must be closed


@dataclass(frozen=True)
class Found:
    """A formula and the offsets, delimiters included, between which it was found."""

    start: int
    end: int
    block: MathBlock


def formulas(passage: Passage, dialect: Dialect) -> Iterator[Found]:
    """The delimited formulas of the passage, in order, none inside another."""
    scan = _Scan(passage, dialect)
    at = 0
    while opening := _TOKEN.search(passage.text, at):
        found = scan.formula(opening)
        if found:
            yield from found
            at = max(found[-1].end, opening.end())
        else:
            at = scan.resume


class _Scan:
    def __init__(self, passage: Passage, dialect: Dialect) -> None:
        self.passage = passage
        self.text = passage.text
        self.dialect = dialect
        self.resume = 0  # where to go on if the token opened nothing
        self.paragraph = -1
        self.vain: dict[str, int] = {}  # closings known to be absent up to an offset

    def formula(self, opening: re.Match[str]) -> list[Found]:
        """The formula that the token opens, in a list that is empty if it opens none."""
        token = opening.group()
        self.resume = opening.end()
        if token[0] == "\\" and token[-1] == "}" and not opening["edge"]:
            self.resume = opening.start() + 2  # words outside a formula, and formulas among them
            return []
        if token == "$`":
            return self._until(opening, "`$", display=False)
        if token == "$$":
            return self._until(opening, "$$", display=True)
        if token == "$":
            return self._dollar(opening)
        if token in (r"\(", r"\["):
            return self._until(opening, r"\)" if token == r"\(" else r"\]", display=token == r"\[")
        if token == r"\\" and self.dialect is not Dialect.TEX:
            return self._doubled(opening)
        if opening["edge"] == "begin" and opening["name"] in _ROWS | _WHOLE:
            return self._environment(opening)
        if token[0] == "`" and self.dialect is Dialect.MARKDOWN:
            self.resume = self._after_code(opening)
        return []

    def _paragraph_end(self, at: int) -> int:
        if at > self.paragraph:
            blank = _BLANK.search(self.text, at)
            self.paragraph = blank.start() if blank else len(self.text)
        return self.paragraph

    def _found(
        self, start: int, end: int, inside: tuple[int, int], opening: str, display: bool, closed: bool = True
    ) -> list[Found]:
        body = self.passage.part(*inside).stripped()
        return [Found(start, end, MathBlock(body, display, opening, closed))] if body.text else []

    def _until(self, opening: re.Match[str], closing: str, display: bool) -> list[Found]:
        start, inside = opening.span()
        limit = self._paragraph_end(inside)
        if self.vain.get(closing, -1) >= limit:
            return []
        end = self._closing(inside, closing, limit)
        if end is None:
            self.vain[closing] = limit
        if end is None and display:
            end = self._far_closing(inside, closing)
        token = "$" if opening.group() == "$`" else opening.group()
        if end is not None:
            self.resume = end + len(closing)
            if token[0] == "\\" and self._only_escaped(self.text[inside:end]):
                return []
            return self._found(start, self.resume, (inside, end), token, display)
        return self._unclosed(opening, token, display)

    def _closing(self, at: int, closing: str, limit: int) -> int | None:
        """The offset of the closing delimiter before ``limit``, if there is one."""
        if closing == "`$":
            end = self.text.find(closing, at, limit)
            return None if end < 0 else end
        while (token := _TOKEN.search(self.text, at, limit)) is not None:
            if token.group() == closing:
                return token.start()
            at = token.end()
        return None

    def _far_closing(self, at: int, closing: str) -> int | None:
        """The closing delimiter behind blank lines, if nothing but a formula comes before it."""
        limit = min(len(self.text), at + _REACH)
        while (token := _TOKEN.search(self.text, at, limit)) is not None:
            if token.group() == closing:
                own_line = not self.text[self.text.rfind("\n", 0, token.start()) + 1 : token.start()].strip()
                return token.start() if own_line and not _PROSE.search(self.text, at, token.start()) else None
            if token.group() in ("$", "$$", r"\[", "$`") or token["edge"] == "begin":
                return None
            at = token.end()
        return None

    def _only_escaped(self, body: str) -> bool:
        r"""Whether ``\[`` is Markdown's escaped bracket: around a number, a footnote or a phrase."""
        if self.dialect is Dialect.TEX or _MARK.search(body):
            return False
        return bool(re.fullmatch(r"\s*[\d,;\s]*\s*", body)) or len(re.findall(r"[A-Za-z]{2,}", body)) >= 2

    def _unclosed(self, opening: re.Match[str], token: str, display: bool) -> list[Found]:
        start, inside = opening.span()
        end = self._paragraph_end(inside)
        if token == r"\(":
            newline = self.text.find("\n", inside, end)
            end = end if newline < 0 else newline
        if token[0] == "\\" and self.dialect is not Dialect.TEX and not _COMMAND.search(self.text, inside, end):
            return []
        return self._found(start, end, (inside, end), token, display, closed=False)

    def _dollar(self, opening: re.Match[str]) -> list[Found]:
        start, inside = opening.span()
        limit, at = self._paragraph_end(inside), inside
        while (token := _TOKEN.search(self.text, at, limit)) is not None and token.group()[0] != "$":
            if token.group() in (r"\(", r"\["):
                return self._forgotten(start, inside, token.start())
            at = token.end()
        if token is None:
            return self._forgotten(start, inside, limit)
        end = token.start()
        if self._pair(inside, end):
            return self._found(start, end + 1, (inside, end), "$", display=False)
        return self._forgotten(start, inside, end) if _COMMAND.match(self.text, inside) else []

    def _forgotten(self, start: int, inside: int, limit: int) -> list[Found]:
        """The formula that a dollar opens and nothing closes, unless the dollar is money or a shell's."""
        newline = self.text.find("\n", inside, limit)
        end = limit if newline < 0 else newline
        first = _COMMAND.search(self.text, inside, end)
        if not first or _MONEY.match(self.text, inside) or _TWO_WORDS.search(self.text, inside, first.start()):
            return []
        return self._found(start, end, (inside, end), "$", display=False, closed=False)

    def _pair(self, start: int, end: int) -> bool:
        """Whether the two dollars around these offsets hold a formula, rather than two prices."""
        body = self.text[start:end]
        if not body.strip():
            return False
        if _PROSE.search(body) and not _COMMAND.search(body):
            return False
        if _MONEY.match(body) and not _MARK.search(body) and re.search(r"[A-Za-z]{2,}", body):
            return False
        after = self.text[end + 1 : end + 2]
        tight_left, tight_right = not body[0].isspace(), not body[-1].isspace()
        if after.isdigit() and (body[0].isdigit() or not tight_right):
            return False
        if tight_left and tight_right:
            return True
        # A tight dollar in front and one that looks like the next opening: the closing was forgotten.
        opens_next = not tight_right and bool(after) and not after.isspace() and after not in ".,;:)]}?!|"
        return bool(_MARK.search(body)) and not (tight_left and opens_next)

    def _doubled(self, opening: re.Match[str]) -> list[Found]:
        start, at = opening.span()
        bracket = self.text[at : at + 1]
        if bracket not in ("(", "["):
            return []
        closing = r"\\)" if bracket == "(" else r"\\]"
        limit = self._paragraph_end(at)
        if self.vain.get(closing, -1) >= limit:
            return []
        end = self.text.find(closing, at, limit)
        if end < 0:
            self.vain[closing] = limit
            return []
        self.resume = end + 3
        if self._only_escaped(self.text[at + 1 : end]):
            return []
        return self._found(start, end + 3, (at + 1, end), "\\" + bracket, display=bracket == "[")

    def _environment(self, opening: re.Match[str]) -> list[Found]:
        start, inside = opening.span()
        name = opening["name"]
        written = opening.group().partition("{")[2].rstrip("}")
        limit = min(len(self.text), max(self._paragraph_end(inside), inside + _REACH))
        depth, at = 1, inside
        while (token := _TOKEN.search(self.text, at, limit)) is not None:
            at = token.end()
            if token["edge"] and token["name"] == name:
                if token["edge"] == "begin" and token.start() > self._paragraph_end(inside):
                    break
                depth += 1 if token["edge"] == "begin" else -1
                if depth == 0:
                    self.resume = at
                    return self._found(start, at, self._body(opening, token), written, name != "math")
        end = self._paragraph_end(inside)
        return self._found(start, end, (inside, end), written, True, closed=False)

    def _body(self, opening: re.Match[str], closing: re.Match[str]) -> tuple[int, int]:
        if opening["name"] in _WHOLE:
            return opening.start(), closing.end()
        start = opening.end()
        if opening["name"] in ("alignat", "alignedat", "empheq"):
            argument = _ARGUMENT.match(self.text, start)
            start = argument.end() if argument else start
        return start, closing.start()

    def _after_code(self, opening: re.Match[str]) -> int:
        """The offset behind inline code, or behind the backticks if nothing closes them."""
        ticks = opening.group()
        limit = self._paragraph_end(opening.end())
        if len(ticks) > 8 or self.vain.get(ticks, -1) >= limit:
            return opening.end()
        closing = re.compile(rf"(?<!`){ticks}(?!`)").search(self.text, opening.end(), limit)
        if closing is None:
            self.vain[ticks] = limit
        return closing.end() if closing else opening.end()
