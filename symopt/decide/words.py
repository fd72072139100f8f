"""The normal form of expressions in vectors and matrices of any size: sums of words with numbers in front.

A word is a product of letters: vectors, matrices, their transposes, inverses of matrices. Where a word begins with
a row and ends with a column it is a number, equal to its own transpose, and it commutes; so y^T H s moves to the
front as one symbol. Numbers in front are expressions that `identity` decides about.

Every rule used holds for matrices over the reals of every size for which the expression makes sense: associativity,
distributivity, (A B)^T = B^T A^T, A^T = A where that is given, A A^-1 = A^-1 A = I, and equations that are given,
each used from left to right, the side with the greatest word first. Rules that are missing make the form miss an
identity; they cannot make it find a false one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sympy as sp

from symopt.decide.budget import Budget, Undecidable
from symopt.language.dimensions import NUMBER, SQUARE, Dimensions, ShapeError, dimensions
from symopt.language.linear import ORACLES, Hessian, IdentityMatrix, Inverted, Transposed
from symopt.language.symbols import Dot, Norm

MAX_WORDS = 4000
"""Words of one sum."""
MAX_LENGTH = 60
"""Letters of one word."""


class Letter(NamedTuple):
    """A vector or matrix that is not taken apart, perhaps transposed."""

    atom: Any
    transposed: bool
    shape: Dimensions

    def __str__(self) -> str:
        return f"{self.atom}^T" if self.transposed else str(self.atom)

    @property
    def key(self) -> tuple[str, bool]:
        return str(self.atom), self.transposed


Word = tuple[Letter, ...]
Sum = dict[Word, Any]
"""Words with their numbers in front."""


def order(word: Word) -> tuple[Any, ...]:
    """Longer words are greater, then later ones in the alphabet."""
    return len(word), tuple(letter.key for letter in word)


@dataclass
class Words:
    """Normal forms under hypotheses.

    Args:
        budget: what may be spent.
        symmetric: matrices that equal their transposes; Hessians always do.
    """

    budget: Budget
    symmetric: frozenset[Any] = frozenset()
    rules: dict[Word, Sum] = field(default_factory=dict)
    numbers: dict[Word, sp.Symbol] = field(default_factory=dict)
    _inverses: set[Any] = field(default_factory=set)

    # Expressions into sums.

    def __call__(self, e: Any) -> Sum:
        """The normal form."""
        self.budget.check()
        match e:
            case sp.Add():
                return self._added(self(a) for a in e.args)
            case sp.Mul():
                scalars, factors = e.args_cnc()
                total: Sum = {(): self.number(sp.Mul(*scalars))}
                for factor in factors:
                    total = self._times(total, self(factor))
                return total
            case Transposed():
                return self._transposed(self(e.args[0]))
            case Inverted():
                return self._inverse(self(e.args[0]), e)
            case sp.Pow() if not e.is_commutative:
                if e.exp == -1:
                    return self._inverse(self(e.base), Inverted(e.base))
                if not (e.exp.is_Integer and e.exp > 0):
                    raise Undecidable(f"{e} is a power that is no product")
                return self._power(self(e.base), int(e.exp))
            case IdentityMatrix():
                return {(): sp.Integer(1)}
            case _ if e.is_commutative:
                return {(): self.number(e)}
            case _:
                return self._letter(e)

    def _letter(self, atom: Any) -> Sum:
        try:
            shape = dimensions(atom)
        except ShapeError as error:
            raise Undecidable(str(error)) from error
        return self.reduced((Letter(atom, False, shape),))

    def _is_symmetric(self, atom: Any) -> bool:
        return isinstance(atom, Hessian) or atom in self.symmetric

    def number(self, e: Any) -> Any:
        """A commuting expression with its inner products and norms in normal form."""
        if isinstance(e, Dot):
            return self._as_number(self._times(self._transposed(self(e.args[0])), self(e.args[1])))
        if isinstance(e, Norm):
            return sp.sqrt(self.number(Dot(e.args[0], e.args[0])))
        if isinstance(e, ORACLES):
            return sp.Symbol(str(e), real=True)
        if not e.args or not e.has(Dot, Norm, *ORACLES):
            return e
        return e.func(*(self.number(a) for a in e.args))

    def _as_number(self, total: Sum) -> Any:
        if any(word for word in total):
            raise Undecidable("an inner product of things that are no vectors")
        return total.get((), sp.Integer(0))

    # Sums.

    def _added(self, sums: Iterable[Sum]) -> Sum:
        total: Sum = {}
        for part in sums:
            for word, scale in part.items():
                total[word] = total.get(word, 0) + scale
        if len(total) > MAX_WORDS:
            raise Undecidable(f"a sum has more than {MAX_WORDS} words")
        return {word: scale for word, scale in total.items() if scale != 0}

    def _scaled(self, total: Sum, scale: Any) -> Sum:
        return {word: scale * own for word, own in total.items()}

    def _times(self, left: Sum, right: Sum) -> Sum:
        return self._added(self._scaled(self.reduced(a + b), x * y) for a, x in left.items() for b, y in right.items())

    def _power(self, base: Sum, exponent: int) -> Sum:
        total: Sum = {(): sp.Integer(1)}
        for _ in range(exponent):
            total = self._times(total, base)
        return total

    def _transposed(self, total: Sum) -> Sum:
        return self._added(self._scaled(self.reduced(self.flipped(word)), x) for word, x in total.items())

    def flipped(self, word: Word) -> Word:
        """The transpose of a word."""
        return tuple(self._flip(letter) for letter in reversed(word))

    def _flip(self, letter: Letter) -> Letter:
        if letter.shape == SQUARE and self._is_symmetric(letter.atom):
            return letter
        rows, columns = letter.shape
        return Letter(letter.atom, not letter.transposed, (columns, rows))

    # Words.

    def reduced(self, word: Word) -> Sum:
        """The word as a sum in which no rule applies, its numbers in front."""
        self.budget.check()
        if len(word) > MAX_LENGTH:
            raise Undecidable(f"a product has more than {MAX_LENGTH} factors")
        for start in range(len(word)):
            for stop in range(len(word), start, -1):
                becomes = self._rewritten(word[start:stop])
                if becomes is not None:
                    return self._added(
                        self._scaled(self.reduced(word[:start] + middle + word[stop:]), scale)
                        for middle, scale in becomes.items()
                    )
        return self._numbers_in_front(word)

    def _rewritten(self, part: Word) -> Sum | None:
        if len(part) == 2 and _cancel(*part):
            return {(): sp.Integer(1)}
        return self.rules.get(part)

    def _numbers_in_front(self, word: Word) -> Sum:
        kept: list[Letter] = []
        scale: Any = sp.Integer(1)
        for segment in _segments(word):
            if (segment[0].shape[0], segment[-1].shape[1]) == NUMBER:
                scale = scale * self._symbol(segment)
            else:
                kept += segment
        rest = tuple(kept)
        return {rest: scale} if rest == word else self._scaled(self.reduced(rest), scale)

    def _symbol(self, segment: Word) -> sp.Symbol:
        key = min(segment, self.flipped(segment), key=order)
        if key not in self.numbers:
            half = len(key) // 2
            square = len(key) % 2 == 0 and key[:half] == self.flipped(key[half:])
            name = "<" + " ".join(str(letter) for letter in key) + ">"
            self.numbers[key] = sp.Symbol(name, real=True, **({"nonnegative": True} if square else {}))
        return self.numbers[key]

    # Inverses and hypotheses.

    def _inverse(self, total: Sum, whole: Any) -> Sum:
        if len(total) == 1:
            ((word, scale),) = total.items()
            if all(letter.shape == SQUARE for letter in word):
                made = tuple(self._inverted(letter) for letter in reversed(word))
                return self._scaled(self.reduced(made), 1 / scale)
        if not total:
            raise Undecidable("zero has no inverse")
        return self._opaque_inverse(total, whole)

    def _inverted(self, letter: Letter) -> Letter:
        if isinstance(letter.atom, Inverted):
            return Letter(letter.atom.args[0], letter.transposed, SQUARE)
        made = Inverted(letter.atom)
        if self._is_symmetric(letter.atom):
            self.symmetric |= {made}
        return Letter(made, letter.transposed, SQUARE)

    def _opaque_inverse(self, total: Sum, whole: Any) -> Sum:
        """A letter for the inverse of a sum, with the rules that it is one."""
        letter = Letter(whole, False, SQUARE)
        if whole not in self._inverses:
            self._inverses.add(whole)
            if self._added([total, self._scaled(self._transposed(total), -1)]) == {}:
                self.symmetric |= {whole}
            for inverse in {letter, self._flip(letter)}:
                base = self._transposed(total) if inverse.transposed else total
                for before, after in (((), (inverse,)), ((inverse,), ())):
                    product = {before + word + after: scale for word, scale in base.items()}
                    try:
                        self._orient(self._added([product, {(): sp.Integer(-1)}]))
                    except Undecidable:
                        continue  # one rule less
        return self.reduced((letter,))

    def suppose(self, left: Any, right: Any) -> None:
        """Use left = right as a rule, and its transpose."""
        total = self._unsplit(left, right)
        self._orient(total)
        self._orient({self.flipped(word): scale for word, scale in total.items()})

    def _unsplit(self, left: Any, right: Any) -> Sum:
        """left - right with inner products as words, so that they can be rules of their own."""
        total: Sum = {}
        for side, sign in ((left, 1), (right, -1)):
            for word, scale in self(side).items():
                known = {symbol: w for w, symbol in self.numbers.items()}
                for part in sp.Add.make_args(sp.expand(scale)):
                    inner: list[Any] = [s for s in sp.Mul.make_args(part) if s in known] if not word else []
                    own = known[inner[0]] if inner else word
                    rest = part / inner[0] if inner else part
                    total[own] = total.get(own, 0) + sign * rest
        return {word: scale for word, scale in total.items() if scale != 0}

    def _orient(self, total: Sum) -> None:
        words = [word for word, scale in total.items() if word and _not_zero(scale)]
        if not words:
            raise Undecidable("a hypothesis gives no product of vectors and matrices a number in front")
        lead = max(words, key=order)
        scale = total[lead]
        if lead != max((w for w in total if w), key=order):
            raise Undecidable("a hypothesis's greatest product has no plain number in front")
        self.rules[lead] = {word: -own / scale for word, own in total.items() if word != lead}


def _not_zero(scale: Any) -> bool:
    """Whether a number is a product of plain numbers and positive symbols and their powers."""
    return all(
        (f.is_Rational and f != 0) or (f.as_base_exp()[0].is_Symbol and f.as_base_exp()[0].is_positive)
        for f in sp.Mul.make_args(scale)
    )


def _cancel(a: Letter, b: Letter) -> bool:
    """Whether the two letters are a matrix and its inverse."""
    if a.transposed != b.transposed or a.shape != SQUARE or b.shape != SQUARE:
        return False
    return a.atom == Inverted(b.atom) or b.atom == Inverted(a.atom)


def _segments(word: Word) -> Iterable[Word]:
    """The word cut where a column stands before a row."""
    start = 0
    for i in range(1, len(word) + 1):
        if i == len(word) or word[i - 1].shape[1] == "1":
            yield word[start:i]
            start = i
