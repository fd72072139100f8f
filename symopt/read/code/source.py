"""Text to a syntax tree: what Python of today cannot read is mended where that is safe, else reported and passed over.

Slides hold old Python, placeholders, prompts and lines that a scan has broken. A line is never moved, so places in
the tree are places in the text.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 400_000
"""Characters of a program beyond which it is not read."""
LONGEST_LINE = 4_000
MENDED = 40
"""How many lines of one program are mended one after another."""
PLACEHOLDER = "__given__"
"""What stands for a value that a slide leaves out."""

_PROMPT = re.compile(r"^(\s*)(>>> |\.\.\. |In \[\d+\]: )", re.MULTILINE)
_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)
_PRINT = re.compile(r"^(\s*)(?:print|exec)\s+(?![=(\s]).*$|^(\s*)print\s*$", re.MULTILINE)
_FILE_PRINT = re.compile(r"^(\s*)print\s*>>.*$", re.MULTILINE)
_LEFT_OUT = re.compile(r"^([ \t]*[\w.\[\]'\", \t]+?[-+*/]?=)(?!=)[ \t]*(?=#|$)")
_RAISE = re.compile(r"^(\s*)raise\s+\w+\s*,.*$|^(\s*)except\s+[\w.()]+\s*,\s*\w+\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """A line that was not read, and why; ``line`` counts from 1 in the text."""

    line: int
    reason: str


@dataclass(frozen=True)
class Source:
    """A program as it was read.

    Args:
        text: the text as given.
        tree: its syntax tree, of the lines that could be read.
        faults: the lines that could not.
        margin: characters that were taken from the front of every line.
        before: lines that were put in front, so that the first may be indented.
    """

    text: str
    tree: ast.Module
    faults: tuple[Fault, ...]
    margin: int
    starts: tuple[int, ...]
    wide: bool

    def offset(self, line: int, column: int) -> int:
        """The offset in the text of a place as the tree gives it (the column in bytes)."""
        start = self.starts[min(line, len(self.starts)) - 1]
        if self.wide:
            end = self.text.find("\n", start)
            row = self.text[start + self.margin : end if end >= 0 else len(self.text)]
            column = len(row.encode("utf-8", "replace")[:column].decode("utf-8", "ignore"))
        return start + self.margin + column

    def span(self, node: ast.AST) -> tuple[int, int] | None:
        """The offsets in the text between which the node stands."""
        line, end = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
        if line is None or end is None:
            return None
        return self.offset(line, getattr(node, "col_offset", 0)), self.offset(end, getattr(node, "end_col_offset", 0))

    def line(self, offset: int) -> int:
        """The line, from 1, in which an offset lies."""
        return bisect_right(self.starts, offset)

    def line_text(self, number: int) -> str:
        start = self.starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)]


def parse_source(text: str) -> Source:
    """The program in a text; never raises, whatever the text is."""
    starts = _starts(text)
    wide = not text.isascii()
    if len(text) > LONGEST:
        fault = Fault(1, f"longer than {LONGEST} characters")
        return Source(text, ast.Module([], []), (fault,), 0, starts, wide)
    lines = _modern(text).split("\n")
    faults: list[Fault] = []
    for i, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            _drop(lines, i)
            faults.append(Fault(i + 1, f"a line of {len(line)} characters"))
    margin = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
    lines = [line[margin:] if line.strip() else "" for line in lines]
    tree = _parsed(lines, faults)
    return Source(text, tree, tuple(sorted(faults, key=lambda f: f.line)), margin, starts, wide)


def _starts(text: str) -> tuple[int, ...]:
    starts = [0]
    while (end := text.find("\n", starts[-1])) >= 0:
        starts.append(end + 1)
    return tuple(starts)


def _modern(text: str) -> str:
    """The text with what old Python and interactive sessions write made readable, places kept."""
    text = text.replace("\0", " ").replace("\t", "    " if "\t" in text and "\n " not in text else "\t")
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{LEFT SINGLE QUOTATION MARK}", "'")
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\N{MINUS SIGN}", "-")
    if _PROMPT.search(text):
        text = _PROMPT.sub(lambda m: m[1] + " " * len(m[2]), text)
    text = _MAGIC.sub(lambda m: f"{m[1]}pass", text)
    for old in (_PRINT, _FILE_PRINT):
        text = old.sub(lambda m: next(g for g in m.groups() if g is not None) + "pass", text)
    return _RAISE.sub(lambda m: f"{m[1]}raise" if m[1] is not None else f"{m[2]}except:", text)


def _parsed(lines: list[str], faults: list[Fault]) -> ast.Module:
    """The tree of the lines, after as many were dropped as had to be."""
    tries = 0
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what the author's program is warned of is no concern here
                return ast.parse("\n".join(lines))
        except SyntaxError as error:
            tries += 1
            if tries > MENDED or not _mend(lines, error, faults):
                faults.append(Fault(error.lineno or 1, f"not Python: {error.msg}"))
                return _pieces(lines, faults)
        except (ValueError, MemoryError, RecursionError, OverflowError) as error:
            faults.append(Fault(1, f"not Python: {type(error).__name__}"))
            return _pieces(lines, faults)


def _mend(lines: list[str], error: SyntaxError, faults: list[Fault]) -> bool:
    """Change one line so that the parser gets further; False if there is nothing left to change."""
    number = min(max(error.lineno or 1, 1), len(lines)) - 1
    if isinstance(error, IndentationError):
        return _reindent(lines, number, error.msg or "", faults)
    for change in (_fill, _join):
        if change(lines, number):
            return True
    if lines[number].strip() in ("", "pass"):
        return False
    faults.append(Fault(number + 1, f"not Python: {error.msg}"))
    _drop(lines, number)
    return True


def _fill(lines: list[str], number: int) -> bool:
    """Put a placeholder where a slide says in words what belongs there: ``dx = # ... evaluate the gradient``."""
    left_out = _LEFT_OUT.match(lines[number])
    after = lines[number + 1] if number + 1 < len(lines) else ""
    continued = after.strip() and not lines[number].rstrip().endswith("#") and _is_value(after)
    if left_out is None or (continued and "#" not in lines[number]):
        return False
    lines[number] = f"{left_out[1]} {PLACEHOLDER} {lines[number][left_out.end() :]}"
    return True


