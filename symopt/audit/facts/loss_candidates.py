"""Every derivative, slope and value that a formula about a loss may be meant to be, from the catalogue of losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

import sympy as sp

from symopt.audit.facts import activations, class_scores, scores
from symopt.audit.facts.class_scores import Asked, hot, other, softmax
from symopt.audit.facts.loss_lefts import Asks
from symopt.audit.facts.scores import LINEAR, OUTPUTS_KNOWN, SIGMOID, TANH, Output
from symopt.audit.facts.spelling import Spelling, spelling
from symopt.decide.budget import Undecidable
from symopt.decide.derivative import derivative
from symopt.derive.loss_gradients import activation_slope, by_score
from symopt.language.loss import Loss
from symopt.language.terms import Term
from symopt.losses import losses, regularisers
from symopt.losses.activations import Activation
from symopt.losses.classes import Delta, c, k, smoothing
from symopt.losses.classes import z as class_z
from symopt.rewrites.formula_mistakes import INDICATOR

IDENTITY = Activation("identity", "the score itself", frozenset(), scores.z)
KNOWN = scores.SIGMOIDS - {"S"} | scores.RATES | {"y"}
"""Letters that are constants, or one function, wherever a derivative is taken of what stands there."""
FREE = frozenset(
    {"exp", "log", "max", "min", "abs", "sign", "tanh", "transpose", r"\ldots", "otherwise", "i", "j", "k"}
)


@dataclass(frozen=True)
class Candidate:
    """One thing that a formula may mean.

    Args:
        system: the loss's name.
        title: what it is, for people.
        expected: the right side, up to a positive factor.
        meaning: what a term means there.
    """

    system: str
    title: str
    expected: Any
    meaning: Callable[[Term], Any]


def candidates(asked: Asks) -> Iterator[Candidate]:
    """What a left side may be followed by."""
    match asked.what:
        case "slope":
            yield from _slopes(asked)
        case "value":
            yield from _values(asked)
        case "penalty":
            yield from _penalties()
        case "prediction":
            yield from _predictions(asked)
        case "derivative":
            yield from _written_out(asked)
        case "curvature":
            yield from _curvatures(asked)
        case "probability":
            index = asked.of.indices[0]
            ours = Asked(index)
            at = c if ours.is_label(index) else k
            yield Candidate("softmax", "the softmax", softmax(at), partial(class_scores.meaning, asked=ours))
        case _:
            for kind in asked.kinds:
                yield from _gradients(asked, kind)


def _written_out(asked: Asks) -> Iterator[Candidate]:
    """The derivative of what stands there, by the definition: by a number, or by one of several scores."""
    inside, index = asked.inside, asked.by.indices[:1]
    if inside is None or not _letters(inside) <= {asked.by.base} | KNOWN:
        return
    meant = _checked(asked.by, frozenset({*index}))
    try:
        expected = derivative(meant(inside), class_z[k] if index else scores.z)
    except (scores.NotAbout, Undecidable, TypeError, ValueError, ZeroDivisionError):
        return
    if expected.free_symbols:
        yield Candidate("derivative", "the derivative of what stands there", expected, meant)


def _letters(term: Term) -> set[str]:
    """The letters in a term, those of functions among them."""
    return {
        f.base for n in term.nodes() if n.name != INDICATOR and (f := spelling(n)) is not None and f.base not in FREE
    }


@lru_cache(maxsize=256)
def _checked(by: Spelling, index: frozenset[str]) -> Callable[[Term], Any]:
    """A reader of terms in which every letter but that of the variable is a constant, or the sigmoid or softmax."""
    read = _of_asked(*index, by.base) if index else _of_unit(IDENTITY)
    known = {by.base} | KNOWN | (class_scores.PROBABILITIES if index else set())

    def meaning(term: Term) -> Any:
        if not _letters(term) <= known:
            raise scores.NotAbout("a letter that may depend on the variable")
        return read(term)

    return meaning


def _curvatures(asked: Asks) -> Iterator[Candidate]:
    """Second derivatives of losses of one score: by two weights, two inputs stand side by side."""
    factor = scores.x**2 if asked.kinds == ("weight",) else sp.Integer(1)
    for loss in losses().values():
        if not loss.classes:
            second = derivative(_slope(loss), loss.score)
            if second.free_symbols or (second != 0 and factor != 1):
                yield Candidate(
                    loss.name, f"the Hessian of {loss.title}", second * factor, _of_one(output_of(loss), asked)
                )


def _penalties() -> Iterator[Candidate]:
    """The gradients of penalties by themselves."""
    read = _of_one(LINEAR, Asks("gradient"))
    known = regularisers()
    for name, expected in (("l2-regularisation", scores.w), ("l1-regularisation", scores.sign_of_w)):
        yield Candidate(name, known[name].title, expected, read)


def _slopes(asked: Asks) -> Iterator[Candidate]:
    base = asked.of.base.rstrip("'")
    if asked.of.indices and asked.by.indices:
        ours = Asked(asked.of.indices[0], asked.by.base, second=asked.by.indices[0])
        same = asked.of.indices[0] == asked.by.indices[0]
        meant = partial(class_scores.meaning, asked=ours)
        first, second = softmax(k), softmax(k if same else other)
        # delta_kl p_l is delta_kl p_k, so either may stand before the bracket.
        forms = [first * (1 - first)] if same else [
            first * (hot - second), second * (hot - first), -first * second,
            hot * first * (1 - first) - (1 - hot) * first * second,
        ]  # fmt: skip
        for expected in forms:
            yield Candidate("softmax", "the softmax's derivative", expected, meant)
        return
    worded = scores.words_for(base)
    if not worded:
        yield Candidate("sigmoid", "the sigmoid's derivative", SIGMOID.slope(scores.z), _at_score(SIGMOID))
    if base.endswith("tanh") or (not worded and base not in scores.SIGMOIDS):
        yield Candidate("tanh", "the derivative of tanh", TANH.slope(scores.z), _at_score(TANH))
    for own in activations.meant(base):
        if own.name in activations.BY_WORD:
            yield Candidate(own.name, f"the derivative of {own.title}", activation_slope(own), _of_unit(own))


def _predictions(asked: Asks) -> Iterator[Candidate]:
    """The values that a function of one number may have."""
    at = -scores.z if asked.turned else scores.z
    for own in activations.meant(asked.of.base):
        yield Candidate(own.name, own.title, own.value.subs(scores.z, at), _of_unit(own))


def _of_unit(activation: Activation) -> Callable[[Term], Any]:
    return partial(activations.meaning, activation=activation)


def _at_score(output: Output) -> Callable[[Term], Any]:
    """For functions of one variable, whatever it is called."""
    return partial(_in_score, output=output)


@lru_cache(maxsize=256)
def _of_asked(index: str, letter: str) -> Callable[[Term], Any]:
    return partial(class_scores.meaning, asked=Asked(index, letter))


def _in_score(term: Term, output: Output) -> Any:
    return scores.meaning(term, output).xreplace({scores.x: scores.z})


def _of_one(output: Output, asked: Asks) -> Callable[[Term], Any]:
    return _of_output(output, asked.by if asked.by.base else None)


@lru_cache(maxsize=256)
def _of_output(output: Output, by: Spelling | None) -> Callable[[Term], Any]:
    """One and the same function for all losses of an output, so that a formula is read once for all of them."""
    return partial(scores.meaning, output=output, by=by)


def output_of(loss: Loss) -> Output:
    """What the loss's prediction is in its score."""
    return next((o for o in OUTPUTS_KNOWN if loss.prediction == o.value(loss.score)), LINEAR)


