"""Paths to documents. Whatever is wrong with a file becomes the document's ``problem``; nothing raises."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from symopt.read.documents.blocks import Block, Document, Passage
from symopt.read.documents.delimiters import written_out
from symopt.read.documents.markdown import markdown_blocks, text_blocks
from symopt.read.documents.notebook import NotebookError, notebook_blocks
from symopt.read.documents.program import python_blocks
from symopt.read.documents.tex import tex_blocks

SIZE_LIMIT = 20_000_000
"""Bytes above which a file is not read: no lecture is that long, and an image or a dump is."""

_READERS: dict[str, Callable[[Passage], Sequence[Block]]] = {
    ".md": markdown_blocks,
    ".markdown": markdown_blocks,
    ".txt": text_blocks,
    ".tex": tex_blocks,
    ".ipynb": notebook_blocks,
    ".py": python_blocks,
}

_NOT_WRITTEN = frozenset({".ipynb", ".py"})
"""Suffixes of files whose text is not what a person writes."""

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def collect(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """The files to read, in a fixed order, each once.

    A folder gives the Markdown, text, LaTeX, notebook and Python files in it and below it, hidden ones and
    linked folders left out. A path that is missing, or a folder that gives nothing or cannot be
    listed, stays in the answer as it is, for ``read_document`` to say what is wrong with it.
    """
    found: dict[Path, Path] = {}
    for path in map(Path, paths):
        for file in _below(path) if path.is_dir() else (path,):
            found.setdefault(Path(os.path.realpath(file)), file)
    return tuple(found.values())


def _below(folder: Path) -> Iterator[Path]:
    unreadable: list[Path] = []
    empty = True
    for here, names, files in os.walk(folder, onerror=lambda e: unreadable.append(Path(e.filename))):
        names[:] = sorted(n for n in names if not n.startswith("."))
        for file in sorted(files):
            if not file.startswith(".") and Path(file).suffix.lower() in _READERS:
                empty = False
                yield Path(here, file)
    yield from unreadable
    if empty and not unreadable:
        yield folder


def read_document(path: str | Path) -> Document:
    """The document in a file, read by its suffix; other suffixes are read as plain text."""
    try:
        data = _load(Path(path))
    except _Unreadable as problem:
        return Document(str(path), problem=str(problem))
    except OSError as error:
        return Document(str(path), problem=f"cannot be read: {(error.strerror or str(error)).lower()}")
    except ValueError:
        return Document(str(path), problem="cannot be read: not a valid path")
    text = _decode(data)
    if text is None:
        return Document(str(path), problem="not a text file (for a PDF or a slide deck, give its text)")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    passage = Passage.of_file(text)
    suffix = Path(path).suffix.lower()
    if suffix not in _NOT_WRITTEN:
        passage = written_out(passage)
    try:
        blocks = _READERS.get(suffix, text_blocks)(passage)
    except NotebookError as error:
        return Document(str(path), problem=f"not a notebook: {error}")
    return Document(str(path), tuple(text.split("\n")), tuple(blocks))


class _Unreadable(Exception):
    """Why a path is not a file that can be read."""


def _load(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise _Unreadable("no such file") from None
    if stat.S_ISDIR(mode):
        os.listdir(path)  # raises what is to be said of a folder that cannot be listed
        raise _Unreadable("a folder without any Markdown, text, LaTeX, notebook or Python file")
    if not stat.S_ISREG(mode):
        raise _Unreadable("not a regular file")
    with path.open("rb") as file:
        data = file.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise _Unreadable(f"larger than {SIZE_LIMIT // 1_000_000} MB")
    return data


def _decode(data: bytes) -> str | None:
    """The text in the encoding that its mark names, else UTF-8, else Latin-1; None if it is no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\0" in data:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    # A compressed file may lack a zero byte, but one character in eight of it is a control character.
    return None if 20 * len(_CONTROL.findall(text)) > len(text) else text
