"""What formulas about losses of one score mean: of one example, or summed over the examples.

The score z = w^T x + b, the target y, the input x and the weight w are numbers: one coordinate of one example,
whichever it is. A sum over examples is the factor S, which stands for the sum's own linearity: the sum of a v_i is
S a v.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import sympy as sp

from symopt.audit.facts.spelling import Spelling, spelling
from symopt.derive.loss_gradients import activation_slope
from symopt.language.symbols import At
from symopt.language.terms import Term
from symopt.losses import classes
from symopt.losses.activations import ACTIVATIONS, Activation
from symopt.losses.one_score import threshold, y, z
from symopt.rewrites.formula_mistakes import INDICATOR

x, w, bias, pair = sp.symbols("x w b u", real=True)
over = sp.Symbol("S", positive=True)
"""The sum over the examples."""
size, sign_of_w = sp.Symbol("|w|", nonnegative=True), sp.Symbol("sign w", real=True)
square = sp.Symbol("|w|^2", nonnegative=True)
DATA = frozenset({x, y, z})
unit = sp.Symbol("I", nonnegative=True)
"""The identity matrix."""
PENALTY = frozenset({w, size, sign_of_w, square, unit})

TARGETS = frozenset({"y", "t", "Y", "d", "target", r"\tilde{y}"})
OUTPUTS = frozenset({r"\hat{y}", r"\hat{Y}", "a", "o", "p", r"\hat{p}", "A", "P", r"\pi", r"\mu", "h", "f", r"\hat{t}"})
SCORES = frozenset({"z", "Z", "s", "u"})
INPUTS = frozenset({"x", "X", r"\phi", r"\Phi"})
WEIGHTS = frozenset({"w", "W", r"\theta", r"\beta", r"\Theta", r"\omega", r"\vec{w}"})
BIASES = frozenset({"b", "c"})
RATES = frozenset({r"\eta", r"\alpha", r"\lambda", r"\gamma", r"\epsilon", "C", r"\mu", r"\rho", r"\tau"})
COUNTS = frozenset({"n", "N", "m", "M", "B", "|B|", "b"})
PREDICTORS = frozenset({"f", "h", "g", "a", "o", r"\hat{y}", r"\phi", r"\varphi", "F", "y", r"\pi"})
SIGMOIDS = frozenset({r"\sigma", "sigmoid", "sigm", "S", "logistic", "expit"})
FIRST = frozenset({"0", "1", "b"})


class NotAbout(Exception):
    """A part that formulas about these losses do not have."""


class Misfit(NotAbout):
    """Shapes that do not fit."""


def sigmoid(u: Any) -> Any:
    return 1 / (1 + sp.exp(-u))


@dataclass(frozen=True)
class Output:
    """What a prediction is in the score: linear, sigmoid, tanh or exponential."""

    name: str
    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]


LINEAR = Output("linear", lambda u: u, lambda u: sp.Integer(1))
SIGMOID = Output("sigmoid", sigmoid, lambda u: sigmoid(u) * (1 - sigmoid(u)))
TANH = Output("tanh", sp.tanh, lambda u: 1 - sp.tanh(u) ** 2)
EXP = Output("exp", sp.exp, sp.exp)
OUTPUTS_KNOWN = (SIGMOID, LINEAR, TANH, EXP)
_FONTS = re.compile(r"\\(?:mathrm|operatorname|text|textrm|mathsf|mathit|mathbf|rm)\b|[^a-zA-Z]")


def words_for(name: str) -> tuple[Activation, ...]:
    """The activations that a word, such as ReLU, is the name of."""
    word = _FONTS.sub("", name).lower()
    return tuple(a for a in ACTIVATIONS if word in a.words)


@cache
def output_of(activation: Activation) -> Output:
    """A prediction that is an activation of the score."""

    def at(e: Any, score: Any) -> Any:
        return e.subs(z, score)

    return Output(activation.name, partial(at, activation.value), partial(at, activation_slope(activation)))


def meaning(term: Term, output: Output, by: Spelling | None = None) -> Any:
    """The value that a formula's side has.

    Args:
        term: the side.
        output: what predictions are in the score.
        by: the weight that it is a derivative by, if it is one; inputs with another index are not its own.

    Raises:
        NotAbout: a part that has no place in such a formula.
    """
    bases = {found.base for node in term.nodes() if (found := spelling(node)) is not None}
    reader = _Meaning(output, by, OUTPUTS | {"y"} if {"t", "y"} <= bases else OUTPUTS)
    made = reader(term)
    if len(reader.shapes) > 1:
        raise Misfit("the examples are rows of X in one product and its columns in another")
    if bias in made.free_symbols:
        made = sp.expand(made.xreplace({pair: z - bias}))
    return made.xreplace({pair: z})


class _Meaning:
    def __init__(self, output: Output, by: Spelling | None, outputs: frozenset[str]) -> None:
        self.output, self.by, self.outputs = output, by, outputs
        self.shapes: set[str] = set()

    def __call__(self, term: Term) -> Any:
        own = self._leaf(term) if term.head in ("name", "at", "call") else None
        if own is not None:
            return own
        match term.head:
            case "number" if term.value is not None:
                return sp.Rational(term.value.numerator, term.value.denominator)
            case "add":
                return _going_on([self(a) for a in term.args])
            case "neg":
                return -self(term.args[0])
            case "mul":
                return self._product(term)
            case "div":
                return self(term.args[0]) / self(term.args[1])
            case "pow":
                return self._power(term)
            case "sum":
                return self._sum(term)
            case "cases":
                return self._cases(term)
            case "expect":
                return over * self(term.args[0])
            case "call":
                return self._call(term)
            case _:
                raise NotAbout(term.head)

    def _leaf(self, term: Term) -> Any:
        found = spelling(term)
        if found is None or (term.head == "call" and not self._is_symbol(found, term)):
            return None
        base = found.base
        if term.head == "call" and base in (r"\phi", r"\Phi") and self._of_input(term):
            return x
        if term.head == "call":
            return self._predicted(found, term)
        if base in TARGETS - self.outputs:
            return y
        if base in SCORES:
            return z
        if base in INPUTS:
            return self._input(found)
        if base in BIASES or (base in WEIGHTS and found.indices and found.indices[0] in ("0", "b")):
            return bias if base != "c" else None
        if base in WEIGHTS:
            return w
        if base in self.outputs and base not in ("m", r"\mu"):
            return self.output.value(z)
        if base == r"\delta" and not found.indices:
            return threshold
        if base == "I" and not found.indices and term.head == "name":
            return unit
        if base in RATES or base in COUNTS:
            return sp.Symbol(base, positive=True)
        raise NotAbout(base)

    def _is_symbol(self, found: Spelling, term: Term) -> bool:
        base = found.base.rstrip("'")
        return len(term.args) == 1 and (base in PREDICTORS or base in SIGMOIDS or bool(words_for(base)))

    def _of_input(self, term: Term) -> bool:
        """Whether a function's argument is the input: its features."""
        found = spelling(term.args[0])
        return found is not None and found.base in INPUTS

    def _predicted(self, found: Spelling, term: Term) -> Any:
        base, primed = found.base.rstrip("'"), found.base.endswith("'")
        if base in SIGMOIDS:
            inside = self(term.args[0])
            if inside in (x, over * x):
                inside = z
            return SIGMOID.slope(inside) if primed else SIGMOID.value(inside)
        worded = words_for(base)
        if worded:
            known = self.output if any(a.name == self.output.name for a in worded) else output_of(worded[0])
            return (known.slope if primed else known.value)(self(term.args[0]))
        if primed:
            return self.output.slope(z)
        try:
            inside = self(term.args[0])
        except NotAbout:
            inside = z
        negative = inside in (-z, -pair)
        if not negative and inside.has(y) and base != "y":
            raise NotAbout("a prediction that knows its target")
        return self.output.value(-z if negative else z)

    def _input(self, found: Spelling) -> Any:
        if self.by is not None and self.by.base in BIASES:
            raise NotAbout("an input in a bias's derivative")
        ours, theirs = (self.by.indices if self.by is not None else ()), found.indices
        other = ours and theirs and not set(ours) & set(theirs)
        if other and all(i in ("j", "k", "l") or i.isdigit() for i in theirs):
            raise NotAbout("an input of another weight")
        return over * x if found.base in ("X", r"\Phi") else x

    def _product(self, term: Term) -> Any:
        parts = list(term.args)
        values: list[Any] = []
        while parts:
            part = parts.pop(0)
            if parts and _is_score(part, parts[0]):
                values.append(pair)
                self._shape(part, parts.pop(0))
                continue
            if _matrix(part) is not None and len(term.args) > 1:
                first = not any(v.free_symbols & DATA for v in values)
                self.shapes.add("rows" if first == _matrix(part) else "columns")
            values.append(self(part))
        summed = [v for v in values if v.has(over)]
        if (
            len(summed) == 2
            and summed == [over * x] * 2
            and [m for m in map(_matrix, term.args) if m is not None].count(True) == 1
        ):
            return sp.Mul(*values) / over  # X^T X, with diagonal matrices perhaps between the two
        if len(summed) > 1:
            raise NotAbout("a product of two sums")
        return sp.Mul(*values)

    def _shape(self, first: Term, second: Term) -> None:
        """Whether ``X w`` has the examples as rows of X, and ``X^T w`` as its columns."""
        for part, other in ((first, False), (second, True)):
            turned = _matrix(part)
            if turned is not None:
                self.shapes.add("rows" if turned == other else "columns")

    def _power(self, term: Term) -> Any:
        base, exponent = term.args
        if base.head == "call" and base.name == "norm" and exponent.value == 2:
            inside = self(base.args[0])
            return square if inside == w else _summed(inside**2)
        if exponent.head == "name" and base.head in ("name", "at"):
            return self(base)  # an index set high: a^L
        if base.head in ("name", "at") and exponent.value is not None:
            found = spelling(base)
            if found and self.by is not None and str(exponent.value) in self.by.indices and found.base in INPUTS:
                return self._input(Spelling(found.base, (str(exponent.value),)))
        power = self(exponent)
        if not power.is_Rational:
            raise NotAbout("a power that is no number")
        value = self(base)
        if value.has(over):
            raise NotAbout("a power of a sum")
        return square if value == w and power == 2 else value**power

    def _sum(self, term: Term) -> Any:
        body = term.args[2]
        if body.head == "mul" and len(body.args) == 2 and _is_score(*body.args):
            return pair
        value = self(body)
        if value.has(over):
            return value if value.free_symbols & DATA or not value.free_symbols & PENALTY else _fail("a sum of sums")
        return value if value.free_symbols & PENALTY and not value.free_symbols & DATA else over * value

    def _cases(self, term: Term) -> Any:
        value: Any = sp.Integer(0)
        for case, condition in reversed(list(zip(term.args[::2], term.args[1::2], strict=True))):
            if condition.name == "otherwise":
                value = self(case)
            else:
                holds = self._indicator(condition)
                value = holds * self(case) + (1 - holds) * value
        return value

    def _indicator(self, relation: Term) -> Any:
        if relation.head != "relation" or relation.name not in ("<", "<=", ">", ">="):
            raise NotAbout("a condition on something else")
        left, right = map(self, relation.args)
        return (1 + sp.sign(left - right if relation.name[0] == ">" else right - left)) / 2

    def _call(self, term: Term) -> Any:
        if term.name == INDICATOR:
            return self._indicator(term.args[0])
        if term.name == "dot" and len(term.args) == 2 and _is_score(*term.args):
            return pair
        values = [self(a) for a in term.args]
        match term.name, values:
            case "transpose", [inside]:
                return inside
            case "exp", [inside]:
                return sp.exp(inside)
            case "log", [inside]:
                return logarithm(inside)
            case (("tanh" | "tanh'"), [inside]):
                return sp.tanh(inside) if term.name == "tanh" else TANH.slope(inside)
            case (("max" | "min"), [_, *_]):
                return (sp.Max if term.name == "max" else sp.Min)(*values)
            case "sign", [inside]:
                return sign_of_w if inside == w else sp.sign(inside)
            case "abs", [inside]:
                return size if inside == w else sp.Abs(inside)
            case "norm", [inside]:
                return _norm(term, inside)
            case _:
                raise NotAbout(term.name)


