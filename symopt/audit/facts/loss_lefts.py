"""What the left side of a formula about a loss asks for: its value, a derivative, a prediction's slope, an update."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import accumulate

from symopt.audit.facts.activations import meant
from symopt.audit.facts.scores import BIASES, INPUTS, OUTPUTS, SCORES, SIGMOIDS, WEIGHTS, words_for
from symopt.audit.facts.spelling import Spelling, read_again, spelling, split
from symopt.language.terms import Term
from symopt.read.notation import Statement, read

LOSS = re.compile(
    r"^(?:\\mathcal\{[LJEC]\}|\\ell|\\mathscr\{L\}|[LJECl]|\\text\{[Ll]oss\}|\\mathrm\{[Ll]oss\}|[Ll]oss|NLL|CE|MSE|BCE)$"
)
_LIKELIHOOD = re.compile(r"\\ell\b|\\log|\bLL\b|likelihood")
_PENALTY = re.compile(r"(?<![a-zA-Z\\])R(?![a-zA-Z])|\\Omega|\\mathcal\{R\}|\\lambda|\\\||\\lVert")
_NUMERATOR = re.compile(r"\\frac\s*\{\s*(?:\\partial|\\mathrm\{d\}|d)\s*((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
_NAMED = re.compile(r"(?<![a-zA-Z\\])[LJEC](?![a-zA-Z])|\\mathcal\{[LJEC]\}|[Ll]oss")
_SECOND = re.compile(r"^\\nabla(?:_\{?\\?\w+\}?)?\^\{?2|^\\frac\s*\{\s*(?:\\partial|d)\^")
_APPLIED = re.compile(
    r"^\\frac\s*\{\s*(?:\\partial|\\mathrm\{d\}|d)\s*\}\s*\{\s*(?:\\partial|\\mathrm\{d\}|d)\s*"
    r"((?:[^{}]|\{[^{}]*\})+)\}\s*(.+)$"
)
_SUBSCRIPT = re.compile(r"^\\(?:partial|nabla)_\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\?[A-Za-z]+))")
_SCORE_LETTERS = SCORES | {"f", "o", "a", "h"}
PROBABILITIES = frozenset({"p", r"\hat{y}", r"\sigma", "a", "q", r"\hat{p}", "softmax", r"\pi"})
_PREDICTIONS = OUTPUTS | SIGMOIDS | {"softmax", "g", "q", "tanh", r"\tanh"}

NOTHING = Spelling("")


@dataclass(frozen=True)
class Asks:
    """What is asked for.

    Args:
        what: "value", "gradient", "slope" (of a prediction by its score), "probability" (of a class) or "update"
            (of a weight), "prediction" (of a sigmoid), "penalty" (its
            gradient), "curvature" (the second derivative), "derivative" (of what stands there).
        by: the variable that it is a derivative by, or the weight that is updated.
        of: the prediction whose slope it is, or the loss's letter.
        likelihood: whether the left side may be a likelihood, which is climbed, or minus a gradient.
        named: whether the left side names a loss.
        turned: whether a prediction is asked for at minus its score.
        inside: what is differentiated, where it is written out.
        other: what the same letter may ask for besides; a formula that is right for it is not called wrong.
    """

    what: str
    by: Spelling = NOTHING
    of: Spelling = NOTHING
    likelihood: bool = False
    named: bool = False
    turned: bool = False
    inside: Term | None = None
    other: Asks | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the variable may be: a weight, a bias, a score, a prediction."""
        base = self.by.base
        if base in BIASES or (base in WEIGHTS and self.by.indices[:1] in (("0",), ("b",))):
            return ("bias",)
        if base in WEIGHTS:
            return ("weight",)
        return (*(("score",) if base in _SCORE_LETTERS else ()), *(("prediction",) if base in OUTPUTS else ()))


def asks(left: Term, source: str) -> Asks | None:
    """What a left side asks for; None for anything that no loss has."""
    written = source[slice(*left.span)] if left.span else ""
    second = _curvature(left, written)
    if second is not None:
        return second
    if left.head == "pow" and left.args[1].head in ("number", "name") and left.args[0].head in ("grad", "name"):
        found = asks(left.args[0], source)
        index = str(left.args[1].value or left.args[1].name)
        return None if found is None else Asks(
            found.what, Spelling(found.by.base, (*found.by.indices, index)), found.of, found.likelihood, found.named
        )  # fmt: skip
    if left.head == "grad" or (left.head == "mul" and left.args[0].head == "grad"):
        return _derivative(left if left.head == "grad" else left.args[0], written)
    if left.head == "call" and left.name.endswith("'") and len(left.args) == 1 and _is_prediction(split(left.name)):
        return Asks("slope", Spelling("z"), split(left.name))
    if left.head == "call" and len(left.args) == 1 and _is_function(split(left.name)):
        inner = left.args[0].args[0] if left.args[0].head == "neg" else left.args[0]
        turned = left.args[0].head == "neg"
        return Asks("prediction", of=split(left.name), turned=turned) if inner.head in ("name", "at") else None
    if left.head == "call" and left.name in ("P", "p", r"\Pr") and left.args:
        return _probability(left)
    found = spelling(left)
    if found is None:
        return None
    if left.head in ("name", "at", "call") and found.base in PROBABILITIES and found.indices:
        return Asks("probability", of=found)
    if left.head == "name" and re.fullmatch(r"d[wWbzZ]", found.base):
        return Asks("gradient", Spelling(found.base[1:], found.indices))
    if left.head in ("name", "at") and found.base == r"\delta":
        step = Asks("gradient", Spelling("w"), likelihood=True)  # many call minus the gradient so, or a weight's
        return replace(step, by=Spelling("z", found.indices), other=step)
    if left.head == "name" and found.base == r"\nabla":
        return Asks("gradient", Spelling("w"))
    if LOSS.match(found.base):
        return Asks("value", of=found, likelihood=bool(_LIKELIHOOD.search(written)), named=True)
    if left.head in ("name", "at") and (found.base in WEIGHTS or found.base in BIASES):
        return Asks("update", found)
    return None


