"""Rates of convergence, costs, penalties and other short statements that live on the words around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import sympy as sp

from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.decide import identity
from symopt.language.terms import Term
from symopt.read.notation import Statement

ERROR = r"(?:\\epsilon|\\varepsilon|e|\\delta)"


@dataclass(frozen=True)
class Remark:
    """What a short statement means where certain words stand around it.

    Args:
        pattern: the formula, blanks left out.
        words: must be found in the formula's own line up to it, or, if ``above``, in the lines before.
        opinion: what is to be said.
        above: whether the words may stand above the line.
        absent: words that must not be found there.
    """

    pattern: str
    words: str
    opinion: Opinion
    above: bool = False
    absent: str = ""


def _right(system: str, explanation: str) -> Opinion:
    return Opinion(Judgement.CORRECT, system=system, explanation=explanation)


_ARGUMENT = rf"(?:\(({ERROR})\)|({ERROR}))"
_ITERATIONS = r"\b(?:time|iterations?|steps?)\b"

REMARKS: tuple[Remark, ...] = (
    Remark(
        rf"\\log\(?\\log{_ARGUMENT}\)?", _ITERATIONS,
        Opinion(
            Judgement.ERRATUM, system="quadratic-convergence", rewrite="logarithm of a negative number",
            explanation="An error below 1 has a negative logarithm, which has none itself; what is meant is the "
            "logarithm of the number of digits.",
            fix=r"\log(\log(1/\epsilon))",
            witness={"epsilon": "1/100", "claimed": "undefined", "correct": "about 1.527"},
            proof="undecided",
        ),
    ),
    Remark(
        rf"\\log{_ARGUMENT}", _ITERATIONS,
        Opinion(
            Judgement.VARIANT, system="linear-convergence", conventions=("logarithm without its sign",),
            explanation="The logarithm of a small error is negative; the number of steps grows like log(1/epsilon).",
        ),
    ),
    Remark(rf"1/{ERROR}", _ITERATIONS, _right("sublinear-convergence", "An error of 1/n takes 1/epsilon steps.")),
    Remark(
        r"O\(k\^\{?2\}?[MNnd]\)", r"\bcost\b|\btime\b",
        Opinion(
            Judgement.VARIANT, system="lbfgs", conventions=("upper bound that is not tight",), fix="O(kM)",
            explanation="The two loops take 8M + 1 operations for each of the k pairs: O(kM).",
        ),
        above=True,
    ),
    Remark(r"O\([km][MNnd]\)", r"\bsize\b|\bcost\b|\bmemory\b|\bstorage\b",
           _right("lbfgs", "Each of the k pairs keeps and costs a fixed number of vectors.")),
    Remark(r"O\([MNnd]\^\{?3\}?\)", r"\binver\w+|\bHessian\b|\bNewton\b|\bsolv\w+",
           _right("newton", "A system of M equations.")),
    Remark(r"O\([MNnd]\^\{?2\}?\)", r"\b(?:BFGS|quasi-Newton|stor\w+|memory)\b", _right("bfgs", "A matrix of M rows.")),
)  # fmt: skip
_e = sp.Symbol("epsilon", positive=True)
_LBFGS = re.compile(r"L-?BF?GF?S|limited.memory|Limited memory", re.IGNORECASE)
_NOTE = re.compile(r"[\s&]|\\[,;! ]|\\left|\\right")
_QUADRATIC = re.compile(r"\bquadratic", re.IGNORECASE)
_LINEAR = re.compile(r"\blinear", re.IGNORECASE)


def remark_opinion(content: Statement, source: str, line: str, before: str) -> Opinion | None:
    """What is to be said of a short statement by the words around it; None where they do not tell."""
    plain = _NOTE.sub("", source)
    if content.steps:
        return _order(content, line, before)
    ahead = line.split(source)[0] if source in line else line
    for remark in REMARKS:
        if not re.fullmatch(remark.pattern, plain):
            continue
        if not re.search(remark.words, ahead, re.IGNORECASE):
            continue
        if remark.opinion.system == "lbfgs" and not _LBFGS.search(f"{before}\n{line}"):
            continue
        if remark.opinion.verdict is Judgement.ERRATUM:
            return replace(remark.opinion, proof=identity(sp.log(_e), sp.log(1 / _e)).status.value)
        return remark.opinion
    return _growth(plain, ahead)


def _growth(plain: str, ahead: str) -> Opinion | None:
    """The order of an error under a rate of convergence that the line names."""
    quadratic, linear = _QUADRATIC.search(ahead), _LINEAR.search(ahead)
    if re.fullmatch(r"O\((?:\\mu|\\rho|c|r|C)\^\{2\^\{?[nkt]\}?\}\)", plain) and quadratic and not linear:
        return _right("quadratic-convergence", "The square of the error, over and over.")
    if re.fullmatch(r"O\((?:\\mu|\\rho|c|r)\^\{?[nkt]\}?\)", plain) and linear and not quadratic:
        return _right("linear-convergence", "A fixed share of the error at each step.")
    if re.fullmatch(r"O\(1/[nkt]\)", plain) and re.search(r"\bSGD\b|stochastic", ahead):
        return _right("sublinear-convergence", "With rates that fall as 1/n, on a strongly convex function.")
    return None


def _order(content: Statement, line: str, before: str) -> Opinion | None:
    """``e' ~ e^2`` and ``e' <= mu e``, under the kind of convergence that the text names last."""
    left, (symbol, right) = content.left, content.steps[0]
    if not (left.head == "at" and re.fullmatch(ERROR, left.name)) or symbol not in ("propto", "<=", "~", "="):
        return None
    errors = [n for n in right.nodes() if n.head == "at" and n.name == left.name]
    if len(errors) != 1:
        return None
    text = f"{before}\n{line}"
    last = max((*_QUADRATIC.finditer(text), *_LINEAR.finditer(text)), key=lambda m: m.start(), default=None)
    if last is None:
        return None
    quadratic = last.group().lower() == "quadratic"
    squared = any(_is_square(n, errors[0]) for n in right.nodes())
    if squared == quadratic:
        return _right(f"{'quadratic' if quadratic else 'linear'}-convergence", "That is what the word means.")
    return None


def _is_square(node: Term, base: Term) -> bool:
    return node.head == "pow" and node.args[0] == base and node.args[1].head == "number" and node.args[1].value == 2
