"""LaTeX files to blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symopt.read.documents.blocks import Block, CodeBlock, Heading, Passage
from symopt.read.documents.formulas import Dialect, formulas

_LISTINGS = frozenset({"verbatim", "Verbatim", "lstlisting", "minted", "alltt", "pyverbatim", "python"})
_SPECIAL = re.compile(
    r"\\begin\s*\{(?P<name>verbatim|Verbatim|lstlisting|minted|alltt|pyverbatim|python|comment)(?P<star>\*?)\}"
    r"|\\(?:verb|lstinline)\*?(?P<bar>[|!/+\"@])"
    r"|\\(?:[^\n]|$)|%[^\n]*"
)
_OPTIONS = re.compile(r"[ \t]*(?:\[(?P<options>[^\]\n]*)\])?[ \t]*(?:\{(?P<language>[^{}\n]*)\})?[ \t]*\n?")
_LANGUAGE = re.compile(r"language\s*=\s*\{?(\w+)")
_LEVELS = {"part": 1, "chapter": 1, "section": 2, "frametitle": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
_HEADING = re.compile(
    rf"\\(?P<kind>{'|'.join(_LEVELS)})\*?\s*(?:\[[^\]\n]*\])?\s*\{{(?P<title>(?:[^{{}}]|\{{[^{{}}]*\}}){{0,300}})\}}"
    r"|\\begin\s*\{frame\}\s*(?:\[[^\]\n]*\])?\s*\{(?P<frame>(?:[^{}]|\{[^{}]*\}){0,300})\}"
)


def tex_blocks(passage: Passage) -> Sequence[Block]:
    """The blocks of a LaTeX file, in order. Comments are left out, and what is outside the document."""
    text, listings = _without_listings(passage)
    found: list[tuple[int, Block]] = list(listings)
    body = passage.with_text(_document(text))
    found += ((f.start, f.block) for f in formulas(body, Dialect.TEX))
    for match in _HEADING.finditer(body.text):
        group = "title" if match["kind"] else "frame"
        title = passage.part(*match.span(group)).stripped()
        if title.text:
            # Before a formula that the title itself holds, which begins further right.
            found.append((match.start(), Heading(title, _LEVELS[match["kind"] or "frametitle"])))
    return [block for _, block in sorted(found, key=lambda item: item[0])]


def _without_listings(passage: Passage) -> tuple[str, list[tuple[int, Block]]]:
    """The text with comments and listings turned to spaces, and the listings."""
    text = passage.text
    pieces: list[str] = []
    listings: list[tuple[int, Block]] = []
    kept = at = 0
    never: set[str] = set()
    while special := _SPECIAL.search(text, at):
        at = end = special.end()
        if special.group()[0] == "%":
            pass
        elif special["bar"]:
            end = text.find(special["bar"], at)
            if end < 0 or "\n" in text[at:end]:
                continue
            end += 1
        elif special["name"]:
            closing = rf"\end{{{special['name']}{special['star']}}}"
            close = -1 if closing in never else text.find(closing, at)
            if close < 0:
                never.add(closing)
                continue
            end = close + len(closing)
            if special["name"] in _LISTINGS:
                listings += _listing(passage, at, close)
        else:
            continue
        pieces += text[kept : special.start()], re.sub(r"[^\n]", " ", text[special.start() : end])
        kept = at = end
    return "".join([*pieces, text[kept:]]), listings


def _listing(passage: Passage, start: int, end: int) -> list[tuple[int, Block]]:
    options = _OPTIONS.match(passage.text, start, end)
    language = ""
    if options:
        start = options.end()
        named = _LANGUAGE.search(options["options"] or "")
        language = (options["language"] or (named[1] if named else "")).lower()
    code = passage.part(start, end)
    return [(start, CodeBlock(code, language))] if code.text.strip() else []


def _document(text: str) -> str:
    r"""The text between ``\begin{document}`` and ``\end{document}``, the rest turned to spaces."""
    begin = text.find(r"\begin{document}")
    start = begin if begin >= 0 else 0
    end = text.find(r"\end{document}", start)
    end = end if end >= 0 else len(text)
    blank = lambda part: re.sub(r"[^\n]", " ", part)  # noqa: E731 - shorter than a nested def
    return blank(text[:start]) + text[start:end] + blank(text[end:])