def _curvature(left: Term, written: str) -> Asks | None:
    """``\\nabla^2 L(w)``, ``\\nabla_w^2 L`` or ``\\partial^2 L / \\partial z^2``; None for anything else."""
    if not _SECOND.match(written):
        return None
    inner = left.args[0] if left.head in ("pow", "mul") else left
    inner = inner.args[0] if inner.head == "pow" else inner
    if not (inner.head == "grad" or (inner.head == "call" and inner.name == "hessian")) or len(inner.args) != 1:
        return None
    by = spelling(inner.args[0])
    by = Spelling("w") if by is None or LOSS.match(by.base) else by
    named, likelihood = bool(_NAMED.search(written)), bool(_LIKELIHOOD.search(written))
    return Asks("curvature", by, likelihood=likelihood, named=named) if by.base in WEIGHTS | SCORES else None


def applied(left: Term, source: str) -> Asks | None:
    """What is asked for where a derivative is taken of an expression that stands there; None for anything else."""
    found = _APPLIED.match(source[slice(*left.span)]) if left.span else None
    if found is None:
        return None
    by, (content,) = split(found[1]), read([f"{found[2]} = 0"])
    if not isinstance(content, Statement) or by.base not in SCORES | INPUTS:
        return None
    inside = read_again(content.left, f"{found[2]} = 0")
    if inside.head in ("name", "at") or (inside.head == "call" and _is_prediction(split(inside.name))):
        return None
    return Asks("derivative", by, inside=inside)


def _probability(left: Term) -> Asks | None:
    """``P(Y = k | X = x)``."""
    for node in left.args:
        if node.head == "relation" and node.name == "=":
            found = spelling(node.args[1])
            if found is not None:
                return Asks("probability", of=Spelling("p", ("_".join((found.base, *found.indices)),)))
    return None


def _derivative(grad: Term, written: str) -> Asks | None:
    subscript = _SUBSCRIPT.match(written)
    by = split(subscript[1] or subscript[2]) if subscript else spelling(grad.args[0])
    if by is None:
        return None
    if not subscript and LOSS.match(by.base) and r"\nabla" in written:
        return Asks("gradient", Spelling("w"), by, bool(_LIKELIHOOD.search(written)), named=True)  # by all weights
    numerator = _NUMERATOR.search(written)
    text = numerator[1].strip() if numerator else ""
    if not text and numerator:
        text = written[numerator.end() :].partition("}")[2].strip()  # the function stands behind the fraction
    component = re.search(r"\)\s*(_\s*(?:\{[^{}]*\}|\w))\s*$", text)  # sigma(z)_i
    name = re.sub(r"(?:\\left)?\(.*$", "", text).strip()
    of = split(name + (component[1] if component else "")) if text else NOTHING
    if text and _is_prediction(of) and not LOSS.match(of.base):
        if not _is_one_call(text[len(name) :]):
            return None  # a product, such as f(x) g(x)
        ours = by.base in _SCORE_LETTERS or by.base in INPUTS
        return Asks("slope", by, of) if ours else None
    if _PENALTY.search(written) and by.base in WEIGHTS:
        return Asks("penalty", by, of)
    named = bool(_NAMED.search(written))
    return Asks("gradient", by, of, bool(_LIKELIHOOD.search(written)), named)


def _is_one_call(rest: str) -> bool:
    """Whether what follows a function's name is nothing, or its argument alone."""
    rest = rest.replace(r"\left", "").replace(r"\right", "").strip()
    depths = list(accumulate((c == "(") - (c == ")") for c in rest))
    return not rest or (rest[0] == "(" and 0 not in depths[: rest.rindex(")") if ")" in rest else -1])


def _is_prediction(found: Spelling) -> bool:
    base = found.base.rstrip("'")
    return base in _PREDICTIONS or bool(words_for(base))


def _is_function(found: Spelling) -> bool:
    """Whether a function's name is one that an activation may have."""
    return bool(meant(found.base)) and found.base != "S" and (not found.indices or bool(words_for(found.base)))
