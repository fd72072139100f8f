"""Sums of learning rates: whether they grow without bound, and whether the sums of their squares do not.

Robbins and Monro ask for both: the first lets the steps cover any distance, the second lets the noise die out.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, holds, identity
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.language.schedule import Schedule
from symopt.language.symbols import HyperSymbol, t

_I, _N = (sp.Symbol(name, integer=True, positive=True) for name in ("i", "n"))
_SOURCE = "Robbins & Monro 1951"
_UNIT = sp.Interval.open(0, 1)


def robbins_monro(schedule: Schedule) -> Derivation:
    r"""Whether a decay's rates sum to infinity and their squares do not, which is what Robbins and Monro ask.

    Rates that fall by a factor below 1, at each step or from block to block, have a finite sum. The sum of
    rates w is infinite where :math:`n\,w_{2n}` is bounded away from 0, since each stretch from n + 1 to 2 n
    then adds at least as much; it is finite where they are at most the terms of a telescoping sum.

    Args:
        schedule: a rate that is a power of a number below 1, drops by a factor every T steps, or is a power of t.

    Raises:
        NotDerivable: a schedule of another shape.
    """
    for derive in (_by_a_factor, _in_blocks, _by_a_power):
        found = derive(schedule)
        if found is not None:
            return found
    raise NotDerivable(
        f"{schedule.name}: the sums of its rates are not known; those of rates that fall by a factor, such as "
        "exponential-decay and step-decay, or like a power of t, such as inverse-time-decay, are"
    )


def fits(schedule: Schedule) -> bool:
    """Whether the sums of the schedule's rates are known."""
    try:
        robbins_monro(schedule)
    except NotDerivable:
        return False
    return True


def _eq(left: Any, right: Any) -> Any:
    return sp.Eq(left, right, evaluate=False)


def _le(left: Any, right: Any) -> Any:
    return sp.Le(left, right, evaluate=False)


def _ge(left: Any, right: Any) -> Any:
    return sp.Ge(left, right, evaluate=False)


def _rate(value: Any) -> Any:
    return _eq(sp.Function("eta")(_I), value)


# Rates that fall by a factor


def _by_a_factor(schedule: Schedule) -> Derivation | None:
    """Rates c q**t with q constant."""
    value: Any = schedule.value
    ratio: Any = sp.simplify(value.subs(t, t + 1) / value)
    if ratio.has(t) or ratio.is_number:
        return None
    first = sp.simplify(schedule.value.subs(t, 0))
    inside = HyperSymbol(ratio.name if ratio.is_Symbol else "q", _UNIT)
    rate: Any = _eq(sp.Function("eta")(t), schedule.value)
    written = _rate(first * inside**_I)
    power = identity(schedule.value, first * ratio**t)
    name = "" if ratio.is_Symbol else f"{inside} = {ratio}, and "
    words = (f"{name}{inside} < 1", "the sum is counted from i = 0, which only adds to it")
    before = Step(rate, f"write it as a power of {inside}", written, power)
    return _geometric(schedule, (before,), first * inside**_I, inside, first, words)


def _in_blocks(schedule: Schedule) -> Derivation | None:
    """Rates c q**floor(t/T): T steps at each."""
    rounds = [f for f in schedule.value.atoms(sp.floor) if f.args[0].has(t)]
    if len(rounds) != 1:
        return None
    slope = sp.diff(rounds[0].args[0], t)
    level: Any = schedule.value.xreplace({rounds[0]: _I})
    ratio: Any = sp.simplify(level.subs(_I, _I + 1) / level)
    if slope.has(t) or not ratio.is_Symbol or schedule.value.xreplace({rounds[0]: sp.S.One}).has(t):
        return None
    inside = HyperSymbol(ratio.name, _UNIT)
    weight = sp.simplify(level / ratio**_I) / slope
    rate: Any = _eq(sp.Function("eta")(t), schedule.value)
    block = _rate(weight * inside**_I)
    before = Step(
        rate, "add up the equal rates of the i-th block", block,
        identity(level / slope, weight * ratio**_I),
    )  # fmt: skip
    words = (f"eta(i) is the sum over the i-th block of {1 / slope} steps with equal rates", f"{inside} < 1")
    return _geometric(schedule, (before,), block.rhs, inside, weight, words)