def _going_on(values: list[Any]) -> Any:
    """The sum, a sum over examples taken to go on to where their data end."""
    if values[0].has(over):
        values = [v if v.has(over) or not v.free_symbols & (DATA | {pair}) else over * v for v in values]
    return sp.Add(*values)


def _matrix(term: Term) -> bool | None:
    """Whether the matrix of all examples is transposed here; None for anything else."""
    turned = term.head == "call" and term.name == "transpose"
    found = spelling(term.args[0] if turned else term)
    return turned if found in (Spelling("X"), Spelling(r"\Phi")) else None


def _fail(reason: str) -> Any:
    raise NotAbout(reason)


def _norm(term: Term, inside: Any) -> Any:
    if inside != w:
        raise NotAbout("a norm of something else")
    return size if term.name.endswith("1") else _fail("a norm that is not squared")


def _summed(value: Any) -> Any:
    return over * value.xreplace({over: sp.Integer(1)})


def _is_score(a: Term, b: Term) -> bool:
    """Whether the product of two parts is a score: weights times input, in any order, one transposed perhaps."""
    found = [spelling(p.args[0] if p.head == "call" and p.name == "transpose" else p) for p in (a, b)]
    features = (r"\phi", r"\Phi")
    if any(
        f is None or (p.head == "call" and p.name != "transpose" and f.base not in features)
        for f, p in zip(found, (a, b), strict=True)
    ):
        return False
    bases = {f.base for f in found if f is not None}
    return bool(bases & WEIGHTS) and bool(bases & INPUTS)


def logarithm(u: Any) -> Any:
    """The logarithm, of a product of positive numbers as a sum."""
    if u.is_Mul and all(_positive(f) for f in u.args):
        return sp.Add(*(logarithm(f) for f in u.args))
    if u.is_Pow and _positive(u.base):
        return u.exp * logarithm(u.base)
    return u.args[0] if isinstance(u, sp.exp) else sp.log(u)


def _positive(u: Any) -> bool:
    if u.is_Pow:
        return _positive(u.base)
    if isinstance(u, sp.Sum):
        return _positive(u.function)
    return bool(u.is_positive) or isinstance(u, sp.exp) or (isinstance(u, At) and u.base == classes.y)
