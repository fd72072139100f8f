"""Whether closed forms solve a linear recurrence.

A recurrence and its initial values determine a sequence, so forms that satisfy the recurrence, at
first with the initial values, are the sequence: induction on t. A sum over the steps so far is
treated term by term, since x_t = sum over i of w(t, i) satisfies x_t = a x_(t-1) + f_t when
w(t, i) = a w(t - 1, i) for every earlier i, and w(t, t) = f_t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide import certificate
from symopt.decide.budget import MAX_STEPS, Budget, Undecidable
from symopt.decide.decision import Case, prove
from symopt.decide.field import Generator, Poly, Ratio
from symopt.decide.identity import DIFFER, TOO_DEEP, proved
from symopt.decide.normal import Normalizer
from symopt.decide.sums import depends
from symopt.decide.verdict import Status, Verdict
from symopt.decide.world import FreeWorld
from symopt.language.symbols import At, Sequence, t

_ARGUMENT = "induction on t: from the initial values on, the forms satisfy the recurrence as identities"
_PLACE = sp.Symbol("i_of_term", integer=True, positive=True)
_AGO = sp.Symbol("s", integer=True, positive=True)


def solves(
    equations: Iterable[Any],
    start: Mapping[At, Any],
    forms: Mapping[Sequence, Any],
    *,
    assuming: Iterable[Any] = (),
    limit: float = 10.0,
) -> Verdict:
    """Whether the forms are the sequences that the recurrence and its initial values define.

    Args:
        equations: ``Eq(x[t], expression)``, linear in values of the forms' sequences at earlier
            steps; everything else in it (gradients, inputs) is a free quantity.
        start: the values at the first steps, as many consecutive ones as the recurrence reads back.
        forms: for each sequence its value at step t after the start, an expression in t; or a Piecewise whose
            conditions do not depend on t. A sum over the steps so far runs from the first step
            after the start to t.
        assuming: comparisons taken as true.
        limit: seconds of processor time until the verdict is undecided.

    Returns:
        Proved, or undecided with the reason; never refuted.
    """
    begin = tuple((a, sp.sympify(value, strict=True)) for a, value in start.items())
    stated = tuple(equations), begin, tuple(forms.items()), tuple(assuming)
    budget = Budget(limit)
    try:
        cases: list[Case] = []
        for equations_, start_, forms_, given in _by_cases(*stated):
            found = _System(equations_, dict(start_), dict(forms_), given, budget).prove()
            if found is None:
                return Verdict(Status.UNDECIDED, reason=DIFFER)
            cases += found
    except Undecidable as error:
        return Verdict(Status.UNDECIDED, reason=str(error))
    except RecursionError:
        return Verdict(Status.UNDECIDED, reason=TOO_DEEP)
    return proved(_ARGUMENT, certificate.recurrence_statement(*stated), cases)


def _by_cases(equations: Any, start: Any, forms: Any, assuming: Any) -> Iterable[tuple[Any, Any, Any, Any]]:
    """The statement for each row of the forms' case distinction; an equation between hyperparameters is put in."""
    tops: list[Any] = [form for _, form in forms if isinstance(form, sp.Piecewise) and not _follows_steps(form)]
    if not tops:
        yield equations, start, forms, assuming
        return
    conditions: list[Any] = [row.cond for row in tops[0].args]
    for form in tops:
        if [row.cond for row in form.args] != conditions:
            raise Undecidable("the forms distinguish different cases")
    if conditions[-1] != sp.true:
        raise Undecidable("the last row of a case distinction must hold otherwise")
    given = assuming
    for place, condition in enumerate(conditions):
        # A row whose condition contradicts the rows before it claims nothing.
        rows = tuple((x, form.args[place].expr if form in tops else form) for x, form in forms)
        found = _where(condition, equations, start, rows, given)
        if sp.false not in found[-1]:
            yield found
        if isinstance(condition, sp.core.relational.Relational):
            given = (*given, sp.Not(condition))


def _where(condition: Any, equations: Any, start: Any, forms: Any, given: Any) -> tuple[Any, Any, Any, Any]:
    """The statement where the condition holds."""
    put: dict[Any, Any] = {}
    for part in sp.And.make_args(condition):
        part = part.subs(put)
        if isinstance(part, sp.Eq) and part.lhs.is_Symbol and part.lhs not in part.rhs.free_symbols:
            put = {x: value.subs(part.lhs, part.rhs) for x, value in put.items()} | {part.lhs: part.rhs}
        elif part != sp.true:
            given = (*given, part)
    return (
        tuple(sp.Eq(e.lhs, e.rhs.subs(put), evaluate=False) for e in equations),
        tuple((a, sp.sympify(value, strict=True).subs(put)) for a, value in start),
        tuple((x, form.subs(put)) for x, form in forms),
        tuple(c for c in (c.subs(put) for c in given) if c != sp.true),
    )