def _join(lines: list[str], number: int) -> bool:
    """Let an assignment go on in the next line where the line end was lost: ``a, b =`` and ``1, 2``."""
    line = lines[number].rstrip()
    if not line.endswith("=") or number + 1 >= len(lines) or not _is_value(lines[number + 1]):
        return False
    lines[number] = line + " \\"
    return True


def _is_value(line: str) -> bool:
    try:
        tree = ast.parse(line.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)


def _reindent(lines: list[str], number: int, reason: str, faults: list[Fault]) -> bool:
    before = next((x for x in reversed(lines[:number]) if x.strip()), "")
    indent = len(before) - len(before.lstrip())
    if reason.startswith("expected an indented block"):
        opener = max((i for i in range(number) if lines[i].strip()), default=0)
        if not lines[opener].rstrip().endswith(":") or lines[opener].lstrip().startswith("pass"):
            opener = number
        if lines[opener].strip() in ("", "pass"):
            return False
        lines[opener] = f"{lines[opener].rstrip()} pass"
        return True
    wanted = " " * (indent + (4 if before.rstrip().endswith(":") else 0)) + lines[number].strip()
    if lines[number] == wanted or not lines[number].strip():
        if not lines[number].strip() or lines[number].strip() == "pass":
            return False
        faults.append(Fault(number + 1, f"not Python: {reason}"))
        _drop(lines, number)
        return True
    lines[number] = wanted
    return True


def _drop(lines: list[str], number: int) -> None:
    line = lines[number]
    lines[number] = line[: len(line) - len(line.lstrip())] + "pass"


def _pieces(lines: list[str], faults: list[Fault]) -> ast.Module:
    """The paragraphs of a text that is not a program as a whole, each read by itself."""
    body: list[ast.stmt] = []
    start = 0
    for end in [*(i for i, x in enumerate(lines) if not x.strip()), len(lines)][:200]:
        try:
            tree = ast.parse("\n" * start + "\n".join(lines[start:end]))
            body += tree.body
        except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
            pass
        start = end + 1
    return ast.Module(body, [])


Change = Callable[[list[str], int], bool]
