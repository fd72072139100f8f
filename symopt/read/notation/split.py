r"""A displayed block cut into single formulas.

Rows of aligned environments, formulas side by side (``\quad``), and complete equations between commas
are formulas of their own; a row that only goes on with the one before is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symopt.read.notation import commands as C
from symopt.read.notation.layout import laid_out
from symopt.read.notation.macros import Macros
from symopt.read.notation.tokens import Token, tokenize

_OPEN = frozenset({"lbrace", "open"})
_CLOSE = frozenset({"rbrace", "close"})
_STACKS = frozenset({"array", "matrix", "smallmatrix", "cases", "dcases"})
_OPERATORS = frozenset({"plus", "minus", "times", "slash"})
_BESIDE = frozenset({"amp", "newline", "wide", "thin", "comma", "semi", "dot", "ignored"})
_BETWEEN = frozenset(
    """and or where with so then hence thus therefore i.e. e.g. und oder wobei mit also et ou où avec donc y o donde con
    e onde com и или где тогда 且 和 或 与 及 其中 则 于是 かつ ただし ここで""".split()
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One formula of a block: where it begins there, and its text.

    ``continues`` says that it begins with a relation whose left side is the one of the piece before.
    """

    offset: int
    text: str
    continues: bool = False


def split(math: str, macros: Macros | None = None) -> list[Piece]:
    """The formulas of one block, in order; together they hold all that is written but punctuation and layout."""
    tokens = laid_out(_unwrapped(tokenize(math, macros)))
    pieces = [part for row in _rows(tokens) for part in _parts(_bare(row))]
    return [
        Piece(p[0].start, math[p[0].start : p[-1].end], continues=p[0].kind == "rel") for p in map(_bare, pieces) if p
    ]


def _unwrapped(tokens: list[Token]) -> list[Token]:
    """Without the environments that only hold rows, and without a brace around a system of equations."""
    kept: list[Token] = []
    skip_to = -1
    for i, token in enumerate(tokens):
        if i < skip_to:
            continue
        if token.kind in ("begin", "end") and token.text in C.BLOCKS:
            if token.kind == "begin" and token.text.startswith("alignat") and i + 1 < len(tokens):
                skip_to = _after_braces(tokens, i + 1)
            kept.append(Token("newline", "", token.start, token.start))
        else:
            kept.append(token)
    return _unstacked(kept)


def _after_braces(tokens: Sequence[Token], i: int) -> int:
    depth = 0
    for j in range(i, len(tokens)):
        depth += (tokens[j].kind == "lbrace") - (tokens[j].kind == "rbrace")
        if depth <= 0:
            return j + 1
    return len(tokens)


def _unstacked(tokens: list[Token]) -> list[Token]:
    """The rows of a system of equations in a brace or an array, where each row is an equation."""
    body = _trimmed(tokens)
    if (
        len(body) > 2
        and body[0].kind == "open"
        and body[0].text == "{"
        and (body[-1].kind, body[-1].text) == ("close", ".")
    ):
        inner = _trimmed(body[1:-1])
        rows = list(_rows(inner))
        if inner and inner[0].kind != "begin" and all(_related(r) for r in rows):
            return inner
        body = inner if inner and inner[0].kind == "begin" else body
    if len(body) > 2 and body[0].kind == "begin" and body[0].text in _STACKS and body[-1].kind == "end":
        start = _after_braces(body, 1) if body[1].kind == "lbrace" else 1
        inner = body[start:-1]
        if not any(t.kind in ("begin", "end") for t in inner) and all(_equation(r) for r in _rows(inner)):
            return inner
    return tokens


def _equation(row: list[Token]) -> bool:
    """Whether a row of an array is an equation, not the value and condition of a case."""
    cell: list[Token] = []
    for token in row:
        if token.kind == "amp" and cell and not _related(cell) and cell[-1].kind != "rel":
            following = row[row.index(token) + 1 :]
            return bool(following) and following[0].kind == "rel"
        cell.append(token)
    return _related(cell)