def _geometric(
    schedule: Schedule, before: tuple[Step, ...], term: Any, ratio: Any, weight: Any, words: tuple[str, ...]
) -> Derivation:
    partial = _eq(sp.Sum(term, (_I, 0, t - 1)), weight * (1 - ratio**t) / (1 - ratio))
    bound = _le(partial.lhs, weight / (1 - ratio))
    steps = (
        *before,
        Step(
            before[-1].after, "add the first t terms of a geometric series", partial,
            identity(partial.lhs, partial.rhs),
        ),
        Step(partial, "drop what is taken away", bound, holds(_le(partial.rhs, weight / (1 - ratio)))),
    )  # fmt: skip
    remark = "A finite sum: Robbins and Monro's first condition fails, and the steps may end short of the minimum."
    return Derivation(
        f"{schedule.title} has a finite sum", steps, Guarantee.UPPER_BOUND, name="robbins-monro", assumptions=words,
        remarks=(remark,), source=_SOURCE,
    )  # fmt: skip


# Rates that fall like a power of t


def _by_a_power(schedule: Schedule) -> Derivation | None:
    """Rates whose sum is infinite; and whether that of their squares is."""
    free: Any = schedule.value.free_symbols - {t}
    positive: dict[Any, Any] = {s: HyperSymbol(s.name, sp.Interval.open(0, sp.oo)) for s in free}
    value: Any = schedule.value.xreplace(positive)
    if value.has(sp.floor, sp.exp, sp.Piecewise, sp.Min, sp.Max, sp.cos):
        return None
    grows = _without_bound(value)
    if grows is None:
        return None
    squares = _without_bound(value**2) or _telescoping(value**2)
    if squares is None:
        return None
    first, square = grows
    finite = isinstance(squares[0], sp.LessThan)
    doubling = "each of the n terms from n + 1 to 2 n is at least the last"
    steps = (
        Step(_rate(value.subs(t, _I)), doubling, first, square),
        Step(
            first,
            "infinitely many such stretches: the sum of the rates is infinite; "
            + ("their squares are at most the terms of a telescoping sum" if finite else f"of the squares, {doubling}"),
            *squares,
        ),
    )
    remark = (
        "The sum of the rates is infinite and that of their squares is not: both conditions hold."
        if finite
        else "Both sums are infinite: Robbins and Monro's second condition fails, and constant noise keeps its effect."
    )
    verb = "meets" if finite else "does not meet"
    return Derivation(
        f"{schedule.title} {verb} Robbins and Monro's conditions", steps, Guarantee.UPPER_BOUND, name="robbins-monro",
        assumptions=tuple(f"{s} > 0" for s in sorted(map(str, positive))), remarks=(remark,), source=_SOURCE,
    )  # fmt: skip


def _without_bound(rate: Any) -> tuple[Any, Verdict] | None:
    """That the rates from n + 1 to 2 n add up to a positive number at least, whatever n."""
    term, last = rate.subs(t, _I), rate.subs(t, 2 * _N)
    least = sp.simplify((_N * last).subs(_N, 1))
    halves = [*_at_least(_N * last, least), *_at_least(term, last, _le(_I, 2 * _N))]
    claim = _ge(sp.Sum(term, (_I, _N + 1, 2 * _N)), least)
    return (claim, conjunction(halves)) if all(v.proved for v in halves) else None


def _at_least(left: Any, right: Any, *assuming: Any) -> tuple[Verdict, ...]:
    """left >= right for two positive numbers, by their squares, which have no roots."""
    signs = (holds(sp.Gt(side, 0, evaluate=False)) for side in (left, right))
    return (*signs, holds(_ge(left**2, right**2), assuming=assuming))


def _telescoping(rate: Any) -> tuple[Any, Verdict] | None:
    """That the rates are at most differences of c/(1 + k (i - 1)), which add up to less than c."""
    for slope in sorted(rate.free_symbols - {t}, key=str):
        total = sp.simplify(rate.subs(t, 0) / slope)
        part = total * (1 / (1 + slope * (t - 1)) - 1 / (1 + slope * t))
        partial = total * (1 - 1 / (1 + slope * t))
        shown = [
            holds(_le(rate.subs(t, _I), part.subs(t, _I))),
            identity(partial - partial.subs(t, t - 1), part),
            identity(partial.subs(t, 0), sp.S.Zero),
            holds(_le(partial, total)),
        ]
        if all(v.proved for v in shown):
            return _le(sp.Sum(rate.subs(t, _I), (_I, 1, t)), total), conjunction(shown)
    return None
