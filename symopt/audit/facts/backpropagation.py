"""The chain rule from layer to layer: errors, and from them the gradients by weights, biases and inputs.

A layer is z = W x + b, its output f(z). With d the derivative by z, the definition gives d x by a weight, d by a bias,
w d by the input, and w d f'(z) by the score of the layer before, d being that of the layer after. Formulas are read for
one unit of each layer and one example; sums over units and examples stand by their own linearity. Matrices are held
against the sizes of the layers, with examples as rows or columns and weights stored either way. A minus sign is a
convention where an error is a letter: many call minus the derivative so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import sympy as sp

from symopt.audit.facts import scores
from symopt.audit.facts.agreement import instance, multiple, ratio
from symopt.audit.facts.layer_sizes import Layer, fits
from symopt.audit.facts.leaves import Leaf, leaf
from symopt.audit.facts.loss_mends import LEFT_OUT
from symopt.audit.facts.scores import COUNTS, RATES, SIGMOIDS, NotAbout, Output
from symopt.audit.facts.spelling import FUNCTIONS, read_again, split
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.audit.witnesses import short
from symopt.decide import identity, misfit
from symopt.decide.derivative import derivative
from symopt.language.convert import to_sympy
from symopt.language.terms import Term
from symopt.losses.activations import ACTIVATIONS
from symopt.rewrites import Rewrite, formula_mends, mended_latex, mistake
from symopt.rewrites.formula_mends import negated

ERRORS = frozenset({r"\delta", "dZ", "dz"})
_WEIGHTS = frozenset({"W", "w", r"\theta", r"\Theta"})
_OUTPUTS = frozenset({"a", "A", "o", "O", "h", "H", "x", "X", "z", "Z", "y", r"\phi"})
_DIFFERENTIALS = {"dW": "weight", "dw": "weight", "db": "bias", "dA": "input", "da": "input", "dX": "input"}
_TITLES = {
    "error": "the error of a layer, by the chain rule from the layer after it",
    "weight": "the gradient by the weights: the error times the input",
    "bias": "the gradient by the bias: the error itself",
    "input": "the gradient by the input: the error through the weights",
}
_error, _weight = scores.y, scores.w
_SLOPE = "derivative missing"
_NODES = 60
_OTHER_PRODUCTS = re.compile(r"\*|\\(?:ast|star|otimes|circledast)\b|conv")
"""Products that may be convolutions, whose sizes are others."""


@dataclass(frozen=True)
class Asked:
    """What a left side asks for.

    Args:
        kind: "error", "weight", "bias" or "input".
        of: its leaf.
        signed: whether its sign is settled.
    """

    kind: str
    of: Leaf
    signed: bool


def layer_opinion(left: Term, right: Term, source: str) -> Opinion | None:
    """What is to be said of a formula of backpropagation; None for anything else."""
    again = read_again(right, source)
    asked, step = _asked(left), _step(left, again)
    if step is not None:
        asked, again = step
    if asked is None or sum(1 for _ in again.walk()) > _NODES or not _errors(again):
        return None
    if any(_agrees(asked, world, again) for world in _worlds()):
        return Opinion(
            Judgement.CORRECT, system="backpropagation", proof="proved", explanation=f"It is {_TITLES[asked.kind]}.",
        )  # fmt: skip
    return _mended(asked, left, again, source) if step is None and _of_one_layer(asked, again) else None


def _of_one_layer(asked: Asked, right: Term) -> bool:
    """Whether there are no more weights than one layer has: the error may come from further above."""
    weights = [node for node in right.nodes() if node.head in ("name", "at") and split(node.name).base in _WEIGHTS]
    return len(weights) <= (1 if asked.kind in ("error", "input") else 0)


def _step(left: Term, right: Term) -> tuple[Asked, Term] | None:
    """What ``w - eta d x`` asks for: what is added to the weights."""
    own = leaf(left)
    if own is None or own.base not in _WEIGHTS or right.head != "add" or right.args[0] != left or len(right.args) != 2:
        return None
    return Asked("weight", own, signed=False), right.args[1]


@cache
def _worlds() -> tuple[Output, ...]:
    names = dict.fromkeys(("sigmoid", "tanh", "relu"))
    return tuple(scores.output_of(a) for name in names for a in ACTIVATIONS if a.name == name)


def _asked(left: Term) -> Asked | None:
    if left.head == "grad" and left.name == "label":
        by = leaf(left.args[0])
        kind = None if by is None else "weight" if by.base in _WEIGHTS else "bias" if by.base == "b" else (
            "input" if by.base in ("X", "A", "x", "a") else None
        )  # fmt: skip
        return None if by is None or kind is None else Asked(kind, by, signed=False)
    own = leaf(left)
    if own is None or own.turned:
        return None
    if own.base in ERRORS:
        return Asked("error", own, signed=True)
    if own.base in _DIFFERENTIALS:
        return Asked(_DIFFERENTIALS[own.base], own, signed=True)
    if left.head == "name" and left.name.startswith(r"\Delta"):
        by = leaf(Term("name", name=left.name.removeprefix(r"\Delta").strip()))
        return Asked("weight", by, signed=False) if by is not None and by.base in _WEIGHTS else None
    return None


def _errors(term: Term) -> list[Leaf]:
    return [found for node in term.nodes() if (found := leaf(node)) is not None and _is_error(found)]


def _is_error(found: Leaf) -> bool:
    return found.base in ERRORS or (found.slope and found.base in ("Z", "z", "Y"))


def _expected(asked: Asked, output: Output) -> Any:
    """By the definition: the derivative of what the layer after makes of it, its own derivative being the error."""
    z, x, b = scores.z, scores.x, scores.bias
    layer = _weight * x + b
    match asked.kind:
        case "weight":
            return derivative(_error * layer, _weight)
        case "bias":
            return derivative(_error * layer, b)
        case "input":
            return derivative(_error * layer, x)
        case _:
            return _error * derivative(layer, x) * output.slope(z)


def _agrees(asked: Asked, output: Output, right: Term) -> bool:
    value = _value(asked, output, right)
    if value is None or not _has_places(asked, right):
        return False
    made = multiple(value, _expected(asked, output))
    if made is None or not made[1].proved:
        return False
    sign = ratio(made[0], sp.Integer(1))
    if sign is None or (sign < 0 and (asked.signed or not _by_letter(right))):
        return False
    return not (asked.kind == "error" and made[0] != 1)


def _by_letter(right: Term) -> bool:
    return any(found.base == r"\delta" for found in _errors(right))


def _value(asked: Asked, output: Output, right: Term) -> Any:
    """The value for one unit and one example; None where it has a part that has no place."""
    try:
        return to_sympy(right, lambda part: _own(part, asked, output))
    except (NotAbout, TypeError, ValueError, ZeroDivisionError, AttributeError):
        return None


def _own(part: Term, asked: Asked, output: Output) -> Any:
    found = leaf(part)
    if found is not None:
        return _of_leaf(found, asked, output)
    match part.head:
        case "sum":
            return to_sympy(part.args[2], lambda inner: _own(inner, asked, output))
        case "call" if part.name == "transpose":
            return to_sympy(part.args[0], lambda inner: _own(inner, asked, output))
        case "call" if len(part.args) == 1 and part.name.rstrip("'") in FUNCTIONS | SIGMOIDS | {"tanh"}:
            inside = leaf(part.args[0])
            if inside is None or asked.kind != "error":
                raise NotAbout(part.name)
            return output.slope(scores.z) if part.name.endswith("'") else output.value(scores.z)
        case "add" | "mul" | "neg" | "div" | "pow" | "number":
            return None
        case _:
            raise NotAbout(part.head)


def _of_leaf(found: Leaf, asked: Asked, output: Output) -> Any:
    if _is_error(found):
        return _error
    if found.slope:
        raise NotAbout("another derivative")
    if found.base in _WEIGHTS:
        return _weight
    if found.base in _OUTPUTS and asked.kind == "weight":
        return scores.x
    if found.base in _OUTPUTS and asked.kind == "error" and found.base not in ("z", "Z", "x", "X"):
        return output.value(scores.z)
    if found.base in RATES | COUNTS and not found.indices:
        return sp.Symbol(found.base, positive=True)
    raise NotAbout(found.base)


def _has_places(asked: Asked, right: Term) -> bool:
    """Whether indices, or the sizes of matrices, are those of the layers."""
    found = [f for node in right.nodes() if (f := leaf(node)) is not None]
    if asked.kind in ("weight", "bias"):
        found = _without_examples(found, {node.name for node in right.nodes() if node.head == "sum"})
    weights = [f for f in found if f.base in _WEIGHTS and not f.slope]
    if asked.of.units or any(f.units for f in found):
        return _indices_fit(asked, found, weights, right)
    capital = any(f.base[-1:].isupper() for f in found if f not in weights)
    if not capital and not any(f.base[-1:].isupper() or f.turned for f in (*found, asked.of)):
        return True  # one unit in each layer
    return fits(asked.kind, right, lambda part: _layer(part, asked), "m" if capital else "1")


def _without_examples(found: list[Leaf], summed: set[str]) -> list[Leaf]:
    """The symbols without an index of summation that all errors and outputs have: it numbers the examples."""
    each = [f for f in found if _is_error(f) or f.base in _OUTPUTS]
    shared = {u for u in summed if all(u in f.units for f in each)}
    return [replace(f, units=tuple(u for u in f.units if u not in shared)) for f in found]


def _indices_fit(asked: Asked, found: list[Leaf], weights: list[Leaf], right: Term) -> bool:
    errors = {f.units for f in found if _is_error(f)}
    if len(errors) != 1:
        return False
    error, own = errors.pop(), asked.of.units
    summed = {node.name for node in right.nodes() if node.head == "sum"}
    match asked.kind:
        case "error":
            ends = [set(f.units) for f in weights]  # one of the two may have been lost on the way
            through = all(set(error) & e and e <= {*own, *error} for e in ends)
            return len(own) == 1 and own != error and bool(summed & set(error)) and through
        case "weight" if len(own) == 2:
            others = {f.units for f in found if f.base in _OUTPUTS}
            ends = {(own[0],), (own[1],)}
            return error in ends and error not in others and others <= {*ends, own}
        case "weight" | "bias":
            return not error or set(error) <= {*own, "i"}
        case _:
            return False


def _layer(part: Term, asked: Asked) -> Layer | None:
    """Which layers a part lies between; None for what is made of others."""
    found = leaf(part)
    if found is None:
        inner = part.head == "call" and part.name != "transpose" and len(part.args) == 1
        return Layer("own", "examples") if inner else None
    after = "after" if asked.kind == "error" else "own"
    if _is_error(found):
        return Layer(after, "examples", found.turned)
    if found.base in _WEIGHTS:
        return Layer(after, "own" if asked.kind == "error" else "before", found.turned, weights=True)
    if found.base in _OUTPUTS:
        return Layer("own" if asked.kind == "error" else "before", "examples", found.turned)
    return Layer("", "")


def _indices(term: Term) -> list[Term]:
    """What stands in indices, where nobody mends anything."""
    return [index for node in term.nodes() if node.head == "at" for index in node.args]


def _tried(right: Term) -> Iterator[tuple[Rewrite, Term]]:
    slope = mistake("sign flipped")
    for path, node in right.walk():
        if node.head == "call" and node.name in FUNCTIONS | SIGMOIDS | {"tanh"} and not node.name.endswith("'"):
            named = Rewrite(
                _SLOPE, slope.kind, r"f'(z) \to f(z)", "The function stands where its derivative belongs.", slope.rule
            )
            yield named, right.put(path, Term("call", node.args, f"{node.name}'"))
    if right.head != "neg":
        yield negated(right)
    yield from sorted(
        formula_mends(right, leaving_out=LEFT_OUT), key=lambda made: any(f.turned for f in _errors(made[1]))
    )


def _mended(asked: Asked, left: Term, right: Term, source: str) -> Opinion | None:
    for (entry, new), output in product(_tried(right), _worlds()):
        if _indices(new) != _indices(right) or not _agrees(asked, output, new):
            continue
        written, correct = _value(asked, output, right), _value(asked, output, new)
        if written is None:
            return None
        verdict = identity(*map(instance, (written, correct)))
        if not verdict.refuted:
            if _OTHER_PRODUCTS.search(source):
                return None
            verdict = misfit("the sizes of the layers do not fit")
        witness = verdict.witness
        between = source[(left.span or (0, 0))[1] : (right.span or (0, 0))[0]].strip(" &") or "="
        shown: dict[str, str | int] = {k: str(v) for k, v in witness.assignments.items()} if witness else {}
        shown |= {"claimed": short(witness.left), "correct": short(witness.right)} if witness else {}
        return Opinion(
            Judgement.ERRATUM, system="backpropagation", rewrite=entry.name, witness=shown,
            explanation=f"{entry.sentence} It would be right for {_TITLES[asked.kind]}.", proof=verdict.status.value,
            fix=f"{mended_latex(left, left, source)} {between} {mended_latex(right, new, source)}",
        )  # fmt: skip
    return None