def _levels(tokens: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    """Each token with how deep in brackets it stands; brackets that never close do not count."""
    count = sum(t.kind in _OPEN for t in tokens) - sum(t.kind in _CLOSE for t in tokens)
    opening, closing = (_OPEN, _CLOSE) if not count else (frozenset({"lbrace"}), frozenset({"rbrace"}))
    if count and sum(t.kind == "lbrace" for t in tokens) != sum(t.kind == "rbrace" for t in tokens):
        opening, closing = frozenset[str](), frozenset[str]()
    depth = 0
    for token in tokens:
        if token.kind in closing or token.kind == "end":
            depth = max(depth - 1, 0)
        yield token, depth
        depth += token.kind in opening or token.kind == "begin"


def _rows(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Rows parted by line breaks; a row that begins with an operator belongs to the one before."""
    rows: list[list[Token]] = [[]]
    for token, depth in _levels(tokens):
        if token.kind == "newline" and depth == 0:
            rows.append([token])
        else:
            rows[-1].append(token)
    whole: list[Token] = []
    for row in rows:
        content = _trimmed(row)
        if not content:
            continue
        last = _trimmed(whole)
        if last and (content[0].kind in _OPERATORS or last[-1].kind in _OPERATORS | {"rel"}) and _joins(last, content):
            whole += row
        else:
            if last:
                yield last
            whole = list(row)
    if _trimmed(whole):
        yield _trimmed(whole)


def _joins(last: list[Token], content: list[Token]) -> bool:
    return last[-1].kind in _OPERATORS | {"rel"} or not _related(content)


def _related(tokens: Sequence[Token]) -> bool:
    return any(t.kind == "rel" and depth == 0 for t, depth in _levels(tokens))


def _parts(row: list[Token]) -> Iterator[list[Token]]:
    """The formulas that stand side by side in a row."""
    segments: list[tuple[Token | None, list[Token]]] = [(None, [])]
    for token, depth in _levels(row):
        if depth == 0 and _separates(token):
            segments.append((token, []))
        else:
            segments[-1][1].append(token)
    made: list[Token] = []
    between: list[Token] = []
    before = _Side("", False)
    for separator, segment in segments:
        between += [separator] if separator is not None else []
        content = _trimmed(segment)
        if not content:
            continue
        related = _related(content)
        if between and _parted(between, before, content, related):
            yield made
            made = list(segment)
        else:
            made += [*between, *segment]
            related = related or before.related
        before, between = _Side(content[-1].kind, related), []
    yield [*made, *between]


def _separates(token: Token) -> bool:
    if token.kind == "text":
        return token.text.strip(" ,.:").lower() in _BETWEEN
    return token.kind in ("wide", "thin", "comma", "semi") or (token.kind == "rel" and token.text == "=>")


@dataclass(frozen=True, slots=True)
class _Side:
    """What stands before a separator: the kind of its last token, and whether it has a relation."""

    last: str
    related: bool


def _parted(between: list[Token], before: _Side, after: list[Token], related: bool) -> bool:
    """Whether separators stand between two formulas, not within one."""
    if not before.last or before.last in _OPERATORS | {"rel"} or after[0].kind in _OPERATORS | {"rel"}:
        return False
    if any(s.kind == "wide" for s in between) and not any(s.kind == "rel" for s in between):
        return not _remark(after) and (before.related or not related)
    return before.related and related


def _remark(tokens: list[Token]) -> bool:
    """Words, marks or an equation number rather than a formula."""
    first = tokens[0]
    if first.kind == "text" and first.text.strip(" ,.:").lower() in _BETWEEN and _related(tokens):
        return False
    if first.kind in ("text", "mark", "forall", "tag"):
        return True
    return first.kind == "open" and first.text == "(" and len(tokens) <= 4 and not _related(tokens[1:-1])


def _bare(tokens: list[Token]) -> list[Token]:
    """Trimmed, and without a pair of braces around all of it, as a command for its colour leaves them."""
    body = _trimmed(tokens)
    while len(body) > 2 and body[0].kind == "lbrace" and _after_braces(body, 0) == len(body):
        if body[-1].kind != "rbrace" or not any(t.kind in ("rel", "text") for t in body):
            break
        body = _trimmed(body[1:-1])
    return body


def _trimmed(tokens: list[Token]) -> list[Token]:
    """Without punctuation and layout at either end."""
    start, end = 0, len(tokens)
    while start < end and tokens[start].kind in _BESIDE:
        start += 1
    while start < end and tokens[end - 1].kind in _BESIDE:
        end -= 1
    return tokens[start:end]
