"""Gradients of losses, derived from the definition: by the score, by a weight, over all examples.

A score is z = w^T x + b. By the chain rule a weight's derivative is the score's times the weight's own input, and the
derivative of a mean over examples is the mean of the derivatives; both are proved for any number of weights, classes
and examples.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import Verdict
from symopt.decide.derivative import derivative, differentiates
from symopt.derive.derivation import Derivation, Step
from symopt.language import At, Sequence
from symopt.language.loss import Loss, Regulariser
from symopt.losses import one_score
from symopt.losses.activations import Activation

w, x, o, y = (Sequence(name) for name in ("w", "x", "o", "y"))
b, weight, one_input = sp.symbols("b w_j x", real=True)
i, j, m, n, d = (sp.Symbol(name, integer=True, positive=True) for name in ("i", "j", "m", "n", "d"))
predicted = sp.Symbol("p", real=True)
p = Sequence("p")


def loss_derivations(loss: Loss | Regulariser) -> tuple[Derivation, ...]:
    """What is derived of a loss: its gradient by the score, by a weight, and over all examples."""
    if isinstance(loss, Regulariser):
        return (penalty_gradient(loss),)
    return (score_gradient(loss), weight_gradient(loss), *(() if loss.classes else (mean_gradient(loss),)))


def by_score(loss: Loss) -> Any:
    """The derivative of the loss by its score."""
    made = derivative(loss.expression, loss.score).xreplace(dict(loss.given))
    return made if loss.classes else sp.cancel(made) if not made.has(sp.sign) else made


def activation_slope(activation: Activation) -> Any:
    """The derivative of an activation by its score, wherever there is one."""
    return derivative(activation.value, one_score.z)


def in_prediction(loss: Loss, e: Any) -> Any:
    """An expression with the prediction written p, where the score can be told from it."""
    if loss.prediction == loss.score:
        return e
    if loss.classes:
        return e.xreplace({loss.prediction: p[loss.score.index]})
    z = loss.score
    if loss.prediction == 1 / (1 + sp.exp(-z)):
        return _ordered(sp.factor(sp.cancel(e.subs(sp.exp(z), predicted / (1 - predicted)))))
    if loss.prediction == sp.tanh(z):
        return _ordered(sp.factor(e.subs(sp.tanh(z), predicted)))
    return e


def _ordered(e: Any) -> Any:
    """The product with each factor as people write it: (p - y) and (1 - p)."""
    made, sign = list[Any](), 1
    for factor in sp.Mul.make_args(e):
        share: Any = factor.coeff(predicted)
        turned = factor.is_Add and bool(share.is_negative)
        made.append(-factor if turned else factor)
        sign = -sign if turned else sign
    turn = next((n for n, f in enumerate(made) if sign < 0 and f == predicted - 1), None)
    if turn is not None:
        made[turn], sign = 1 - predicted, 1
    return sp.Mul(*made) * sign


def score_gradient(loss: Loss) -> Derivation:
    """The derivative by the score, differentiated and then in terms of the prediction."""
    start = sp.Eq(sp.Symbol(r"\ell"), loss.expression, evaluate=False)
    left = _derivative(loss.score)
    made, raw = by_score(loss), derivative(loss.expression, loss.score)
    steps = [Step(start, "differentiate by the score", _eq(left, raw), _proof(loss, raw))]
    if made != raw:
        rule = "the targets add up to 1" if loss.given else "simplify"
        steps.append(Step(steps[-1].after, rule, _eq(left, made), _proof(loss, made)))
    short = in_prediction(loss, made)
    if short != made:
        name = p[loss.score.index] if loss.classes else predicted
        steps.append(
            Step(
                steps[-1].after, f"write {name} for the prediction", _eq(left, short), _proof(loss, _full(loss, short))
            )
        )
    return Derivation(
        f"The gradient of {loss.title} by the score", tuple(steps), name="score", source=loss.source,
        assumptions=() if not made.has(sp.sign) else ("the loss has a derivative at the point: it is at no kink",),
    )  # fmt: skip


def weight_gradient(loss: Loss) -> Derivation:
    """The derivative by one weight and, of one score, by the bias."""
    if loss.classes:
        return _class_weight(loss)
    made, score = _short(loss), sp.Sum(w[m] * x[m], (m, 1, d)) + b
    whole = loss.expression.subs(loss.score, score)
    by_weight, by_bias = made.subs(loss.score, score) * x[j], made.subs(loss.score, score)
    start = sp.Eq(sp.Symbol(r"\ell"), whole, evaluate=False)
    steps = (
        Step(start, f"differentiate by {w[j]}, any one of d weights", _eq(_derivative(w[j]), by_weight),
             differentiates(whole, w[j], by_weight)),
        Step(start, "differentiate by the bias", _eq(_derivative(b), by_bias), differentiates(whole, b, by_bias)),
    )  # fmt: skip
    return Derivation(f"The gradient of {loss.title} by a weight", steps, name="weight", source=loss.source)


def _class_weight(loss: Loss) -> Derivation:
    """A score is z_j = w_j x + o_j: x is one input, w_j its weight to class j, o_j what the other inputs bring."""
    z, index = loss.score.base, loss.score.index

    def inputs(e: Any) -> Any:
        return e.xreplace({a: w[a.index] * one_input + o[a.index] for a in e.atoms(At) if a.base == z})

    whole, end = inputs(loss.expression), inputs(by_score(loss)) * one_input
    start = sp.Eq(sp.Symbol(r"\ell"), whole, evaluate=False)
    step = Step(
        start, f"differentiate by {w[index]}, the weight from the input x to class {index}",
        _eq(_derivative(w[index]), end), differentiates(whole, w[index], end, given=dict(loss.given)),
    )  # fmt: skip
    return Derivation(
        f"The gradient of {loss.title} by a weight", (step,), name="weight", source=loss.source,
        assumptions=("the score of class j is w_j x + o_j, of which o_j is what the other inputs bring",),
    )  # fmt: skip


def mean_gradient(loss: Loss) -> Derivation:
    """The derivative of the mean over n examples, with an L2 penalty of strength lambda."""
    made, score = _short(loss), weight * x[i] + o[i]
    strength = sp.Symbol("lambda", positive=True)

    def example(e: Any) -> Any:
        return e.subs({loss.score: score, loss.target: y[i]}, simultaneous=True)

    whole = sp.Sum(example(loss.expression), (i, 1, n)) / n + strength * weight**2 / 2
    end = sp.Sum(example(made) * x[i], (i, 1, n)) / n + strength * weight
    step = Step(
        sp.Eq(sp.Symbol("L"), whole, evaluate=False), "differentiate by one weight", _eq(_derivative(weight, "L"), end),
        differentiates(whole, weight, end),
    )  # fmt: skip
    return Derivation(
        f"The gradient of the mean of {loss.title} with weight decay", (step,), name="mean", source=loss.source,
        assumptions=("example i has the score w_j x_i + o_i, of which o_i is what the other inputs bring",),
    )  # fmt: skip


def penalty_gradient(penalty: Regulariser) -> Derivation:
    """The derivative of a penalty by one weight; of a bound, that the projection keeps it is shown instead."""
    start = sp.Eq(sp.Symbol("R"), penalty.expression, evaluate=False)
    made = derivative(penalty.expression, penalty.weight)
    step = Step(
        start, f"differentiate by {penalty.weight}", _eq(_derivative(penalty.weight, "R"), made),
        differentiates(penalty.expression, penalty.weight, made),
    )  # fmt: skip
    return Derivation(f"The gradient of {penalty.title}", (step,), name="penalty", source=penalty.source)


def _derivative(by: Any, of: str = r"\ell") -> Any:
    return sp.Symbol(rf"\partial {of} / \partial {sp.latex(by)}")


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def _short(loss: Loss) -> Any:
    """The derivative by the score as the factors that it has in the prediction."""
    return _full(loss, in_prediction(loss, by_score(loss)))


def _full(loss: Loss, e: Any) -> Any:
    """An expression in the prediction p, in the score again."""
    return e.xreplace({p[loss.score.index] if loss.classes else predicted: loss.prediction})


def _proof(loss: Loss, claimed: Any) -> Verdict:
    return differentiates(loss.expression, loss.score, claimed, given=dict(loss.given))
