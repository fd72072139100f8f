"""What a page is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the page's own."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Words:
    """A paragraph. Names of quantities in it are typeset: see ``spans``."""

    text: str
    label: str = ""
    """A word or two in front of it, such as a step's number."""
    soft: bool = False
    """Said in passing: what a verdict rests on."""


@dataclass(frozen=True)
class Formula:
    """Displayed formulas as LaTeX, one a line: what stands left of the relation, and the relation with the rest."""

    lines: tuple[tuple[str, str], ...]

    @property
    def latex(self) -> str:
        """All lines as one expression, aligned at their relations."""
        if len(self.lines) == 1:
            return " ".join(filter(None, self.lines[0]))
        rows = [f"{left} &{right}" for left, right in self.lines]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; a cell is a sentence."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A picture: its path relative to the page, and what it shows."""

    path: str
    caption: str


Block = Heading | Words | Formula | Items | Table | Figure


@dataclass(frozen=True)
class Page:
    """A title and blocks.

    Args:
        title: plain text.
        blocks: in order.
        code: Python lines that derive again what the page says, for notebooks; "" where there are none.
    """

    title: str
    blocks: tuple[Block, ...]
    code: str = ""


_GREEK = "alpha beta gamma delta epsilon eta theta kappa lambda mu nu xi rho sigma tau phi psi Delta Sigma".split()
_SCRIPT = r"(?:_(?:[A-Za-z]+|\d+))?"
_STEP = r"\[(?:[tikn]|\d+)(?: [-+] \w+)?\]"
_POWER = r"\*\*(?:[A-Za-z\d]+|\([^()]*\))"
_NAME = rf"(?:{'|'.join(_GREEK)}){_SCRIPT}(?:{_STEP})?(?:{_POWER})?"
_LATIN = rf"[A-Za-z]{_SCRIPT}(?:{_STEP}(?:{_POWER})?|{_POWER})"
_TERM = rf"(?:{_NAME}|{_LATIN}|\d+)"
_OPERATION = r"(?:\*|/| (?:[-+<>=]|<=|>=) )"
_QUANTITY = re.compile(rf"(?<![\w\\$])(?:\$([^$]+)\$|({_TERM}(?:{_OPERATION}{_TERM})*))(?!\w)")
_ATOM = re.compile(rf"{_NAME}|{_LATIN}")


def spans(text: str) -> list[tuple[bool, str]]:
    """The text in pieces: (False, words) or (True, LaTeX).

    LaTeX between dollar signs, Greek names such as ``lambda_max``, powers such as ``sigma**2``, values at steps
    such as ``m[t - 1]``, and products, quotients and comparisons of these are formulas; the rest is words.
    """
    out: list[tuple[bool, str]] = []
    done = 0
    for match in _QUANTITY.finditer(text):
        formula = match.group(1)
        if formula is None:
            if not _ATOM.search(match.group(2)):
                continue
            formula = _ATOM.sub(lambda m: _latex(m.group()), match.group(2))
            formula = formula.replace("*", " ").replace("<=", r"\le").replace(">=", r"\ge")
        if match.start() > done:
            out.append((False, text[done : match.start()]))
        out.append((True, formula))
        done = match.end()
    if done < len(text):
        out.append((False, text[done:]))
    return out


def _latex(quantity: str) -> str:
    base, star, power = quantity.partition("**")
    name, bracket, index = base.partition("[")
    head, _, script = name.partition("_")
    latex = rf"\{head}" if head in _GREEK else head
    subscripts = [rf"\mathrm{{{script}}}" if len(script) > 1 else script] if script else []
    if bracket:
        subscripts.append(index.removesuffix("]"))
    if subscripts:
        latex += f"_{{{','.join(subscripts)}}}"
    return latex + (f"^{{{power.strip('()')}}}" if star else "")
