"""Whole texts of second-order and vector methods: every line of a definition, in the notation of some book.

What a book chooses is data: names, the index and where it starts to count, how inner products, squares, transposes,
gradients and Hessians are written, which way residuals and directions point, displays or pseudo-code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symopt.audit.facts.translate import NotLinear, Quantity, expression
from symopt.decide import linear_identity
from symopt.language import At, Optimizer, Sequence, Shape, t
from symopt.language import terms as T
from symopt.language.convert import latex_name
from symopt.language.dimensions import ShapeError, dimensions
from symopt.language.latex import latex
from symopt.language.linear import Inverted, LineSearch
from symopt.language.linear_terms import linear_term
from symopt.language.symbols import Dot, Grad
from symopt.language.terms import Term
from symopt.rewrites import FORMULA_MISTAKES, MISTAKES, roles_of
from symopt.rewrites.formula_mends import swaps
from symopt.rewrites.formula_mistakes import MISSING, NO_ROLES, SWAPPED
from symopt.rewrites.mechanism import Rewrite


@dataclass(frozen=True)
class Book:
    """A notation.

    Args:
        name: what the tests call it.
        names: other letters for sequences.
        shift: what is added to the index of a step's new values; the values of ``early`` stand one before.
        early: sequences whose value at a step has the index of the point that the step starts from.
        bare: sequences without an index.
        turned: sequences of the opposite sign.
        asked: sequences that are no letters of their own, but gradients asked at the parameters.
        solved: whether a product with an inverse is a system of equations to be solved.
        inner: how inner products are written: "row", "angle" or "dot".
        squares: whether the product of a vector with itself is a norm squared.
        texts: replacements in what is printed.
        layout: "displays", "aligned" or "steps".
    """

    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    time: str = "k"
    shift: int = 0
    early: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset({"A"})
    turned: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    solved: bool = False
    inner: str = "row"
    squares: bool = False
    texts: tuple[tuple[str, str], ...] = ()
    layout: str = "displays"


_EARLY = frozenset({"alpha", "d", "s", "y", "rho", "g"})
"""What belongs to the step from k to k + 1 has the index k in most books, unless the next step reads it."""

BOOKS: tuple[Book, ...] = (
    Book("definition", time="t"),
    Book("textbook", {"d": "p"}, shift=1, early=_EARLY, asked=frozenset({"g"})),
    Book("paper", {"x": r"\theta", "H": "B", "B": "H"}, time="t", shift=1, early=_EARLY | {"beta"},
         inner="angle", squares=True),
    Book("slides", {"x": "w", "alpha": r"\eta"}, shift=1, early=_EARLY, bare=frozenset({"A"}), inner="dot",
         texts=(("^T", r"^{\top}"), ("^{-1}", "^{ -1 }")), layout="aligned"),
    Book("numerics", {"H": "C", "d": "s", "s": r"\delta", "y": r"\gamma", "u": "x"}, time="n", shift=1, early=_EARLY,
         turned=frozenset({"r"}), texts=(("^T", r"^{\mathsf{T}}"),)),
    Book("course", {"d": "p"}, shift=1, early=_EARLY, solved=True, layout="steps",
         texts=(("^T", r"^\top"), (r"\nabla^2 f(", r"H_f("))),
    Book("primed", {"x": r"\mathbf{x}", "g": r"\mathbf{g}", "d": r"\mathbf{d}", "s": r"\mathbf{s}",
                    "y": r"\mathbf{y}", "r": r"\mathbf{r}", "p": r"\mathbf{p}", "H": r"\mathbf{H}",
                    "B": r"\mathbf{B}", "A": r"\mathbf{A}"}, squares=True, texts=(("^T", "'"),)),
)  # fmt: skip


def lines_of(optimizer: Optimizer, book: Book) -> list[Term]:
    """The definition's equations, with the signs, systems and letters for gradients that the book has."""
    out: list[Term] = []
    by_name = {s.name: s for s in optimizer.sequences}
    asked = {by_name[n] for n in book.asked if n in by_name and isinstance(optimizer.equations[n], Grad)}
    points = {s: optimizer.equations[s.name].args[0] for s in asked}
    for left, right in ((eq.lhs, eq.rhs) for eq in optimizer.update):
        if right.has(LineSearch) or left.base in asked:
            continue
        pair: list[Any] = [e.replace(lambda x: isinstance(x, At) and x.base in asked, lambda x: _asked(x, points))
                for e in (left, _one_case(right))]  # fmt: skip
        values = {v for e in pair for v in sp.sympify(e).atoms(At) if v.base.name in book.turned}
        pair = [sp.sympify(e).xreplace({v: -v for v in values}).replace(Dot, _unsigned) for e in pair]
        if pair[0].could_extract_minus_sign():
            pair = [-pair[0], sp.expand(-pair[1])]
        if book.solved:
            pair = list(_solved(*pair))
        out.append(T.relation("=", *(linear_term(e) for e in pair)))
    return out


