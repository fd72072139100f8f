"""How long the steps of methods with two moments are: their bound, its two cases, and the folded form."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import follows, holds, identity
from symopt.derive.averages import Average, averages
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, t

_SOURCE = "Kingma & Ba 2015, arXiv:1412.6980, section 2.1"


def moments(optimizer: Optimizer) -> tuple[Average, Average]:
    """The averages of the gradient and of its square. Raises NotDerivable where there are not both."""
    found = averages(optimizer)
    first = [x for x in found if isinstance(x.input, At)]
    second = [x for x in found if x.input.is_Pow and x.input.exp == 2 and any(x.input.base == y.input for y in first)]
    if not first or not second:
        raise NotDerivable(f"{optimizer.name} has no averages of the gradient and of its square")
    return first[0], second[0]


def moment_bound(optimizer: Optimizer) -> Derivation:
    r"""The first moment's square is at most a constant times the second moment, whatever the gradients.

    .. math:: m_t^2 \le C v_t, \quad C = \frac{(1-\beta_1)^2 \beta_2}{(1-\beta_2)(\beta_2-\beta_1^2)}
        \quad\text{for } \beta_1^2 < \beta_2.
    """
    m, v = moments(optimizer)
    b1, b2, a1, a2, g = m.slope, v.slope, m.gain, v.gain, m.input
    bound = a1**2 * b2 / (a2 * (b2 - b1**2))
    before, after = (bound * v.state[k] - m.state[k] ** 2 for k in (t - 1, t))
    square = (b2 - b1**2) * (m.state[t - 1] - b1 * a1 / (b2 - b1**2) * g) ** 2
    step = _eq(after, b2 * before + square)
    kept = sp.Symbol("w", nonnegative=True)
    real = sp.Symbol("y", real=True)
    signed = sp.Ge(b2 * kept + (b2 - b1**2) * real**2, 0, evaluate=False)
    result = sp.Le(m.state[t] ** 2, bound * v.state[t], evaluate=False)
    given = sp.Gt(b2, b1**2, evaluate=False)
    return Derivation(
        f"{m.state} is bounded by the root of {v.state}",
        (
            Step(
                _eq(before, kept),
                "write the difference after a step through the one before it",
                step,
                follows(optimizer, step),
            ),
            Step(step, "it starts at 0 and stays at least 0: induction on t", result, holds(signed, assuming=[given])),
        ),
        guarantee=Guarantee.UPPER_BOUND,
        name="bound",
        optimizer=optimizer,
        source=_SOURCE,
        assumptions=(f"{sp.sstr(b1)}**2 < {sp.sstr(b2)}",),
    )


def two_cases(optimizer: Optimizer) -> tuple[Derivation, ...]:
    """The quotient of the moments in the cases of Kingma and Ba: a gradient after zeros, and constant gradients."""
    m, v = moments(optimizer)
    g = sp.Symbol("g", real=True, nonzero=True)
    ratio = sp.Symbol("ratio")
    alone = m.gain * g / sp.sqrt(v.gain * g**2)
    sparse = m.gain / sp.sqrt(v.gain) * sp.sign(g)
    (total_m, proof), (total_v, proof_v) = m.total(), v.total()
    constant = total_m * g / sp.sqrt(total_v * g**2)
    corrected = (total_m * g / total_m) / sp.sqrt(total_v * g**2 / total_v)
    return (
        Derivation(
            "A gradient after none but zeros",
            (
                Step(
                    _eq(ratio, alone), "divide by the size of the gradient", _eq(ratio, sparse), identity(alone, sparse)
                ),
            ),
            guarantee=Guarantee.TIGHT_BOUND,
            name="sparse",
            optimizer=optimizer,
            source=_SOURCE,
            assumptions=("all gradients before this one were 0",),
        ),
        Derivation(
            "Constant gradients",
            (
                Step(_eq(m.state[t], total_m * g), "the weights add up", _eq(ratio, constant), proof),
                Step(_eq(v.state[t], total_v * g**2), "correct both for their bias", _eq(ratio, corrected), proof_v),
                Step(
                    _eq(ratio, corrected),
                    "only the sign is left",
                    _eq(ratio, sp.sign(g)),
                    identity(corrected, sp.sign(g)),
                ),
            ),
            name="constant",
            optimizer=optimizer,
            source=_SOURCE,
            assumptions=("every gradient is g",),
        ),
    )


def folded(optimizer: Optimizer) -> Derivation:
    """The step with both corrections folded into the learning rate, where epsilon becomes epsilon-hat."""
    m, v = moments(optimizer)
    theta = optimizer.params
    named = {h.name: h.symbol for h in optimizer.hyper}
    if not {"eta", "epsilon"} <= set(named):
        raise NotDerivable(f"{optimizer.name} has no learning rate eta and epsilon to fold")
    eta, eps = named["eta"], named["epsilon"]
    (total_m, _), (total_v, _) = m.total(), v.total()
    rate = eta * sp.sqrt(total_v) / total_m
    claim = _eq(theta[t], theta[t - 1] - rate * m.state[t] / (sp.sqrt(v.state[t]) + eps * sp.sqrt(total_v)))
    verdict = follows(optimizer, claim)
    if not verdict.proved:
        raise NotDerivable(f"{optimizer.name}: the step is not that of corrected moments with epsilon outside the root")
    return Derivation(
        "The corrections folded into the learning rate",
        (
            Step(
                _eq(theta[t], optimizer.equations[theta.name]),
                "multiply above and below by the root of the correction",
                claim,
                verdict,
            ),
        ),
        name="folded",
        optimizer=optimizer,
        source="Kingma & Ba 2015, arXiv:1412.6980, section 2",
        remarks=("Keeping epsilon in place of epsilon times the root is another method: epsilon-hat.",),
    )


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)
