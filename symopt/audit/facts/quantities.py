"""What claims about orders of growth may be about, and what each is: counted from the definitions, or a theorem.

Words tell the quantity (the cost of a step, storage, steps to a precision, the error after so many steps) and the
subject (a method, a kind of convergence). What stands here is data: a method's orders come from `symopt.derive.orders`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from symopt.decide.orders import DOUBLE, LOG, POWER, SINGLE, Order
from symopt.derive.orders import PRECISION, STEPS, condition_order, step_order, steps_for, storage_order

COST, STORAGE, ITERATIONS, ERROR = "cost", "storage", "iterations", "error"


@dataclass(frozen=True)
class Truth:
    """The order that one quantity has for one subject.

    Args:
        quantity: which.
        system: the method or the kind of convergence.
        words: how texts name the subject.
        order: derived when asked for.
        sentence: why, for people.
        given: words without which it is something else.
        loose: whether a bound that is not tight may be about other functions, where it is tight.
        upper: whether a bound alone is proved, so that no order is too small.
    """

    quantity: str
    system: str
    words: str
    order: Callable[[], Order]
    sentence: str
    given: str = ""
    loose: bool = False
    upper: bool = False


WORDS = {
    STORAGE: r"\b(?:memory|stor(?:e|es|ed|age|ing)|size|space|entries|remember\w*)\b",
    COST: r"\b(?:costs?|operations?|flops?|expensive|work|complexity|time|takes?|overhead|inver\w+|solv\w+)\b",
    ITERATIONS: r"\b(?:iterations?|steps?|time|epochs?|updates?)\b",
}
_TURNING = (
    "not", "than", "unlike", "versus", "vs", "instead", "rather", "compared", r"avoid\w*", "without", "would", "if",
    "which", "from", "while", "whereas", "but", r"sav\w+", r"evaluat\w+", "line search", "extra", r"additional\w*",
    "further", "diagonal", "sparse", "structured?", r"band\w*", "triangular", r"approximat\w+", r"sketch\w*",
    "low[- ]rank", "inexact", "parallel", "total", "overall", "variance", r"averag\w+", r"interpolat\w+",
    r"overparam\w+", "amorti[sz]ed", r"super\w*", r"sub\w*", "per (?:example|entry|parameter|weight)",
    "(?<!conjugate )(?<!stochastic )gradients?(?! descent)",
)  # fmt: skip
CAREFUL = re.compile(rf"\b(?:{'|'.join(_TURNING)})\b|n't\b", re.IGNORECASE)
"""Words beside a claim that may make it one about something else, so that it is not called wrong."""
OTHER_UNITS = re.compile(
    r"^[\s$)]*(?:\w+[- ]){0,2}(?:vectors?|matri(?:x|ces)|pairs|products?|evaluations?|gradients?|solves?|calls?|queries"
    r"|scalars|layers|samples|examples|workers)\b",
    re.IGNORECASE,
)
"""What is counted in something else than operations and numbers."""

_LBFGS = r"\bL-?B(?:FG|GF)S\b|\blimited[- ]memory(?: BFGS)?"
_BFGS = r"(?<![LlBbMmOo-])\bBFGS\b(?!-B)|\bquasi-Newton\b"
_NEWTON = r"(?<!quasi-)(?<!uasi )(?<!auss-)\bNewton(?:'s|s)?\b(?!-[A-Z])|\bHessian\b"
_CG = r"\bconjugate[- ]gradients?\b|(?<!-)\bCG\b"
_DESCENT = r"(?<!stochastic )\bgradient descent\b|(?<!S)\bGD\b"
_SGD = r"\bSGD\b|\bstochastic gradient\b"
_HEAVY = r"\bheavy[- ]ball\b|\bPolyak(?:'s)? momentum\b"
_NESTEROV = r"\bNesterov\b|\baccelerated gradient\b"
_WELL = r"\bstrongly[- ]convex\b|\bquadratics?\b|\bcondition number\b|\bill-conditioned\b|\blinear(?:ly)?\b|\bkappa\b"
_CONVEX = r"(?<!strongly )(?<!strongly-)\b(?:convex|smooth)\b"
_ALONE = r"(?<!strongly )(?<!strongly-)\bconvex\b"
_NOT_ALONE = rf"(?s)^(?!.*{_ALONE})"
"""Where a function is not said to be convex and no more."""
_LINEAR = r"\blinear(?:ly)?\b(?!\s+(?:function|system|equation|model|time|algebra|in\b|regression|combination|solve))"
_QUADRATIC = r"\bquadratic(?:ally)?\b(?!\s+(?:function|form|model|program|problem|approximation|loss|cost|time|in\b))"
_CUBIC = r"\bcubic(?:ally)?\b(?!\s+(?:function|cost|time|in\b))"


def _error(level: int, exponent: int) -> Order:
    return Order.of(STEPS, -exponent, level)


def _rate(system: str, words: str, level: int, exponent: int, sentence: str) -> tuple[Truth, Truth]:
    error = _error(level, exponent)
    return (
        Truth(ERROR, system, words, lambda: error, sentence),
        Truth(ITERATIONS, system, words, lambda: steps_for(error), sentence),
    )


def _counted(system: str, words: str, cost: str, storage: str, given: str = "") -> tuple[Truth, Truth]:
    return (
        Truth(COST, system, words, partial(step_order, system), cost, given),
        Truth(STORAGE, system, words, partial(storage_order, system), storage),
    )


def _bounded(system: str, words: str, exponent: Fraction, sentence: str, given: str = _CONVEX) -> tuple[Truth, Truth]:
    """What proofs/smooth_convex.py bounds: the error of a value after so many steps."""
    error = Order.of(STEPS, -exponent, POWER)
    return (
        Truth(ERROR, system, words, lambda: error, sentence, given, loose=True, upper=True),
        Truth(ITERATIONS, system, words, lambda: steps_for(error), sentence, given, loose=True, upper=True),
    )


def _conditioned(system: str, words: str, rate: str) -> Truth:
    return Truth(
        ITERATIONS, system, words, lambda: condition_order(system) * Order.of(PRECISION, 1, LOG),
        f"At its best rate, {rate}, the error shrinks by the same share at each step.", _WELL, loose=True,
    )  # fmt: skip


TRUTHS: tuple[Truth, ...] = (
    *_rate("linear-convergence", _LINEAR, SINGLE, 1, "Linear convergence takes a fixed share of the error each step."),
    *_rate("quadratic-convergence", _QUADRATIC, DOUBLE, 2, "Quadratic convergence squares the error, over and over."),
    *_rate("cubic-convergence", _CUBIC, DOUBLE, 3, "Cubic convergence takes the error to the third power each step."),
    *_rate("newton", r"\bNewton(?:'s|s)?\b", DOUBLE, 2, "Newton's iteration squares its error."),
    *_counted("lbfgs", _LBFGS, "The two loops take 8M + 1 operations for each of the k pairs.",
              "Each of the k pairs is two vectors and a number."),
    *_counted("bfgs", _BFGS, "A matrix of M rows is changed by two of rank one.", "A matrix of M rows is kept."),
    *_counted("newton", _NEWTON, "A system of M equations is solved.", "The Hessian has M rows.",
              r"\bNewton|\binver\w+|\bsolv\w+|\bfactor\w+"),
    *_counted("conjugate-gradients", _CG, "A step takes one product with the matrix.", "A few vectors are kept."),
    Truth(ERROR, "sublinear-convergence", _SGD, lambda: _error(POWER, 1),
          "With rates that fall as 1/n, on a strongly convex function, the squared error is one over n.", _NOT_ALONE,
          loose=True),
    Truth(ITERATIONS, "sublinear-convergence", _SGD, lambda: steps_for(_error(POWER, 1)),
          "An error of 1/n takes 1/epsilon steps.", _NOT_ALONE, loose=True),
    *_bounded("gradient-descent", _DESCENT, Fraction(1), "On smooth convex functions k e + L D/2 does not grow."),
    *_bounded("nesterov", _NESTEROV, Fraction(2), "On smooth convex functions k (k + 1) e + 2 L D does not grow.", ""),
    *_bounded("sgd", rf"{_SGD}|\bsubgradient\b", Fraction(1, 2),
              "On convex functions the mean error of n steps is at most R g/sqrt(n).", _ALONE),
    _conditioned("gradient-descent", _DESCENT, "(kappa - 1)/(kappa + 1)"),
    _conditioned("momentum", _HEAVY, "(sqrt(kappa) - 1)/(sqrt(kappa) + 1)"),
    _conditioned("nesterov", _NESTEROV, "1 - 1/sqrt(kappa)"),
)  # fmt: skip
