"""From a SymPy expression to the element of the field that it is, in one traversal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Generator as Generating
from contextlib import contextmanager
from typing import Any

import sympy as sp
from flint import fmpq
from sympy.core.function import AppliedUndef

from symopt.decide import conditions, powers, rootsums, sums
from symopt.decide.budget import MAX_BITS, Undecidable, Undefined
from symopt.decide.cases import Cases
from symopt.decide.expectation import expectation
from symopt.decide.field import Field, Generator, Poly, Ratio
from symopt.decide.ranges import NONNEGATIVE_RANGE, PLUS, POSITIVE, REAL, Range, range_of_symbol
from symopt.decide.ranges import Signs as SignSet
from symopt.decide.signs import Signs
from symopt.decide.world import World
from symopt.language.roots import SumOverRoots
from symopt.language.symbols import At, Dot, Expect, Grad, HyperSymbol, Norm, t

_OPAQUE: dict[type, Range] = {
    sp.log: REAL, sp.sin: Range(fmpq(-1), fmpq(1)), sp.cos: Range(fmpq(-1), fmpq(1)),
    sp.tanh: Range(fmpq(-1), fmpq(1), True, True), sp.floor: REAL, sp.ceiling: REAL, sp.Mod: REAL,
    Norm: NONNEGATIVE_RANGE, Dot: REAL,
}  # fmt: skip
_INTEGER_VALUED = (sp.floor, sp.ceiling)
_WHOLE_TENSOR = (Norm, Dot, Grad)


class Normalizer:
    """Elements of one field for the expressions of one branch.

    Args:
        field: where the elements live.
        cases: the branch.
        world: what sequences' values and gradients stand for.
    """

    def __init__(self, field: Field, cases: Cases, world: World) -> None:
        self.field = field
        self.cases = cases
        self.world = world
        self.signs = Signs(field)
        self.divisors: list[Poly] = []
        """What the expressions divide by."""
        self.roots: dict[tuple[str, int, bool], Ratio] = {}
        self.env: Mapping[sp.Basic, Ratio] = {}
        self._env_key = ""
        self.around: tuple[sums.Series, ...] = ()
        """The sums and products that the expression at hand is a term of."""
        self._memo: dict[tuple[str, str, bool, sp.Basic], Ratio] = {}

    def __call__(self, expression: sp.Basic) -> Ratio:
        """The element that the expression is. Raises Undecidable with the reason where there is none."""
        bounds = "; ".join(f"{s.low}..{s.high}" for s in self.around)
        key = (self._env_key, bounds, bool(self.signs.everywhere), expression)
        found = self._memo.get(key)
        if found is None:
            self.field.budget.check()
            found = self._memo[key] = self._convert(expression)
        return found

    @property
    def time(self) -> Ratio:
        """The step that t means here."""
        return self(t)

    @property
    def counter(self) -> Ratio:
        """The generator t, whatever t means here."""
        return _symbol(self, t)

    @contextmanager
    def where(self) -> Generating[None]:
        """Only what holds at every coordinate and step: branches' assumptions are off, and no case is distinguished."""
        self.signs.everywhere += 1
        try:
            yield
        finally:
            self.signs.everywhere -= 1

    @contextmanager
    def binding(self, symbol: sp.Basic, value: Ratio) -> Generating[None]:
        """The symbol means the value inside."""
        old, old_key = self.env, self._env_key
        self.env = {**old, symbol: value}
        self._env_key = "; ".join(sorted(f"{s}={v.num}/{v.den}" for s, v in self.env.items()))
        try:
            yield
        finally:
            self.env, self._env_key = old, old_key

    @contextmanager
    def inside(self, series: sums.Series) -> Generating[None]:
        """A term of the series is meant inside."""
        self.around = (*self.around, series)
        try:
            yield
        finally:
            self.around = self.around[:-1]

    # Signs

    def split(self, p: Poly, options: tuple[SignSet, ...]) -> SignSet:
        """Which of the options, that together cover every sign, p's sign is in; a case distinction if unknown."""
        known = self.signs.of(p)
        for option in options:
            if known <= option:
                return known
        if not self.field.real(p):
            raise Undecidable(f"{self.text(p)} may be complex, and then has no sign")
        if self.signs.everywhere:
            raise Undecidable(f"the sign of {self.text(p)} is unknown where it must be known at every coordinate")
        feasible = [known & option for option in options if known & option]
        labels = [f"{self.text(p)} {_SAYS[signs]} 0" for signs in feasible]
        chosen = feasible[self.cases.choose(labels)]
        self.signs.assume(p, chosen)
        return chosen

    def vanishes(self, p: Poly) -> bool:
        """Whether p is zero in this branch."""
        if p.is_zero():
            return True
        zeros = self.signs.zeros
        if not zeros or self._touch_powers(zeros):
            return False
        for zero in zeros:
            p = self.field.reduce(divmod(p, zero)[1])
        return p.is_zero()

    def _touch_powers(self, zeros: list[Poly]) -> bool:
        """Whether a quantity assumed zero is a base: b**(t - 1) is there not b**t / b."""
        involved = {g.slot for p in zeros for g in self.field.used(p)}
        bases = [g.power_of for g in self.field.generators if g.power_of is not None]
        return any(g.slot in involved for base in bases for g in self.field.used(base.num))

    def inverse(self, a: Ratio) -> Ratio:
        if self.vanishes(a.num):
            raise Undefined("a denominator is zero")
        return self.field.inverse(a)

    # Generators

    def named(self, key: Any, name: str, range: Range = REAL, **rest: Any) -> Ratio:
        """The generator of that key, made on first use."""
        return self.field.ratio(self.field.find(key) or self.field.add_generator(key, name, range, **rest))

    def applied(self, head: str, args: tuple[Ratio, ...], range: Range = REAL, **rest: Any) -> Ratio:
        """The value of a function of which nothing is known but that equal arguments give equal values."""
        return self.field.ratio(self.applied_generator(head, args, range, **rest))

    def applied_generator(self, head: str, args: tuple[Ratio, ...], range: Range = REAL, **rest: Any) -> Generator:
        for known in self.field.generators:
            if known.key == head and len(known.args) == len(args):
                if all(self.field.equal(a, b) for a, b in zip(known.args, args, strict=True)):
                    return known
        name = f"{head}({', '.join(map(self.show, args))})"
        return self.field.add_generator(head, name, range, args=args, **rest)

    def text(self, p: Poly) -> str:
        """The polynomial with its generators' names."""
        parts: list[str] = []
        for monomial, coefficient in p.terms():
            names = [
                g.name if e == 1 else f"{g.name}**{e}"
                for g, e in ((self.field.generator_at(s), e) for s, e in enumerate(monomial) if e)
            ]
            parts.append("*".join([str(coefficient)] * (coefficient != 1 or not names) + names))
        return " + ".join(parts) or "0"

    def show(self, a: Ratio) -> str:
        return self.text(a.num) if a.den.is_one() else f"({self.text(a.num)})/({self.text(a.den)})"

    # Expressions

    def _convert(self, e: sp.Basic) -> Ratio:
        if e in self.env:
            return self.env[e]
        for kind, convert in _CONVERSIONS:
            if isinstance(e, kind):
                return convert(self, e)
        raise Undecidable(f"{str(e)[:60]} has no exact meaning here")