def _follows_steps(form: Any) -> bool:
    rows: Any = form.args
    return any(t in row.cond.free_symbols for row in rows)


@dataclass(frozen=True)
class _Row:
    """x[t] as coefficients of earlier values, and the rest."""

    of: Sequence
    coefficients: Mapping[At, Any]
    rest: Any


class _Steps(FreeWorld):
    """Products and sums end at the oldest value read, so that later ones are longer: nothing is divided by."""

    def __init__(self, first_step: int, depth: int) -> None:
        self.first_step = first_step
        self.depth = depth
        self.now: Any = None

    def horizon(self, n: Normalizer) -> Ratio:
        now = n.counter if self.now is None else n(self.now)
        return n.field.subtract(now, n.field.number(self.depth))


class _System:
    def __init__(
        self, equations: tuple[Any, ...], start: Mapping[At, Any], forms: Mapping[Sequence, Any],
        assuming: tuple[Any, ...], budget: Budget,
    ) -> None:  # fmt: skip
        self.start: dict[At, Any] = {a: sp.sympify(value, strict=True) for a, value in start.items()}
        self.assuming, self.budget = assuming, budget
        self.rows = [_row(e, forms) for e in equations]
        if {r.of for r in self.rows} != set(forms):
            raise Undecidable("each form needs the equation that it solves, and each equation a form")
        self.forms = forms
        lags = [int(t - a.index) for r in self.rows for a in r.coefficients]
        self.depth = max(lags, default=1)
        self.first = max((int(a.index) for a in start), default=0)
        if self.first < 0:
            raise Undecidable("the last initial value sits at step 0 or later")
        self.early = self.depth + _latest(forms.values(), self.first)
        self.parts = {x: _split(form, self.first) for x, form in forms.items()}
        for r in self.rows:
            for a in r.coefficients:
                for k in range(self.first, self.first - int(t - a.index), -1):
                    if a.base[k] not in start:
                        raise Undecidable(f"the initial value {a.base[k]} is missing")

    def prove(self) -> list[Case] | None:
        claims: list[Callable[[Normalizer], tuple[Ratio, Ratio]]] = []
        for row in self.rows:
            claims += [self._early(row, k) for k in range(self.first + 1, self.first + 1 + self.early)]
            claims += [self._boundary(row), self._earlier_terms(row)]
        cases: list[Case] = []
        for build in claims:
            found = prove(self.budget, self._world, build, assuming=self.assuming)
            if found is None:
                return None
            cases += found
        return cases

    def _world(self) -> FreeWorld:
        return _Steps(self.first + self.early + 1, self.depth)

    def _early(self, row: _Row, step: int) -> Callable[[Normalizer], tuple[Ratio, Ratio]]:
        """The recurrence at one of the first steps, which may read initial values."""

        def build(n: Normalizer) -> tuple[Ratio, Ratio]:
            total = self._at(n, row.rest, step)
            for a, coefficient in row.coefficients.items():
                back = step - int(t - a.index)
                before = n(self.start[a.base[back]]) if back <= self.first else self._at(n, self.forms[a.base], back)
                total = n.field.add(total, n.field.multiply(self._at(n, coefficient, step), before))
            return self._at(n, self.forms[row.of], step), total

        return build

    def _at(self, n: Normalizer, e: Any, step: int) -> Ratio:
        with n.binding(t, n.field.number(step)):
            return n(e)

    def _boundary(self, row: _Row) -> Callable[[Normalizer], tuple[Ratio, Ratio]]:
        """What is not summed, with the terms of the last steps, which only some of the sums have."""

        def value(n: Normalizer, x: Sequence, lag: int) -> Ratio:
            free, term = self.parts[x]
            with n.binding(t, n.field.subtract(n.counter, n.field.number(lag))):
                total = n(free)
                for ago in range(self.depth - lag):
                    total = n.field.add(total, n(term.xreplace({_PLACE: t - ago})))
            return _defined(n, total)

        def build(n: Normalizer) -> tuple[Ratio, Ratio]:
            total = n(row.rest)
            for a, coefficient in row.coefficients.items():
                total = n.field.add(total, n.field.multiply(n(coefficient), value(n, a.base, int(t - a.index))))
            return value(n, row.of, 0), total

        return build

    def _earlier_terms(self, row: _Row) -> Callable[[Normalizer], tuple[Ratio, Ratio]]:
        """The terms of a step i before the oldest read, seen from t = i + s, for every such s."""
        now = _PLACE + _AGO + (self.depth - 1)

        def value(n: Normalizer, x: Sequence, lag: int) -> Ratio:
            with n.binding(t, n(now - lag)):
                return _defined(n, n(self.parts[x][1]))

        def build(n: Normalizer) -> tuple[Ratio, Ratio]:
            assert isinstance(n.world, _Steps)
            n.world.now = now
            total = n.field.number(0)
            for a, coefficient in row.coefficients.items():
                with n.binding(t, n(now)):
                    slope = n(coefficient)
                total = n.field.add(total, n.field.multiply(slope, value(n, a.base, int(t - a.index))))
            return value(n, row.of, 0), total

        return build


