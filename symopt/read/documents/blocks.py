"""What a document is made of: formulas, code and headings, each with its exact place in the file."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Passage:
    """Text that remembers where in the file each of its characters stands.

    ``starts`` are offsets in ``text``, ascending from 0, at which a new run begins; ``places`` are
    the (line, column) of each run's first character. Within a run the column grows by one a
    character, so a file has one run a line, and a notebook's cell one run between JSON escapes.
    Lines and columns count from 1; a column counts characters, not bytes.
    """

    text: str
    starts: tuple[int, ...] = (0,)
    places: tuple[tuple[int, int], ...] = ((1, 1),)

    @classmethod
    def of_file(cls, text: str) -> Passage:
        """The text of a whole file whose line ends are newlines."""
        starts = [0]
        end = text.find("\n")
        while end >= 0:
            starts.append(end + 1)
            end = text.find("\n", end + 1)
        return cls(text, tuple(starts), tuple((i, 1) for i in range(1, len(starts) + 1)))

    def place(self, offset: int) -> tuple[int, int]:
        """The (line, column) in the file of the character at ``offset``."""
        run = bisect_right(self.starts, offset) - 1
        line, column = self.places[run]
        return line, column + offset - self.starts[run]

    def part(self, start: int, end: int) -> Passage:
        """The passage between two offsets."""
        first, last = bisect_right(self.starts, start), bisect_right(self.starts, max(start, end - 1))
        return Passage(
            self.text[start:end],
            (0, *(s - start for s in self.starts[first:last])),
            (self.place(start), *self.places[first:last]),
        )

    def stripped(self) -> Passage:
        """The passage without white space at its ends."""
        start = len(self.text) - len(self.text.lstrip())
        return self.part(start, start + len(self.text.strip()))

    def with_text(self, text: str) -> Passage:
        """The same places under another text of the same length."""
        return Passage(text, self.starts, self.places)


@dataclass(frozen=True)
class _Block:
    passage: Passage

    @property
    def text(self) -> str:
        return self.passage.text

    @property
    def line(self) -> int:
        return self.passage.place(0)[0]

    @property
    def column(self) -> int:
        return self.passage.place(0)[1]

    def place(self, offset: int) -> tuple[int, int]:
        """The (line, column) in the file of the character at ``offset`` of ``text``."""
        return self.passage.place(offset)


@dataclass(frozen=True)
class MathBlock(_Block):
    r"""A formula as it was written, without its delimiters and the space inside them.

    Args:
        passage: the formula. The body of an environment whose rows are formulas (``align``) comes
            without its ``\begin`` and ``\end``; ``cases``, ``array`` and matrices keep theirs.
        display: whether it stands on its own lines.
        opening: what opened it: ``$``, ``$$``, ``\(``, ``\[``, the environment's name, ``math``
            for a fence; "" for a line that is a formula without any delimiter.
        closed: False where the delimiter is never closed; the text then ends at the first blank
            line (for ``$``, at the end of its line).
    """

    display: bool
    opening: str
    closed: bool = True


@dataclass(frozen=True)
class CodeBlock(_Block):
    """Code, fenced or recognised by its look. ``language`` is "" where nothing says."""

    language: str = ""


@dataclass(frozen=True)
class Heading(_Block):
    """A heading. Its level is 0 where nothing but a line standing alone, as on a slide, makes it one."""

    level: int


Block = MathBlock | CodeBlock | Heading


@dataclass(frozen=True)
class Document:
    """A file as it was read.

    Args:
        path: as it was given.
        lines: the file's lines.
        blocks: formulas, code and headings in the order of the file; each formula once.
        problem: why the file could not be read; it then has no lines and no blocks.
    """

    path: str
    lines: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    problem: str = ""