def _unsigned(left: Any, right: Any) -> Any:
    """An inner product without the signs of its factors."""
    turned = [e.could_extract_minus_sign() and not e.is_Add for e in (left, right)]
    made: Any = Dot(*(-e if turn else e for e, turn in zip((left, right), turned, strict=True)))
    return -made if turned[0] != turned[1] else made


def _asked(value: At, points: Mapping[Sequence, Any]) -> Any:
    return Grad(points[value.base].xreplace({t: value.index}))


def _one_case(right: Any) -> Any:
    return right.args[0].args[0] if isinstance(right, sp.Piecewise) and right.args[0].args[0] != 0 else right


def _solved(left: Any, right: Any) -> tuple[Any, Any]:
    """B d = -g for d = -B^{-1} g."""
    split: Any = right.args_cnc() if isinstance(right, sp.Mul) else ([], [])
    numbers, factors = split
    if factors and isinstance(factors[0], Inverted):
        return factors[0].args[0] * left, sp.Mul(*numbers, *factors[1:])
    return left, right


def shapes_of(optimizer: Optimizer) -> dict[str, Shape]:
    return {latex_name(s): s.shape for s in optimizer.sequences}


def styled(line: Term, optimizer: Optimizer, book: Book) -> Term:
    """A line in the book's letters, indices and products."""
    shapes = shapes_of(optimizer)
    names = {latex_name(s): s.name for s in optimizer.sequences}
    letters = {latex_name(s): _letter(s, book) for s in optimizer.sequences}
    early = {s.name for s in optimizer.sequences if s not in optimizer.states} & book.early

    def change(node: Term) -> Term | None:
        if node.head == "at" and node.name in names:
            own = names[node.name]
            if own in book.bare:
                return T.name(letters[node.name])
            return T.at(letters[node.name], _moved(node.args[0], book.shift - (own in early), book.time))
        if node.head == "mul":
            return T.mul(*(a.map(change) for a in _products(node.args, shapes, book)))
        return None

    return line.map(change)


def _letter(sequence: Sequence, book: Book) -> str:
    letter = book.names.get(sequence.name, latex_name(sequence))
    return latex_name(sequence) if sequence.shape is Shape.SCALAR and "bf" in letter else letter


def _moved(index: Term, by: int, time: str) -> Term:
    offset = by
    if index.head == "add":
        last = index.args[1]
        offset += -int(last.args[0].value or 0) if last.head == "neg" else int(last.value or 0)
    elif index.head != "name":
        return index
    return T.name(time) if offset == 0 else T.name(time) + offset if offset > 0 else T.name(time) - -offset


def _products(factors: tuple[Term, ...], shapes: Mapping[str, Shape], book: Book) -> Iterator[Term]:
    """The factors with those from a row to the next column as one inner product, where the book writes one."""
    i = 0
    while i < len(factors):
        row = factors[i]
        stop = next((j for j in range(i + 1, len(factors)) if _is_column(factors[j], shapes)), None)
        if row.name != "transpose" or not _is_column(row.args[0], shapes) or stop is None:
            yield row
            i += 1
            continue
        left, right = row.args[0], T.mul(*factors[i + 1 : stop + 1])
        if book.squares and left == right:
            yield T.call("norm", left) ** 2
        elif book.inner == "row":
            yield from factors[i : stop + 1]
        else:
            yield T.call("dot", left, right)
        i = stop + 1


def _is_column(term: Term, shapes: Mapping[str, Shape]) -> bool:
    if term.head in ("at", "name"):
        return shapes.get(term.name) is Shape.VECTOR
    if term.head in ("add", "neg"):
        return _is_column(term.args[0], shapes)
    if term.head == "mul":
        return _is_column(term.args[-1], shapes)
    return term.head == "grad"


_ANGLES = re.compile(r"\\langle ([^\\]*(?:\\(?!langle|rangle)[a-zA-Z]+[^\\]*)*?), (.*?) \\rangle")


def printed_line(line: Term, optimizer: Optimizer, book: Book) -> str:
    """A line as the book prints it."""
    text = latex(styled(line, optimizer, book))
    if book.inner == "dot":
        text = _ANGLES.sub(lambda m: rf"{_fenced(m[1])} \cdot {_fenced(m[2])}", text)
    for old, new in book.texts:
        text = text.replace(old, new)
    return text


def _fenced(part: str) -> str:
    return rf"\left({part}\right)" if re.search(r" [+-] |^-", part) else part


def printed_text(title: str, lines: list[str], book: Book) -> str:
    """A section with these lines."""
    match book.layout:
        case "aligned":
            body = " \\\\\n".join(line.replace(" = ", " &= ", 1) for line in lines)
            return f"## {title}\n\n$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$\n"
        case "steps":
            given = [line.replace(" = ", r" \leftarrow ", 1) for line in lines]
            rows = [f"{i}. ${line}$" for i, line in enumerate(given, 1)]
            return f"## {title}\n\nRepeat until the gradient is small:\n\n" + "\n".join(rows) + "\n"
        case _:
            return f"## {title}\n\n" + "\n\n".join(f"$$\n{line}\n$$" for line in lines) + "\n"