@cache
def _slope(loss: Loss) -> Any:
    """The derivative by the score, for predictions and scores as formulas have them."""
    return by_score(loss)


def _values(asked: Asks) -> Iterator[Candidate]:
    for loss in losses().values():
        if not loss.classes:
            yield Candidate(loss.name, loss.title, loss.expression, _of_one(output_of(loss), Asks("value")))
            continue
        ours = _of_asked("", "")
        for expression in _spelt(loss.expression):
            yield Candidate(loss.name, loss.title, expression, ours)
        if loss.given:
            yield Candidate(loss.name, loss.title, _split(loss.expression).xreplace(dict(loss.given)), ours)


def _spelt(e: Any) -> Iterator[Any]:
    """An expression with its margin and its smoothing as formulas write them."""
    margins = (Delta, sp.Integer(1)) if e.has(Delta) else (Delta,)
    letters = [sp.Symbol(name, positive=True) for name in (r"\epsilon", r"\alpha")] if e.has(smoothing) else [smoothing]
    for margin in margins:
        for letter in letters:
            yield e.xreplace({Delta: margin, smoothing: letter})


def _split(e: Any) -> Any:
    """The expression with each sum of several parts as several sums, what is free of the index in front."""

    def parts(total: Any) -> Any:
        index = total.limits[0][0]
        made = [part.as_independent(index, as_Add=False) for part in sp.Add.make_args(sp.expand(total.function))]
        return sp.Add(*(free * sp.Sum(bound, total.limits[0]) for free, bound in made))

    return e.replace(lambda x: isinstance(x, sp.Sum), parts)


def _gradients(asked: Asks, kind: str) -> Iterator[Candidate]:
    # A score with an index is one of several classes' before it is one of several examples'.
    for loss in sorted(losses().values(), key=lambda made: made.classes != bool(asked.by.indices)):
        if loss.classes:
            yield from _of_classes(loss, asked, kind)
            continue
        output = output_of(loss)
        slope = _slope(loss)
        if kind == "prediction":
            if loss.prediction != output.value(loss.score):
                continue
            slope = sp.cancel(slope / derivative(output.value(loss.score), loss.score))
        factor = scores.x if kind == "weight" else sp.Integer(1)
        yield Candidate(loss.name, loss.title, slope * factor, _of_one(output, asked))


def _of_classes(loss: Loss, asked: Asks, kind: str) -> Iterator[Candidate]:
    if kind not in ("weight", "bias", "score") or asked.what == "update":
        return
    index = asked.by.indices[0] if asked.by.indices else ""
    ours = Asked(index, asked.by.base if kind == "score" else "")
    factor = scores.x if kind == "weight" else sp.Integer(1)
    made = _slope(loss)
    right = index != "" and ours.is_label(index)
    if loss.target == c:
        made = _with_delta(made.subs(k, c) if right else made, right)
    elif right:
        return
    else:
        made = made.subs(loss.target, hot) if loss.name.startswith("softmax") else made
    meant = _of_asked(index, ours.letter)
    if loss.name == "multiclass-hinge" and not right:
        made = made.subs(hot, 0)
    for expected in _spelt(made * factor):
        yield Candidate(loss.name, loss.title, expected, meant)


def _with_delta(e: Any, right: bool) -> Any:
    deltas = {d: sp.Integer(1) if right and set(d.args) == {c} else hot for d in e.atoms(sp.KroneckerDelta)}
    return e.xreplace(deltas)