_SAYS: dict[SignSet, str] = {
    frozenset({1}): ">", frozenset({-1}): "<", frozenset({0}): "=", frozenset({0, 1}): ">=",
    frozenset({-1, 0}): "<=", frozenset({-1, 1}): "!=",
}  # fmt: skip


def _number(n: Normalizer, e: Any) -> Ratio:
    p, q = int(e.p), int(e.q)
    if max(p.bit_length(), q.bit_length()) > MAX_BITS:
        raise Undecidable(f"a number has more than {MAX_BITS} bits")
    return n.field.number(fmpq(p, q))


def _decimal(n: Normalizer, e: Any) -> Ratio:
    if not e.is_finite:
        raise Undefined(f"{e} is not a number")
    return _number(n, sp.Rational(str(e)))


def _symbol(n: Normalizer, e: Any) -> Ratio:
    if not e.is_commutative or e.is_real is False or e.is_finite is False:
        raise Undecidable(f"{e} is not a real number, and only those are computed with")
    if e == t:
        return n.named(e, e.name, Range(fmpq(n.world.first_step), None), integer=True)
    domain = e.domain if isinstance(e, HyperSymbol) else None
    return n.named(e, e.name, range_of_symbol(e, domain), integer=bool(e.is_integer))


def _at(n: Normalizer, e: Any) -> Ratio:
    if not e.is_commutative:
        raise Undecidable(f"{e} is a vector or matrix, whose products do not commute")
    return n.world.at(n, e.base, n(e.index))


