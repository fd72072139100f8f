"""Markdown and plain text to blocks.

Three passes over one text whose length never changes, so that offsets stay places: what is code is cut
out (blanked), formulas are found in what is left, and the lines that neither took are looked at one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from symopt.read.documents.blocks import Block, CodeBlock, Heading, MathBlock, Passage
from symopt.read.documents.formulas import Dialect, formulas
from symopt.read.documents.lines import continues_code, formula_span, is_code, is_title, is_unmistakably_code

_FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})[ \t]*\{?\.?([^\s`{}]*)[^`\n]*$")
_QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
_LIST = re.compile(r"\s*(?:[-*+•]|\d{1,9}[.)])\s")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_BOLD = re.compile(r"\s*(?:\*\*|__)([^*_].*?)(?:\*\*|__):?\s*$")
_PLAIN = frozenset({"", "text", "txt", "plain", "plaintext", "pseudo", "pseudocode", "algorithm", "none"})
_LATEX = frozenset({"latex", "tex", "katex", "mathjax"})


def markdown_blocks(passage: Passage) -> Sequence[Block]:
    """The blocks of a Markdown text, in order."""
    return _Reader(passage, Dialect.MARKDOWN).blocks()


def text_blocks(passage: Passage) -> Sequence[Block]:
    """The blocks of a plain text, in order: as Markdown, but backticks and indentation say little."""
    return _Reader(passage, Dialect.TEXT).blocks()


class _Line(NamedTuple):
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        return len(self.text[: len(self.text) - len(self.text.lstrip())].expandtabs(4))

    @property
    def blank(self) -> bool:
        return not self.text or self.text.isspace()


class _Reader:
    def __init__(self, passage: Passage, dialect: Dialect) -> None:
        self.passage = passage
        self.dialect = dialect
        self.lines = _split(passage.text)
        self.found: list[tuple[int, Block]] = []
        self.blanked: list[tuple[int, int]] = []

    def blocks(self) -> Sequence[Block]:
        self._take_front_matter()
        self._take_code()
        rest = self.passage.with_text(_blank(self.passage.text, self.blanked))
        taken: list[tuple[int, int]] = []
        for formula in formulas(rest, self.dialect):
            self.found.append((formula.start, formula.block))
            taken.append((formula.start, formula.end))
        self._take_lines(_split(rest.text), taken)
        return [block for _, block in sorted(self.found, key=lambda item: item[0])]

    # What is code, and what is neither code nor text.

    def _take_front_matter(self) -> None:
        if self.dialect is not Dialect.MARKDOWN or not self.lines or self.lines[0].text.rstrip() != "---":
            return
        for line in self.lines[1:200]:
            if line.text.rstrip() in ("---", "..."):
                self.blanked.append((0, line.end))
                return

    def _take_code(self) -> None:
        number = 0 if not self.blanked else bisect_right(self.lines, self.blanked[0][1], key=lambda line: line.start)
        self.vain: dict[str, int] = {}
        in_list = quoted = False
        while number < len(self.lines):
            line = self.lines[number]
            if line.blank:
                quoted, number = False, number + 1
                continue
            before_blank = number == 0 or self.lines[number - 1].blank
            quote = _QUOTE.match(line.text) if quoted or before_blank else None
            quoted = quote is not None
            if quote:
                self.blanked.append((line.start, line.start + quote.end()))
                line = _Line(line.start + quote.end(), line.text[quote.end() :])
            fence = _FENCE.match(line.text)
            comment = line.text.find("<!--")
            if fence:
                number = self._take_fence(number, fence)
                continue
            if comment >= 0 and self.dialect is Dialect.MARKDOWN and (after := self._take_comment(number, comment)):
                number = after
                continue
            if _LIST.match(line.text):
                in_list = True
            elif not line.text[:1].isspace():
                in_list = False
            if self.dialect is Dialect.MARKDOWN and before_blank and not in_list and line.indent >= 4:
                number = self._take_indented(number)
                continue
            number += 1

    def _take_fence(self, number: int, fence: re.Match[str]) -> int:
        marks, language = fence[1], fence[2].lower()
        closing = self._closing_fence(number, marks)
        last = closing if closing is not None else self._paragraph_end(number)
        inside = (
            self.lines[number].end + 1,
            self.lines[last].start - 1 if closing is not None else self.lines[last].end,
        )
        self.blanked.append((self.lines[number].start, self.lines[number].end))
        if closing is not None:
            self.blanked.append((self.lines[last].start, self.lines[last].end))
        if inside[0] < inside[1]:
            self._take_fenced(inside, language, closing is not None)
        return last + 1

    def _take_fenced(self, inside: tuple[int, int], language: str, closed: bool) -> None:
        body = self.passage.part(*inside)
        if language == "math" or (language in _LATEX and not any(True for _ in formulas(body, Dialect.TEX))):
            stripped = body.stripped()
            if stripped.text:
                self.found.append((inside[0], MathBlock(stripped, True, language, closed)))
        elif language in _LATEX or (language in _PLAIN and _holds_formulas(body)):
            return  # left in the text: its formulas are found there
        elif body.text.strip():
            self.found.append((inside[0], CodeBlock(body, language)))
        self.blanked.append(inside)

    def _closing_fence(self, number: int, marks: str) -> int | None:
        if self.vain.get(marks[0], len(marks) + 1) <= len(marks):
            return None
        closing = re.compile(rf"[ \t>]*{re.escape(marks[0])}{{{len(marks)},}}[ \t]*$")
        for i in range(number + 1, len(self.lines)):
            if closing.match(self.lines[i].text):
                return i
        self.vain[marks[0]] = len(marks)
        return None

    def _paragraph_end(self, number: int) -> int:
        while number + 1 < len(self.lines) and not self.lines[number + 1].blank:
            number += 1
        return number

    def _take_comment(self, number: int, column: int) -> int:
        """Blank an HTML comment; the number of the line to go on with, 0 if it is never closed."""
        start = self.lines[number].start + column
        if "-->" in self.vain:
            return 0
        end = self.passage.text.find("-->", start + 4)
        if end < 0:
            self.vain["-->"] = 0
            return 0
        self.blanked.append((start, end + 3))
        last = bisect_right(self.lines, end, key=lambda line: line.start) - 1
        return last + 1

    def _take_indented(self, number: int) -> int:
        last, i = number, number
        while i < len(self.lines) and (self.lines[i].blank or self.lines[i].indent >= 4):
            last = last if self.lines[i].blank else i
            i += 1
        span = (self.lines[number].start, self.lines[last].end)
        body = self.passage.part(*span)
        if not _holds_formulas(body):
            self.found.append((span[0], CodeBlock(body)))
            self.blanked.append(span)
        return last + 1

    # What the lines outside code and delimiters are.

    def _take_lines(self, lines: Sequence[_Line], taken: Sequence[tuple[int, int]]) -> None:
        starts = [start for start, _ in taken]

        def touched(line: _Line) -> bool:
            i = bisect_right(starts, line.end) - 1
            return i >= 0 and taken[i][1] > line.start

        def inside(line: _Line) -> bool:
            i = bisect_right(starts, line.start - 1) - 1
            return i >= 0 and taken[i][1] > line.start

        number, titles, headed = 0, list[tuple[int, Block]](), False
        while number < len(lines):
            line = lines[number]
            if line.blank or inside(line):
                number += 1
                continue
            heading = self._heading(lines, number)
            if heading:
                headed = headed or heading[1].level < 6
                self.found.append(heading)
            elif not touched(line):
                last = _code_end(lines, number)
                if last is not None and not any(touched(x) for x in lines[number : last + 1]):
                    self.found.append((line.start, CodeBlock(self.passage.part(line.start, lines[last].end))))
                    number = last
                elif span := formula_span(line.text):
                    body = self.passage.part(line.start + span[0], line.start + span[1]).stripped()
                    self.found.append((line.start + span[0], MathBlock(body, True, "")))
                elif _stands_alone(lines, number) and is_title(line.text):
                    titles.append((line.start, Heading(self.passage.part(line.start, line.end).stripped(), 0)))
            number += 1
        if not headed:
            self.found += titles

    def _heading(self, lines: Sequence[_Line], number: int) -> tuple[int, Heading] | None:
        line = lines[number]
        if (atx := _ATX.match(line.text)) and atx[2]:
            return line.start, self._titled(line, atx.span(2), len(atx[1]))
        if bold := _BOLD.match(line.text):
            return (line.start, self._titled(line, bold.span(1), 6)) if _stands_alone(lines, number) else None
        after = lines[number + 1] if number + 1 < len(lines) else None
        before_blank = number == 0 or lines[number - 1].blank
        if after and before_blank and (rule := _UNDERLINE.match(after.text)) and not _LIST.match(line.text):
            return line.start, self._titled(line, (0, len(line.text)), 1 if rule[1][0] == "=" else 2)
        return None

    def _titled(self, line: _Line, span: tuple[int, int], level: int) -> Heading:
        return Heading(self.passage.part(line.start + span[0], line.start + span[1]).stripped(), level)


def _split(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = 0
    for piece in text.split("\n"):
        lines.append(_Line(start, piece))
        start += len(piece) + 1
    return lines


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with the spans turned to spaces, line ends kept."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end > at:
            pieces += text[at:start], re.sub(r"[^\n]", " ", text[max(at, start) : end])
            at = end
    return "".join([*pieces, text[at:]])


def _holds_formulas(body: Passage) -> bool:
    """Whether a block that says no language is pseudo-code set with formulas."""
    if any(formula.block.closed for formula in formulas(body, Dialect.TEXT)):
        return True
    lines = body.text.split("\n")
    return any(formula_span(line) for line in lines) and not any(is_code(line) for line in lines)


def _code_end(lines: Sequence[_Line], first: int) -> int | None:
    """The last line of the unfenced code that begins here, if it is code."""
    if not is_code(lines[first].text):
        return None
    indent, last, statements = lines[first].indent, first, 1
    for number in _may_continue(lines, first, indent):
        if is_code(lines[number].text):
            last, statements = number, statements + 1
    return last if statements > 1 or is_unmistakably_code(lines[first].text) else None


def _may_continue(lines: Sequence[_Line], first: int, indent: int) -> Iterator[int]:
    blank = False
    for number in range(first + 1, len(lines)):
        text = lines[number].text
        if lines[number].blank:
            if blank:
                return
            blank = True
            continue
        blank = False
        if not is_code(text) and not continues_code(text, indent):
            return
        yield number


def _stands_alone(lines: Sequence[_Line], number: int) -> bool:
    after = number + 1 == len(lines) or lines[number + 1].blank
    return after and (number == 0 or lines[number - 1].blank)
