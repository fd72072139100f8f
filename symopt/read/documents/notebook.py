"""Jupyter notebooks to blocks, at the lines and columns of the JSON file itself.

The standard parser gives strings without their places, so the JSON is scanned here; without recursion,
so that no nesting is too deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symopt.read.documents.blocks import Block, CodeBlock, Passage
from symopt.read.documents.markdown import markdown_blocks

_TOKEN = re.compile(r'[ \t\n]*(?:"(?P<string>[^"\\\n]*(?:\\.[^"\\\n]*)*)"|(?P<mark>[{}\[\],:])|(?P<word>[-+\w.]+))')
_PIECE = re.compile(r"[^\\]+|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class NotebookError(ValueError):
    """Why a file is not a notebook; the message gives the line."""


@dataclass(frozen=True)
class _String:
    """A string of the JSON, by the offsets between its quotes."""

    start: int
    end: int


@dataclass
class _Object:
    """An object or an array under construction: its entries, under names or under positions."""

    entries: dict[str | int, _Value] = field(default_factory=dict[str | int, "_Value"])
    named: bool = True
    name: str | int = 0


_Value = _String | _Object | str


def notebook_blocks(passage: Passage) -> Sequence[Block]:
    """The blocks of a notebook's cells, in order; outputs are not read.

    Raises:
        NotebookError: the file is not the JSON of a notebook.
    """
    return list(_blocks(passage, _parse(passage)))


def _blocks(passage: Passage, notebook: _Object) -> Iterator[Block]:
    language = _language(passage, notebook)
    for cell in _cells(notebook):
        kind = cell.entries.get("cell_type")
        source = _source(passage, cell)
        if source is None or not source.text.strip():
            continue
        if isinstance(kind, _String) and passage.text[kind.start : kind.end] == "code":
            yield CodeBlock(source, language)
        else:
            yield from markdown_blocks(source)


def _cells(notebook: _Object) -> Iterator[_Object]:
    cells = notebook.entries.get("cells")
    if not isinstance(cells, _Object):
        raise NotebookError("it has no cells")
    yield from (cell for cell in cells.entries.values() if isinstance(cell, _Object))


def _language(passage: Passage, notebook: _Object) -> str:
    value: _Value | None = notebook
    for name in ("metadata", "language_info", "name"):
        value = value.entries.get(name) if isinstance(value, _Object) else None
    return passage.text[value.start : value.end] if isinstance(value, _String) else "python"


def _source(passage: Passage, cell: _Object) -> Passage | None:
    source = cell.entries.get("source")
    strings = list(source.entries.values()) if isinstance(source, _Object) else [source]
    text: list[str] = []
    starts: list[int] = []
    places: list[tuple[int, int]] = []
    length = 0
    for string in strings:
        if not isinstance(string, _String):
            return None
        for piece in _PIECE.finditer(passage.text, string.start, string.end):
            written = piece.group()
            starts.append(length)
            places.append(passage.place(piece.start()))
            text.append(written if written[0] != "\\" else _unescape(written))
            length += len(text[-1])
    return Passage("".join(text), tuple(starts), tuple(places)) if text else None


def _unescape(written: str) -> str:
    if len(written) == 12:
        high, low = int(written[2:6], 16), int(written[8:], 16)
        return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))
    if len(written) == 6:
        return chr(int(written[2:], 16))
    return _ESCAPES.get(written[1:], written[1:])


def _parse(passage: Passage) -> _Object:
    """The JSON as nested objects whose strings are known by their places."""
    text = passage.text
    root = _Object(named=False)
    stack = [root]
    at = 0
    length = len(text.rstrip())
    while at < length:
        token = _TOKEN.match(text, at)
        if token is None:
            raise NotebookError("line {}, column {}: not JSON".format(*passage.place(at)))
        at = token.end()
        top = stack[-1]
        mark = token["mark"]
        if mark in ("{", "["):
            new = _Object(named=mark == "{")
            _put(top, new)
            stack.append(new)
        elif mark in ("}", "]"):
            if len(stack) == 1 or top.named != (mark == "}"):
                raise NotebookError("line {}, column {}: unexpected {}".format(*passage.place(at - 1), mark))
            stack.pop()
        elif mark == ",":
            top.name = 0
        elif mark is None and token["string"] is not None:
            string = _String(*token.span("string"))
            if top.named and top.name == 0:
                top.name = text[string.start : string.end]
            else:
                _put(top, string)
        elif mark is None:
            _put(top, token["word"])
    if len(stack) > 1:
        raise NotebookError(f"line {passage.place(length)[0]}: the file ends too early")
    document = root.entries.get(0)
    if not isinstance(document, _Object):
        raise NotebookError("it is not a JSON object")
    return document


def _put(parent: _Object, value: _Value) -> None:
    parent.entries[parent.name if parent.named else len(parent.entries)] = value