@dataclass(frozen=True)
class Slip:
    """A definition's lines with one mistake in one of them."""

    mistake: Rewrite
    number: int
    wrong: Term
    right: Term


FACTORS = frozenset({"factor wrong", "number off by one", "half missing", "stray factor"})
"""Mistakes that make a step longer or shorter, which is none where the step is all that there is."""
SCALING = FACTORS | {"square where none belongs"}
"""Mistakes that make a step length another one, which is none where a line search finds it."""
MISFITS = frozenset({"transpose misplaced", "transpose missing", "factors in the wrong order", "inverse missing"})
"""Mistakes that shapes betray; of any other, what does not fit together is a mistake that nobody makes."""


def slips(optimizer: Optimizer, lines: list[Term], places: int = 1) -> Iterator[Slip]:
    """Every mistake of the catalogue, made in every line at the first places where it changes what the line says."""
    for number, right in enumerate(lines):
        seen: set[Term] = {right}
        for mistake, made in _broken(optimizer, right):
            count = 0
            for wrong in made:
                if count == places:
                    break
                if wrong not in seen and _says_another(wrong, right, optimizer, mistake):
                    seen.add(wrong)
                    count += 1
                    yield Slip(mistake, number, wrong, right)


def _broken(optimizer: Optimizer, line: Term) -> Iterator[tuple[Rewrite, Iterator[Term]]]:
    roles = roles_of(optimizer)
    shapes = shapes_of(optimizer)
    vectors = tuple(n for n, shape in shapes.items() if shape is Shape.VECTOR and n in line.names())
    for mistake in MISTAKES:
        yield mistake, (edit.equations[0] for edit in mistake.breaks_system((line,), roles))
    for mistake in (*FORMULA_MISTAKES, MISSING):
        yield mistake, (new for _, new in mistake.rule.breaks(line, NO_ROLES) if new.args[0] == line.args[0])
    yield SWAPPED, (new for new in swaps(line, vectors) if new.args[0] == line.args[0])


def _says_another(wrong: Term, right: Term, optimizer: Optimizer, mistake: Rewrite) -> bool:
    """Whether a line with a mistake in it still makes sense, and another sense."""
    meant = meaning(right, optimizer)
    free = SCALING if free_lengths(right, optimizer) else FACTORS if len(optimizer.update) == 1 else frozenset[str]()
    if meant is None or mistake.name in free or free_lengths(right, optimizer) - wrong.names():
        return False
    made = meaning(wrong, optimizer)
    if made is None:
        return mistake.name in MISFITS
    matrices = [v for e in (meant, made) for v in e.atoms(At) if v.base.shape is Shape.MATRIX and v.base.name != "jac"]
    return not any(linear_identity(made, sign * meant, symmetric=matrices).proved for sign in (1, -1))


def free_lengths(line: Term, optimizer: Optimizer) -> frozenset[str]:
    """The step lengths of a line that a line search finds: any factor makes another, as good, and 1 is one too."""
    return frozenset(
        name for s in optimizer.sequences
        if optimizer.equations[s.name].has(LineSearch) and (name := latex_name(s)) in line.names()
    )  # fmt: skip


def meaning(line: Term, optimizer: Optimizer) -> Any:
    """Left side minus right side as an expression; None where the shapes do not fit."""
    shapes = shapes_of(optimizer)
    one = optimizer.params.shape
    asked = {"grad": one, "hess": Shape.MATRIX, "jac": Shape.MATRIX, "D0": Shape.SCALAR}
    if one is Shape.SCALAR:
        asked |= {"hess": one, "jac": one}

    def value(q: Quantity) -> Any:
        shape = {**shapes, **asked}.get(q.base, Shape.SCALAR)
        return Sequence("".join(filter(str.isalnum, q.base)), shape=shape)[t + (q.offset or 0)]

    try:
        sides = [expression(side, frozenset({"t"}), value) for side in line.args]
        found = {dimensions(side) for side in sides if side != 0}
        return None if len(found) > 1 else sides[0] - sides[1]
    except (NotLinear, ShapeError):
        return None


@dataclass(frozen=True)
class Text:
    """A section, and the mistake in it if there is one.

    Args:
        name: definition and book.
        lines: as printed.
        body: the section.
        slip: the mistake.
    """

    name: str
    lines: tuple[str, ...]
    body: str
    slip: Slip | None = None

    @property
    def wrong(self) -> str:
        """The line with the mistake."""
        return self.lines[self.slip.number] if self.slip else ""


def texts(optimizer: Optimizer, book: Book, *, broken: bool = False) -> Iterator[Text]:
    """The definition as the book prints it; with every mistake in it, one at a time, where broken."""
    lines = lines_of(optimizer, book)
    right = tuple(printed_line(line, optimizer, book) for line in lines)
    name = f"{optimizer.name}, {book.name}"
    title = optimizer.title
    if not broken:
        yield Text(name, right, printed_text(title, list(right), book))
        return
    for slip in slips(optimizer, lines):
        made = (*right[: slip.number], printed_line(slip.wrong, optimizer, book), *right[slip.number + 1 :])
        yield Text(name, made, printed_text(title, list(made), book), slip)
