"""Orders of growth as they are written: ``O(k M)``, ``\\log\\log(1/\\epsilon)``, ``O(\\mu^{2^n})``.

What a letter counts follows from what it is asked for: parameters, remembered pairs, steps, the reciprocal of an error.
A letter that has no place there makes the whole no order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from symopt.decide.orders import DOUBLE, LOG, LOGLOG, ONE, POWER, SINGLE, Order
from symopt.derive.orders import CONDITION, MEMORY, PRECISION, SIZE, STEPS
from symopt.language import terms as T
from symopt.language.terms import Term

ERRORS = frozenset({r"\epsilon", r"\varepsilon", r"\delta", "e"})
_WRAPPERS = frozenset({"O", r"\Theta", r"\mathcal{O}", r"\mathrm{O}"})
_SIZES = frozenset({"M", "N", "n", "d", "D", "p", "P"})
_MEMORIES = frozenset({"k", "m", "l", "K", r"\ell"})
COUNTS = frozenset({"n", "k", "t", "T", "N", "K", "i"})
_CONDITIONS = frozenset({r"\kappa", "Q"})
_RATES = frozenset({r"\rho", r"\mu", "r", "c", "q", "C", r"\gamma", r"\beta", r"\alpha", r"\delta"})
_CONSTANTS = frozenset({"C", "c", "L", "R", "D", "G", r"\sigma", r"\mu", r"\alpha", r"\gamma", "A", "B"})


class NoOrder(Exception):
    """A part that orders of growth do not have, or a letter with no place here."""


@dataclass(frozen=True)
class Written:
    """An order as it is written.

    Args:
        order: what is meant: a logarithm of a small error is taken as that of its reciprocal.
        unsigned: where the logarithm of an error stands without its sign, the error.
        nested: whether another logarithm is taken of that one, which has none.
        wrapped: whether it stands in an O.
        letters: what the text calls each quantity.
        span: where it stands.
    """

    order: Order
    unsigned: Term | None = None
    nested: bool = False
    wrapped: bool = False
    letters: Mapping[str, str] = field(default_factory=dict[str, str])
    span: tuple[int, int] | None = None


def in_precision(term: Term) -> Written:
    """An order in the reciprocal of an error, and perhaps in a condition number."""
    return _Reader({**_named(_CONDITIONS, CONDITION), **_named(ERRORS, PRECISION)})(term)


def in_sizes(term: Term) -> Written:
    """An order in the number of parameters and the number of remembered pairs; one letter for each."""
    inside = _opened(term)
    letters = {n.name for n in (inside or term).nodes() if n.head == "name"}
    sizes, memories = sorted(letters & _SIZES), sorted(letters & _MEMORIES)
    if len(sizes) != 1 or len(memories) > 1:
        raise NoOrder("one letter for the parameters, one at most for the pairs")
    return _Reader({sizes[0]: SIZE, **_named(memories, MEMORY)})(term)


def in_steps(term: Term) -> Written:
    """An order in the number of steps, of which there is one letter."""
    inside = _opened(term)
    letters = sorted({n.name for n in (inside or term).nodes() if n.head == "name"} & COUNTS)
    if not letters:
        raise NoOrder("no steps")
    steps = [x for x in letters if _is_counted(x, inside or term)] or letters
    if len(steps) != 1:
        raise NoOrder("one letter for the steps")
    return _Reader({steps[0]: STEPS}, constants=_CONSTANTS - {steps[0]})(term)


def _named(letters: frozenset[str] | list[str], quantity: str) -> dict[str, str]:
    return dict.fromkeys(letters, quantity)


def _is_counted(letter: str, term: Term) -> bool:
    """Whether the letter stands in a denominator or a power."""
    return any(
        letter in node.args[1].names() for node in term.nodes() if node.head in ("div", "pow") and len(node.args) == 2
    )


def _opened(term: Term) -> Term | None:
    """What an O holds; None where there is none."""
    if term.head == "call" and term.name in _WRAPPERS and len(term.args) == 1:
        return term.args[0]
    if term.head == "mul" and term.args[0].name in _WRAPPERS and len(term.args) > 1:
        return T.mul(*term.args[1:])
    return None


class _Reader:
    def __init__(self, meanings: Mapping[str, str], constants: frozenset[str] = frozenset()) -> None:
        self.meanings, self.constants = meanings, constants
        self.unsigned: Term | None = None
        self.nested = False

    def __call__(self, term: Term) -> Written:
        inside = _opened(term)
        order = self._order(term if inside is None else inside)
        letters = {self.meanings[n.name]: n.name for n in term.nodes() if n.name in self.meanings}
        return Written(order, self.unsigned, self.nested, inside is not None, letters, term.span)

    def _order(self, term: Term) -> Order:
        head: Mapping[str, Callable[[Term], Order]] = {
            "name": self._leaf, "pow": self._power, "div": self._quotient, "call": self._call,
        }  # fmt: skip
        if term.head == "number" and term.value is not None and term.value > 0:
            return ONE
        if term.head == "mul":
            made = ONE
            for part in term.args:
                made = made * self._order(part)
            return made
        if term.head == "add":
            first, *rest = (self._order(part) for part in term.args)
            return sum(rest, first)
        if term.head == "neg" and term.args[0].name == "log":
            return self._negated_log(term.args[0])
        if term.head in head:
            return head[term.head](term)
        raise NoOrder(term.head)

    def _leaf(self, term: Term) -> Order:
        quantity = self.meanings.get(term.name)
        if quantity is None:
            if term.name in self.constants:
                return ONE
            raise NoOrder(term.name)
        return Order.of(quantity, -1 if quantity == PRECISION else 1)

    def _power(self, term: Term) -> Order:
        base, exponent = term.args
        number = _number(exponent)
        if number is not None:
            made = self._order(base).power(number)
            if made is None:
                raise NoOrder("a power of a sum")
            return made
        return self._exponential(base, exponent)

    def _exponential(self, base: Term, exponent: Term) -> Order:
        """``mu^n`` and ``mu^{q^n}`` with mu below 1."""
        if not (base.name in _RATES or (base.value is not None and 0 < base.value < 1)):
            raise NoOrder("a power that grows")
        if exponent.head == "name" and self.meanings.get(exponent.name) == STEPS:
            return Order.of(STEPS, -1, SINGLE)
        if exponent.head == "pow" and self.meanings.get(exponent.args[1].name) == STEPS:
            q = _number(exponent.args[0])
            if q is not None and q > 1:
                return Order.of(STEPS, -q, DOUBLE)
        raise NoOrder("a power of something else")

    def _quotient(self, term: Term) -> Order:
        top, bottom = map(self._order, term.args)
        turned = bottom.power(Fraction(-1)) if bottom.single is not None else None
        if turned is None:
            raise NoOrder("a quotient by a sum")
        return top * turned

    def _call(self, term: Term) -> Order:
        if len(term.args) != 1:
            raise NoOrder(term.name)
        (inner,) = term.args
        if term.name == "sqrt":
            made = self._order(inner).power(Fraction(1, 2))
            if made is None:
                raise NoOrder("a root of a sum")
            return made
        if term.name == "exp" and inner.head == "neg" and self.meanings.get(inner.args[0].name) == STEPS:
            return Order.of(STEPS, -1, SINGLE)
        if term.name == "log":
            return self._log(inner)
        raise NoOrder(term.name)

    def _negated_log(self, term: Term) -> Order:
        before, self.unsigned = self.unsigned, None
        made = self._order(term)
        if self.unsigned is None:
            raise NoOrder("a negative number")
        self.unsigned = before
        return made

    def _log(self, inner: Term) -> Order:
        own = self._order(inner).single
        if not own:
            raise NoOrder("the logarithm of a sum or a number")
        parts: list[Order] = []
        for name, exponents in own.items():
            level = next(i for i, e in enumerate(exponents) if e)
            if exponents[level] < 0 and len(own) == 1 and name == PRECISION and level == POWER:
                self.unsigned = inner
            elif exponents[level] < 0 or level not in (POWER, LOG):
                raise NoOrder("a logarithm that does not grow")
            if level == LOG and self.unsigned is not None:
                self.nested = True
            parts.append(Order.of(name, 1, LOG if level == POWER else LOGLOG))
        return sum(parts[1:], parts[0])


def _number(term: Term) -> Fraction | None:
    if term.head == "neg":
        inner = _number(term.args[0])
        return None if inner is None else -inner
    if term.head == "div":
        top, bottom = map(_number, term.args)
        return None if top is None or not bottom else top / bottom
    return term.value


def printed(order: Order, like: Written) -> str:
    """An order in LaTeX, in the letters of another."""
    made = " + ".join(_product(dict(part), like.letters) for part in sorted(order.parts))
    return f"O({made})" if like.wrapped else made


def _product(part: Mapping[str, tuple[Fraction, ...]], letters: Mapping[str, str]) -> str:
    ordered = sorted(part, key=(CONDITION, MEMORY, SIZE, STEPS, PRECISION).index)
    return "".join(_factor(name, letters.get(name, name), part[name]) for name in ordered) or "1"


def _factor(name: str, letter: str, exponents: tuple[Fraction, ...]) -> str:
    error = name == PRECISION
    letter = letter if letter != name or not error else r"\epsilon"
    level = next(i for i, e in enumerate(exponents) if e)
    power, grown = exponents[level], f"1/{letter}" if error else letter
    match level:
        case 0:
            return rf"\mu^{{{-power}^{letter}}}"
        case 1:
            return rf"\mu^{letter}"
        case 3:
            return rf"\log({grown})"
        case 4:
            return rf"\log(\log({grown}))"
        case _:
            size = abs(power)
            root = (
                rf"\sqrt{{{letter}}}"
                if size == Fraction(1, 2)
                else letter
                if size == 1
                else f"{letter}^{_digits(size)}"
            )
            return f"1/{root}" if (power < 0) != error else root


def _digits(exponent: Fraction) -> str:
    text = str(exponent)
    return text if len(text) == 1 else f"{{{text}}}"
