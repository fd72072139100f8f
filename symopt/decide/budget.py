"""What a decision may spend, so that no input hangs it or eats the memory."""

from __future__ import annotations

import math
import time

MAX_GENERATORS = (16, 32, 64)
"""Numbers of generators tried in turn: a problem that outgrows one is started again with the next."""
MAX_TERMS = 4000
"""Terms of one polynomial."""
MAX_DEGREE = 240
"""Degree in one generator."""
MAX_BITS = 20_000
"""Bits of one coefficient."""
MAX_GCD = 4000
"""Product of the numbers of terms of two polynomials whose common factor is still looked for."""
MAX_FACTOR_TERMS = 150
"""Terms of a polynomial that is still factored."""
MAX_CASES = 400
"""Branches of a case distinction."""
MAX_STEPS = 12
"""Steps that a recurrence is unrolled, and terms that a finite sum is written out to."""


class Undecidable(Exception):
    """Neither proved nor refuted; the message is the reason, as a sentence's end."""


class Undefined(Undecidable):
    """An expression that has no value in the case at hand, such as a quotient by zero."""


class Overflow(Undecidable):
    """More generators than the field at hand has room for."""


class Budget:
    """A limit on processor time, so that a busy machine changes no verdict, and caps on the size of polynomials."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._end = time.process_time() + limit

    def check(self) -> None:
        if time.process_time() > self._end:
            raise Undecidable(f"the time limit of {self.limit:g} s was reached")

    @property
    def left(self) -> float:
        return self._end - time.process_time()

    def check_product(self, terms: int) -> None:
        self.check()
        if terms > 50 * MAX_TERMS:
            raise Undecidable(f"a polynomial would have more than {MAX_TERMS} terms")

    def check_power(self, terms: int, degree: int, bits: int, exponent: int) -> None:
        self.check()
        if exponent > MAX_BITS or bits * exponent > MAX_BITS:
            raise Undecidable(f"a number would have more than {MAX_BITS} bits")
        if degree * exponent > MAX_DEGREE:
            raise Undecidable(f"a power would have degree more than {MAX_DEGREE}")
        if terms > 1 and math.comb(terms + exponent - 1, exponent) > MAX_TERMS:
            raise Undecidable(f"a power would have more than {MAX_TERMS} terms")
