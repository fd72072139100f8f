"""What a moving average is on average: its mean, correction and variance under stationary gradients; its memory."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import follows, identity
from symopt.derive.averages import Average, average
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.means import Mean, mean
from symopt.derive.unrolled import equation_of
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import Expect, Sequence, t

STATIONARY = "the gradients are stationary: their moments do not depend on the step"
INDEPENDENT = "the gradients of different steps are independent"
STEP = sp.Symbol("i", integer=True, positive=True)


def expect(optimizer: Optimizer, name: str) -> Derivation:
    r"""The mean of a state under stationary gradients.

    For a moving average

    .. math:: E[x_t] = c \frac{1 - a^t}{1 - a} E[f] \quad\text{where}\quad x_t = a x_{t-1} + c f_t,\ x_0 = 0;

    in general the means obey the states' own linear recurrence, which is solved: averages of averages, sums.

    Args:
        optimizer: a definition.
        name: one of its states, linear in what this step's gradient brings.

    Raises:
        NotDerivable: the state has no such mean, and why.

    Source: Kingma & Ba 2015, section 3.
    """
    return _mean(optimizer, name, mean(optimizer, name))


def _mean(optimizer: Optimizer, name: str, found: Mean) -> Derivation:
    x: Any = equation_of(optimizer, name).lhs.base
    before, after, solving = found.equations, found.recurrences, "solve the recurrence of the means"
    if len(before) == 1:
        (before,), (after,) = before, after
    return Derivation(
        f"The mean of {x}",
        (
            Step(before, "take expectations of both sides; they are linear", after, found.taken),
            Step(after, solving, _eq(Expect(x[t]), found.value), found.solved),
        ),
        assumptions=(STATIONARY, *found.assumptions),
        name=name,
        optimizer=optimizer,
        source="Kingma & Ba 2015, arXiv:1412.6980, section 3",
    )


def bias_correction(optimizer: Optimizer, name: str) -> Derivation:
    """The factor that a state started at zero must be divided by to have the mean of its input.

    Args:
        optimizer: a definition.
        name: one of its states whose mean is a multiple of its input's: a moving average, one of another, a sum.

    Returns:
        The statement that the quotient is unbiased; the factor is its left side's denominator.

    Raises:
        NotDerivable: the state's mean is no multiple of one input's, and why.

    Source: Kingma & Ba 2015, section 3.
    """
    found = mean(optimizer, name)
    biased = _mean(optimizer, name, found)
    if found.share is None:
        raise NotDerivable(f"{optimizer.name}: the mean of {name}, {found.value}, is no multiple of one input's mean")
    total, input = found.share
    x: Any = biased.statement.lhs.args[0]
    result = _eq(Expect(x / total), input)
    quotient: Any = biased.statement.lhs / total
    taken_out = identity(result.lhs, quotient)
    cancelled = identity(biased.value / total, result.rhs)
    steps = [
        Step(
            biased.statement,
            f"divide by {sp.sstr(total)}, which no gradient has a part in",
            result,
            cancelled if taken_out.proved else taken_out,
        )
    ]
    for other in optimizer.sequences:
        claim = _eq(other[t], x / total)
        if other not in optimizer.states and follows(optimizer, claim).proved:
            named = _eq(Expect(other[t]), input)
            steps.append(Step(claim, f"{other} is that quotient", named, follows(optimizer, named)))
    return Derivation(
        f"Bias correction of {x.base}",
        (*biased.steps, *steps),
        assumptions=biased.assumptions,
        name=name,
        remarks=(f"Without the correction the mean is {sp.sstr(total)} times as large as the input's.",),
        optimizer=optimizer,
        source="Kingma & Ba 2015, arXiv:1412.6980, section 3",
    )


def variance(optimizer: Optimizer, name: str) -> Derivation:
    r"""The variance of a moving average of independent stationary inputs.

    .. math:: \mathrm{Var}[x_t] = c^2 \frac{1 - a^{2t}}{1 - a^2} \mathrm{Var}[f],

    for the usual c = 1 - a a share of the input's that tends to (1 - a)/(1 + a).

    Args:
        optimizer: a definition.
        name: one of its states that is a moving average.
    """
    x = average(optimizer, name)
    before, now, inputs = x.state[t - 1], x.state[t], x.input
    equation = _eq(now, x.slope * before + x.gain * inputs)
    means: Any = Expect(before), Expect(inputs)
    shared = 2 * x.slope * x.gain * (Expect(before * inputs) - means[0] * means[1])
    expanded = x.slope**2 * _variance(before) + x.gain**2 * _variance(inputs) + shared
    both = _eq(_variance(now), expanded)
    spread = Sequence("Var")
    recurrence = _eq(spread[t], x.slope**2 * spread[t - 1] + x.gain**2 * _variance(inputs))
    squares, summed = x.squares()
    result = _eq(_variance(now), squares * _variance(inputs))
    free = x.slope * before + x.gain * inputs
    uncorrelated = {Expect(before * inputs): means[0] * means[1]}
    return Derivation(
        f"The variance of {x.state}",
        (
            Step(
                equation,
                "expand the mean of the square less the square of the mean",
                both,
                identity(_variance(free), expanded),
            ),
            Step(
                both,
                "earlier inputs are independent of this step's: the covariance is 0",
                recurrence,
                identity(expanded.xreplace(uncorrelated), recurrence.rhs.xreplace({spread[t - 1]: _variance(before)})),
            ),
            Step(recurrence, "solve the recurrence, which starts at 0", result, summed),
        ),
        name=name,
        optimizer=optimizer,
        assumptions=(STATIONARY, INDEPENDENT),
    )


def corrected_variance(optimizer: Optimizer, name: str) -> Derivation:
    """The variance of the bias-corrected moving average, and the limit that it has with time.

    Args:
        optimizer: a definition.
        name: one of its states that is a moving average.
    """
    x = average(optimizer, name)
    within(x)
    plain = variance(optimizer, name)
    total, _ = x.total()
    squares, _ = x.squares()
    share = x.simplified(squares / total**2)
    limit = (1 - x.slope) / (1 + x.slope)
    corrected = _eq(_variance(x.state[t] / total), share * _variance(x.input))
    share_t = Sequence("share")
    ratio = _eq(share_t[t], share)
    rest = 2 * limit * x.slope**t / (1 - x.slope**t)
    apart = _eq(share_t[t], limit + rest)
    at_last = _eq(sp.Limit(share, t, sp.oo), limit)
    return Derivation(
        f"The variance of the corrected {x.state}",
        (
            *plain.steps,
            Step(
                plain.statement, "a constant factor comes out squared", corrected, identity(squares / total**2, share)
            ),
            Step(ratio, "set apart what vanishes", apart, identity(share, limit + rest)),
            Step(
                apart, f"{sp.sstr(x.slope)} is below 1, so its powers tend to 0", at_last, identity(share, limit + rest)
            ),
        ),
        guarantee=Guarantee.LIMIT,
        name=name,
        optimizer=optimizer,
        assumptions=(STATIONARY, INDEPENDENT),
    )


def effective_sample_size(optimizer: Optimizer, name: str) -> Derivation:
    r"""How many equally weighted inputs have the variance of the corrected moving average.

    .. math:: n_t = \frac{(\sum_i w_i)^2}{\sum_i w_i^2} = \frac{(1 + a)(1 - a^t)}{(1 - a)(1 + a^t)}
        \longrightarrow \frac{1 + a}{1 - a}.

    Args:
        optimizer: a definition.
        name: one of its states that is a moving average.
    """
    x = average(optimizer, name)
    within(x)
    (total, first), (squares, second) = x.total(), x.squares()
    weight = x.gain * x.slope ** (t - STEP)
    size = Sequence("n")
    sums: Any = sp.Sum(weight, (STEP, 1, t)), sp.Sum(weight**2, (STEP, 1, t))
    by_definition = _eq(size[t], sums[0] ** 2 / sums[1])
    value = x.simplified(total**2 / squares)
    limit = (1 + x.slope) / (1 - x.slope)
    rest = -2 * limit * x.slope**t / (1 + x.slope**t)
    return Derivation(
        f"The effective sample size of {x.state}",
        (
            Step(by_definition, "the weights add up to", _eq(sums[0], total), first),
            Step(by_definition, "their squares add up to", _eq(sums[1], squares), second),
            Step(by_definition, "divide", _eq(size[t], value), identity(total**2 / squares, value)),
            Step(
                _eq(size[t], value),
                "set apart what vanishes",
                _eq(size[t], limit + rest),
                identity(value, limit + rest),
            ),
            Step(
                _eq(size[t], limit + rest),
                f"{sp.sstr(x.slope)} is below 1, so its powers tend to 0",
                _eq(sp.Limit(value, t, sp.oo), limit),
                identity(value, limit + rest),
            ),
        ),
        guarantee=Guarantee.LIMIT,
        name=name,
        optimizer=optimizer,
    )


def half_life(optimizer: Optimizer, name: str) -> Derivation:
    """The number of steps after which an input's weight has halved: log 2 / -log a.

    Args:
        optimizer: a definition.
        name: one of its states that is a moving average.
    """
    return _time(optimizer, name, "half-life", sp.log(2), sp.Rational(1, 2))


def time_constant(optimizer: Optimizer, name: str) -> Derivation:
    """The number of steps after which an input's weight has fallen by the factor e: 1 / -log a.

    Args:
        optimizer: a definition.
        name: one of its states that is a moving average.
    """
    return _time(optimizer, name, "time constant", sp.S.One, sp.exp(-1))


def _time(optimizer: Optimizer, name: str, what: str, decay: Any, share: Any) -> Derivation:
    x = average(optimizer, name)
    within(x)
    age = sp.Symbol("h", positive=True)
    value = decay / -sp.log(x.slope)
    wanted: Any = sp.Eq(x.slope**age, share, evaluate=False)
    logs = _eq(age * sp.log(x.slope), -decay)
    result = _eq(age, value)
    power: Any = sp.exp(value * sp.log(x.slope))
    exponent = identity(power, sp.exp(-decay))
    return Derivation(
        f"The {what} of {x.state}",
        (
            Step(wanted, "take logarithms", logs, exponent),
            Step(logs, "divide", result, identity(value * sp.log(x.slope), -decay)),
        ),
        name=name,
        optimizer=optimizer,
        assumptions=(f"{sp.sstr(x.slope)} is not 0",),
    )


def within(x: Average) -> None:
    if not (x.slope.is_Symbol and getattr(x.slope, "domain", None) == sp.Interval.Ropen(0, 1)):
        raise NotDerivable(f"{x.optimizer.name}: the weights of {x.state} do not fall by a factor between 0 and 1")


def _variance(e: Any) -> Any:
    mean: Any = Expect(e)
    return Expect(e**2) - mean**2


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)
