r"""Sums that trail off: ``g_t + \beta g_{t-1} + \dots + \beta^{t-1} g_1`` read as the sum that it is.

The first two summands tell how exponents and indices go on, the last one (or, where there is none, the
first step) tells where they end. What is printed is kept: a summand that does not fit the others stays
as it is, and only those that the dots stand for are put in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symopt.language import terms as T
from symopt.language.terms import Term

DOTS = "\\ldots"
FOREVER = "\\infty"
Linear = Mapping[str, Fraction]
"""An exponent or index: the coefficient of each letter, that of "" being the constant."""


@dataclass(frozen=True)
class _Factor:
    """One factor of a summand: what it is, where in time, and its exponent."""

    body: Term
    index: Linear | None
    power: Linear


def trailed(args: Sequence[Term], clocks: frozenset[str], span: tuple[int, int]) -> Term | None:
    """The sum of summands one of which is dots; None where they tell of no series in a step's number."""
    places = [i for i, a in enumerate(args) if a.name == DOTS]
    if len(places) != 1 or places[0] < 2 or len(args) - places[0] > 2:
        return None
    first, last = args[: places[0]], args[places[0] + 1 :]
    for begin in range(len(first) - 1):
        found = _series(first[begin:], last, clocks, span)
        if found is not None:
            return found if not begin else Term("add", (*first[:begin], found), span=span)
    return None


def _series(first: Sequence[Term], last: Sequence[Term], clocks: frozenset[str], span: tuple[int, int]) -> Term | None:
    rows = [_factors(a) for a in first]
    if any(r is None for r in rows[:2]) or rows[0] is None or rows[1] is None:
        return None
    general = _going_on(rows[0], rows[1])
    if general is None:
        return None
    count = _count(general, _factors(last[0]) if last else None, clocks)
    if count is None:
        return None
    names = frozenset(n for a in (*first, *last) for n in a.names()) | clocks
    bound = next(x for x in ("k", "j", "i", "l", "s", "r", "q") if x not in names)
    fitting = [_at_step(general, {"": Fraction(k)}) for k in range(len(first))]
    ends = [_at_step(general, count)] if last else []
    if [_shape(f) for f in fitting] + [_shape(e) for e in ends] == [_shape(_factors(a)) for a in (*first, *last)]:
        whole = Term("sum", (T.number(0), as_term(count), _written(_at_step(general, {bound: Fraction(1)}))), bound)
        return replace(whole, span=span)
    upto = plus(count, {"": Fraction(-1)}) if last else count
    left_out = Term(
        "sum", (T.number(len(first)), as_term(upto), _written(_at_step(general, {bound: Fraction(1)}))), bound
    )
    return Term("add", (*first, left_out, *last), span=span)


def _factors(term: Term | None) -> list[_Factor] | None:
    """The factors of a summand, each with its index and exponent as linear in the letters they hold."""
    if term is None:
        return None
    found: list[_Factor] = []
    for factor in term.args if term.head == "mul" else (term,):
        below, power = factor, Fraction(1)
        exponent: Linear = {"": power}
        if factor.head == "pow":
            below = factor.args[0]
            raised = linear(factor.args[1])
            if raised is None:
                return None
            exponent = raised
        if below.value == 1:
            continue
        index = _index(below)
        found.append(_Factor(below.unspanned(), index, exponent))
    return found


def _index(term: Term) -> Linear | None:
    held = term.args[0] if term.head == "grad" else term
    return linear(held.args[0]) if held.head == "at" and len(held.args) == 1 else None


def linear(term: Term) -> Linear | None:
    """A sum of letters and numbers by its coefficients; None for anything else."""
    match term.head:
        case "number":
            assert term.value is not None
            return {"": term.value}
        case "name":
            return {term.name: Fraction(1)}
        case "neg":
            inner = linear(term.args[0])
            return None if inner is None else {k: -v for k, v in inner.items()}
        case "add":
            total: Linear = {}
            for a in term.args:
                part = linear(a)
                if part is None:
                    return None
                total = plus(total, part)
            return total
        case _:
            return None


def plus(a: Linear, b: Linear, times: Fraction = Fraction(1)) -> Linear:
    """a + times b."""
    total = {k: a.get(k, Fraction(0)) + times * b.get(k, Fraction(0)) for k in {*a, *b}}
    return {k: v for k, v in total.items() if v}