def _latest(forms: Iterable[Any], first: int) -> int:
    """Steps after the first until conditions on t alone, such as t >= 2, change no more."""
    ends = [
        int(side) - first
        for form in forms
        for c in form.atoms(sp.core.relational.Relational)
        for side in c.args
        if c.free_symbols == {t} and side.is_Integer
    ]
    return min(max([0, *ends]) + 1, MAX_STEPS) if ends else 0


def _defined(n: Normalizer, value: Ratio) -> Ratio:
    """The value, if at no step its denominator is zero whatever the quantities: the induction would have a gap.

    Where it is zero only for some values of inputs and parameters, there is none: forms and recurrence
    are, at each step, rational functions of them, and equal ones are equal wherever both are defined.
    """
    for factor, _ in n.field.factors(value.den)[1]:
        if not _not_identically_zero(n, factor):
            raise Undecidable(f"{n.text(factor)}, which is divided by, may be zero at some step")
    return value


def _not_identically_zero(n: Normalizer, p: Poly) -> bool:
    moving = (n.counter, n(_AGO), n(_PLACE))
    if 0 not in n.signs.of(p) or not any(depends(n.field, p, x) for x in moving):
        return True
    used = n.field.used(p)
    if len(p) == 1:
        return all(_base_not_identically_zero(n, g) for g in used)
    free = {g.slot for g in used if isinstance(g.key, sp.Symbol) or (isinstance(g.key, tuple) and g.key[0] == "at")}
    free -= {g.slot for x in moving for g in n.field.used(x.num)}
    coefficients: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
    for monomial, coefficient in p.terms():
        rest = tuple(0 if s in free else e for s, e in enumerate(monomial))
        coefficients.setdefault(tuple(e if s in free else 0 for s, e in enumerate(monomial)), {})[rest] = coefficient
    return any(0 not in n.signs.of(n.field.context.from_dict(c)) for c in coefficients.values())


def _base_not_identically_zero(n: Normalizer, g: Generator) -> bool:
    """Whether a generator that is divided by is not zero whatever the quantities."""
    if g.radicand is not None:
        return _not_identically_zero(n, g.radicand)
    if g.power_of is not None:
        return not g.power_of.num.is_zero()
    return (isinstance(g.key, tuple) and g.key[0] == "at") or 0 not in g.range.signs()


def _row(equation: Any, forms: Mapping[Sequence, Any]) -> _Row:
    if not (isinstance(equation, sp.Eq) and isinstance(equation.lhs, At) and equation.lhs.index == t):
        raise Undecidable(f"{equation} must have a sequence at step t on its left")
    rhs: Any = sp.expand(equation.rhs)
    reads = [a for a in rhs.atoms(At) if a.base in forms and not a.index.is_Integer]
    coefficients: dict[At, Any] = {}
    rest = rhs
    for a in sorted(reads, key=str):
        lag = t - a.index
        if not (lag.is_Integer and 1 <= lag <= 6):
            raise Undecidable(f"{a} is not a value at one of the six steps before t")
        coefficient = rhs.coeff(a)
        coefficients[a] = coefficient
        rest = sp.expand(rest - coefficient * a)
    if any(e.has(*reads) for e in [rest, *coefficients.values()] if reads):
        raise Undecidable(f"{equation} is not linear in the sequences that the forms are of")
    return _Row(equation.lhs.base, coefficients, rest)


def _split(form: Any, first: int) -> tuple[Any, Any]:
    """(what is not a sum over the steps so far, the term of step ``_PLACE`` of what is)."""
    free, term = sp.S.Zero, sp.S.Zero
    expanded: Any = sp.expand_mul(form, deep=False)
    for part in sp.Add.make_args(expanded):
        factors: Any = sp.Mul.make_args(part)
        sums = [f for f in factors if _over_steps(f, first)]
        if len(sums) != 1:
            free += part
            continue
        others = sp.Mul(*(f for f in factors if f is not sums[0]))
        term += others * sums[0].function.xreplace({sums[0].limits[0][0]: _PLACE})
    return free, term


def _over_steps(e: Any, first: int) -> bool:
    return (
        isinstance(e, sp.Sum)
        and len(e.limits) == 1
        and len(e.limits[0]) == 3
        and tuple(e.limits[0][1:]) == (first + 1, t)
    )