def _grad(n: Normalizer, e: Any) -> Ratio:
    known = n.world.call(n, e)
    if known is not None:
        return known
    with n.where():
        return n.world.gradient(n, n(e.point))


def _sum(n: Normalizer, e: Any) -> Ratio:
    total = n(e.args[0])
    for part in e.args[1:]:
        total = n.field.add(total, n(part))
    return total


def _product(n: Normalizer, e: Any) -> Ratio:
    total = n(e.args[0])
    for part in e.args[1:]:
        total = n.field.multiply(total, n(part))
    return total


def _power(n: Normalizer, e: Any) -> Ratio:
    base, exponent = e.base, e.exp
    if base is sp.E:
        return powers.exponential(n, n(exponent))
    if isinstance(exponent, sp.Integer):
        if abs(int(exponent)).bit_length() > 64:
            raise Undecidable("an exponent is too large")
        value = n(base)
        if exponent < 0 and not n.signs.everywhere:
            n.divisors.append(value.num)
        return n.field.power(n.inverse(value) if exponent < 0 else value, abs(int(exponent)))
    return powers.power(n, n(base), n(exponent))


def _applied(n: Normalizer, e: Any) -> Ratio:
    whole = isinstance(e, (*_WHOLE_TENSOR, AppliedUndef))
    if whole:
        with n.where():
            args = tuple(n(a) for a in e.args)
    else:
        args = tuple(n(a) for a in e.args)
    range = next((r for kind, r in _OPAQUE.items() if isinstance(e, kind)), REAL)
    with n.where():
        if isinstance(e, sp.Mod) and n.signs.of_ratio(args[1]) == PLUS:
            range = NONNEGATIVE_RANGE
    if isinstance(e, Norm) and args[0].num and args[0].num.leading_coefficient() < 0:
        args = (n.field.negative(args[0]),)  # a vector and its opposite have one norm
    if isinstance(e, Dot):
        args = tuple(sorted(args, key=lambda a: (str(a.num), str(a.den))))
    whole_number = isinstance(e, _INTEGER_VALUED) or (isinstance(e, sp.Mod) and bool(e.is_integer))
    return n.applied(type(e).__name__, args, range, integer=whole_number)


def _constant(n: Normalizer, e: Any) -> Ratio:
    return n.named(e, str(e), POSITIVE)


def _imaginary(n: Normalizer, e: Any) -> Ratio:
    """The number whose square is -1. Sums, products and whole powers are all that is known of it."""
    found = n.field.find(e) or n.field.add_root(e, "I", 2, n.field.context.constant(-1), REAL, real=False)
    return n.field.ratio(found)


def _refuse(_: Normalizer, e: Any) -> Ratio:
    raise Undefined(f"{e} is not a number")


_CONVERSIONS: tuple[tuple[Any, Callable[[Normalizer, Any], Ratio]], ...] = (
    (sp.Rational, _number), (sp.Float, _decimal), (At, _at), (sp.Symbol, _symbol), (sp.Add, _sum), (sp.Mul, _product),
    (sp.exp, lambda n, e: powers.exponential(n, n(e.exp))), (sp.Pow, _power), (Grad, _grad), (Expect, expectation),
    (sp.Abs, lambda n, e: powers.absolute(n, n(e.args[0]))), (sp.sign, conditions.sign), (sp.Max, conditions.maximum),
    (sp.Min, conditions.minimum), (sp.Piecewise, conditions.piecewise), (sp.Sum, sums.summation),
    (sp.Product, sums.product), (SumOverRoots, rootsums.sum_over_roots), ((*_OPAQUE, AppliedUndef), _applied),
    ((type(sp.pi), type(sp.E)), _constant), (sp.core.numbers.ImaginaryUnit, _imaginary),
    (sp.core.numbers.Number, _refuse),
)  # fmt: skip