@dataclass(frozen=True)
class _Course:
    """A factor as it goes on: its index and exponent at the first summand, and by how much they grow."""

    body: Term
    index: Linear | None
    grows: Fraction
    power: Linear
    rises: Fraction


def _going_on(first: list[_Factor], second: list[_Factor]) -> list[_Course] | None:
    """How the factors of the first summand become those of the second."""
    ones, twos = ({_key(f): f for f in row} for row in (first, second))
    if len(ones) != len(first) or len(twos) != len(second):
        return None
    course: list[_Course] = []
    for key in dict.fromkeys([*ones, *twos]):
        one, two = ones.get(key), twos.get(key)
        body = (one or two or first[0]).body
        power = [f.power if f else {} for f in (one, two)]
        rises = plus(power[1], power[0], Fraction(-1))
        if set(rises) - {""} or (body.head not in ("name", "number") and rises):
            return None
        grows: Linear = {}
        if one is not None and two is not None and one.index is not None and two.index is not None:
            grows = plus(two.index, one.index, Fraction(-1))
        if set(grows) - {""}:
            return None
        index = (one or two or first[0]).index
        course.append(_Course(body, index, grows.get("", Fraction(0)), power[0], rises.get("", Fraction(0))))
    return course if any(c.grows or c.rises for c in course) else None


def _key(factor: _Factor) -> str:
    held = factor.body.args[0] if factor.body.head == "grad" else factor.body
    return f"{factor.body.head} {held.name}" if factor.index is not None else repr(factor.body)


def _count(general: list[_Course], last: list[_Factor] | None, clocks: frozenset[str]) -> Linear | None:
    """How many steps after the first summand the last one stands."""
    moving = next((c for c in general if c.grows), None)
    if moving is None or moving.index is None:
        return _count_of_powers(general, last)
    end: Linear | None = {"": Fraction(1)}
    if last is not None:
        end = next((f.index for f in last if f.index is not None and _key(f) == _key_of(moving)), None)
    elif moving.grows > 0:
        return None
    if end is None or not (set(moving.index) | set(end)) - {""} <= clocks or abs(moving.grows) != 1:
        return None
    return plus({}, plus(end, moving.index, Fraction(-1)), moving.grows)


def _count_of_powers(general: list[_Course], last: list[_Factor] | None) -> Linear | None:
    """The same for powers of one number, 1 + b + b^2 + ..., which go on for ever unless there is a last one."""
    rising = [c for c in general if c.rises]
    if len(rising) != 1 or len(general) > 1 or abs(rising[0].rises) != 1:
        return None
    if last is None:
        return {FOREVER: Fraction(1)} if rising[0].rises > 0 else None
    end = next((f.power for f in last if _key(f) == _key_of(rising[0])), {} if not last else None)
    return None if end is None else plus({}, plus(end, rising[0].power, Fraction(-1)), rising[0].rises)


def _key_of(course: _Course) -> str:
    return _key(_Factor(course.body, course.index, course.power))


def _at_step(general: list[_Course], k: Linear) -> list[_Factor]:
    return [
        _Factor(
            c.body,
            None if c.index is None else plus(c.index, k, c.grows),
            plus(c.power, k, c.rises),
        )
        for c in general
    ]


def _shape(factors: list[_Factor] | None) -> object:
    """What two summands must share to be the same, exponents 0 left out."""
    return None if factors is None else {
        (_key(f), frozenset((f.index or {}).items()), frozenset(f.power.items())) for f in factors if f.power
    }  # fmt: skip


def _written(factors: list[_Factor]) -> Term:
    made: list[Term] = []
    for f in factors:
        body = f.body
        if f.index is not None:
            place = body.args[0] if body.head == "grad" else body
            moved = replace(place, args=(as_term(f.index),))
            body = replace(body, args=(moved,)) if body.head == "grad" else moved
        made.append(body if f.power == {"": 1} else Term("pow", (body, as_term(f.power))))
    return T.mul(*made)


def as_term(form: Linear) -> Term:
    """A linear form as it is printed: letters before the constant."""
    parts: list[Term] = []
    for letter, times in sorted(form.items(), key=lambda kv: (kv[0] == "", kv[1] < 0)):
        size = abs(times)
        whole = T.number(size) if not letter else T.name(letter) if size == 1 else T.number(size) * T.name(letter)
        parts.append(T.neg(whole) if times < 0 else whole)
    return T.add(*parts)
