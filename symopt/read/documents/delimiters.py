r"""A document's own commands for delimiters: ``\be`` for ``\begin{equation}``, an environment of its own for ``align``.

They are written out before formulas are looked for. What stands between them keeps its place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise

from symopt.read.documents.blocks import Passage
from symopt.read.notation.macros import MANY, braced, definitions

_EDGE = re.compile(
    r"\\(?:begin|end)\s*\{(?:equation|align|alignat|flalign|gather|multline|eqnarray|displaymath|dmath)\*?\}"
    r"|\\[\[\]]|\$\$"
)
_ENVIRONMENT = re.compile(r"\\(?:re)?newenvironment\*?\s*\{(?P<name>[A-Za-z]{1,40}\*?)\}\s*\{")
_OPENING = re.compile(r"\s*\{")


def written_out(passage: Passage) -> Passage:
    """The passage with calls of such commands replaced by what they stand for, and without their definitions."""
    text = passage.text
    if not _EDGE.search(text) or "\\" not in text:
        return passage
    pieces: list[tuple[int, int, str]] = []
    meanings: dict[str, str] = {}
    for name, macro, span in definitions(text):
        if _EDGE.search(macro.body) and macro.arity < 2 and macro.default is None:
            meanings.setdefault(rf"\{name}", macro.body)
            pieces.append((*span, " " * (span[1] - span[0])))
    for name, (begin, end), span in _environments(text):
        meanings.setdefault(rf"\begin{{{name}}}", begin)
        meanings.setdefault(rf"\end{{{name}}}", end)
        pieces.append((*span, " " * (span[1] - span[0])))
    if not meanings:
        return passage
    return _replaced(passage, sorted([*pieces, *_calls(text, meanings, [(a, b) for a, b, _ in pieces])]))


def _environments(text: str) -> Iterator[tuple[str, tuple[str, str], tuple[int, int]]]:
    """The environments that the text defines by delimiters: name, what begins and ends them, and where that stands."""
    for head in islice(_ENVIRONMENT.finditer(text), MANY):
        middle = braced(text, head.end())
        second = _OPENING.match(text, middle) if middle else None
        end = braced(text, second.end()) if second else None
        if middle and second and end:
            codes = text[head.end() : middle - 1], text[second.end() : end - 1]
            if all(_EDGE.search(code) for code in codes) and "#" not in "".join(codes):
                yield head["name"], codes, (head.start(), end)


def _calls(text: str, meanings: Mapping[str, str], defined: list[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """What is to be put between which offsets, for each call outside the definitions."""
    names = "|".join(re.escape(name) + ("" if name.endswith("}") else "(?![A-Za-z])") for name in meanings)
    inside = iter([*sorted(defined), (len(text), len(text))])
    start, end = next(inside)
    for call in re.finditer(names, text):
        while end <= call.start():
            start, end = next(inside)
        if call.start() >= start:
            continue
        before, argument, after = meanings[call[0]].partition("#1")
        opening = _OPENING.match(text, call.end()) if argument else None
        closing = braced(text, opening.end()) if opening else None
        if opening and closing:
            yield call.start(), opening.end(), before
            yield closing - 1, closing, after
        elif not argument:
            yield call.start(), call.end(), before


def _replaced(passage: Passage, pieces: list[tuple[int, int, str]]) -> Passage:
    """The passage with other text between some offsets; what follows it begins at its own place."""
    parts: list[str] = []
    starts: list[int] = []
    places: list[tuple[int, int]] = []
    length = done = 0
    for start, end, put in [*pieces, (len(passage.text), len(passage.text), "")]:
        if start < done:
            continue
        kept = passage.part(done, start)
        parts += kept.text, put
        starts += [length + s for s in kept.starts]
        places += kept.places
        length += len(kept.text)
        if put:
            starts.append(length)
            places.append(passage.place(start))
            length += len(put)
        done = end
    runs = [i for i, (a, b) in enumerate(pairwise([*starts, length + 1])) if a < b]
    return Passage("".join(parts), tuple(starts[i] for i in runs), tuple(places[i] for i in runs))
