"""Between SymPy expressions, where mathematics is done, and terms, where notation is kept."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import sympy as sp

from symopt.language import terms as T
from symopt.language.symbols import At, Dot, Grad, Norm, Sequence
from symopt.language.terms import Term

_FUNCTIONS: dict[str, Any] = {
    "sqrt": sp.sqrt, "abs": sp.Abs, "sign": sp.sign, "max": sp.Max, "min": sp.Min, "exp": sp.exp,
    "log": sp.log, "floor": sp.floor, "ceil": sp.ceiling, "mod": sp.Mod, "norm": Norm, "dot": Dot,
    "sin": sp.sin, "cos": sp.cos, "tanh": sp.tanh,
}  # fmt: skip
_NAMES = {f: n for n, f in _FUNCTIONS.items() if n != "sqrt"} | {sp.Abs: "abs"}
_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": sp.Eq, "<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "!=": sp.Ne,
}  # fmt: skip
_RELATION_NAMES: dict[type, str] = {
    sp.Eq: "=", sp.StrictLessThan: "<", sp.LessThan: "<=", sp.StrictGreaterThan: ">", sp.GreaterThan: ">=", sp.Ne: "!=",
}  # fmt: skip


def latex_name(symbol: sp.Symbol) -> str:
    """The symbol as it is typeset: ``\\beta_1`` for beta_1."""
    if isinstance(symbol, Sequence) and symbol.latex:
        return symbol.latex
    return _typeset(symbol.name)


@cache
def _typeset(name: str) -> str:
    text = sp.latex(sp.Symbol(name))
    return text.replace("_{1}", "_1").replace("_{2}", "_2").replace("_{0}", "_0")


@lru_cache(maxsize=1 << 16)
def to_term(expression: Any) -> Term:
    """The expression as a formula in the customary order: ``theta[t-1]`` before ``- eta ...``."""
    match expression:
        case sp.Rational():
            value = T.number(Fraction(abs(int(expression.p)), 1))
            if expression.q != 1:
                value = value / T.number(int(expression.q))
            return T.neg(value) if expression.p < 0 else value
        case At():
            return T.at(latex_name(expression.base), to_term(expression.index))
        case sp.Symbol():
            return T.name(latex_name(expression))
        case sp.Add():
            return T.add(*(to_term(a) for a in _ordered(expression)))
        case sp.Mul():
            return _product(expression)
        case sp.Pow():
            return _power(expression)
        case Grad():
            return T.grad(to_term(expression.point))
        case sp.Piecewise():
            rows = [[to_term(part) for part in pair.args] for pair in expression.args]
            return Term("cases", tuple(x for row in rows for x in row))
        case sp.Sum() | sp.Product():
            variable, low, high = expression.limits[0]
            head = "sum" if isinstance(expression, sp.Sum) else "prod"
            return Term(head, (to_term(low), to_term(high), to_term(expression.function)), latex_name(variable))
        case _ if expression == sp.true:
            return T.name("otherwise")
        case sp.core.relational.Relational():
            return T.relation(_RELATION_NAMES[type(expression)], to_term(expression.lhs), to_term(expression.rhs))
        case sp.Function() | sp.Min() | sp.Max():
            return T.call(_NAMES[expression.func], *(to_term(a) for a in _arguments(expression)))
        case _:
            raise TypeError(f"no notation for {expression} of type {type(expression).__name__}")


def _arguments(call: Any) -> list[Any]:
    """A function's arguments in order; those of min and max, which have none, with values at steps first."""
    if isinstance(call, sp.Min | sp.Max):
        return sorted(call.args, key=lambda a: (not a.atoms(At), sp.default_sort_key(a)))
    return list(call.args)


@lru_cache(maxsize=4096)
def _is_past(index: Any) -> bool:
    return bool(sp.expand(index - sp.Symbol("t", integer=True, positive=True)).is_negative)


def _ordered(total: sp.Add) -> list[Any]:
    """Positive parts first, remembered values before new ones, constants last, but numbers in front."""

    def key(part: Any) -> tuple[Any, ...]:
        lags = [a.index for a in part.atoms(At)]
        return (
            bool(part.could_extract_minus_sign()),
            not (part.is_Rational or part.atoms(At)),
            not (part.is_Rational or any(isinstance(a, At) for a in sp.Mul.make_args(part))),
            not any(map(_is_past, lags)),
            not isinstance(part, At),
            sp.default_sort_key(part),
        )

    return sorted(total.args, key=key)


def _product(product: Any) -> Term:
    coefficient, rest = product.as_coeff_Mul()
    if coefficient.is_negative:
        return T.neg(to_term(-product))
    top, bottom = _fraction(product)
    if bottom != 1:
        return to_term(top) / to_term(bottom)
    factors = [f for f in rest.as_ordered_factors() if f != 1] if rest.is_Mul else [rest]
    factors.sort(key=lambda f: (bool(f.atoms(At, Grad)), not f.is_Symbol and not f.is_Add))
    head = [] if coefficient == 1 else [to_term(coefficient)]
    return T.mul(*head, *(to_term(f) for f in _under_one_root(factors)))


def _fraction(product: Any) -> tuple[Any, Any]:
    """Numerator and denominator, of which ``exp(-x)`` is none; SymPy's own simplifies each exponent with symbols."""
    top: list[Any] = []
    bottom: list[Any] = []
    factors: tuple[Any, ...] = sp.Mul.make_args(product)
    for factor in factors:
        base, exponent = factor.as_base_exp()
        power = factor.is_commutative and (factor.is_Pow or factor.func is sp.exp)
        if power and exponent.is_number and exponent.is_negative:
            bottom.append(base if exponent == -1 else base**-exponent)
        elif factor.is_Rational and not factor.is_Integer:
            top += [factor.p] if factor.p != 1 else []
            bottom.append(factor.q)
        else:
            top.append(factor)
    return sp.Mul(*top, evaluate=False), sp.Mul(*bottom, evaluate=False)


def _under_one_root(factors: list[Any]) -> list[Any]:
    """The factors with their square roots, which SymPy splits where it knows signs, joined into one."""
    roots = [f for f in factors if f.is_Pow and f.exp == sp.Rational(1, 2)]
    if len(roots) < 2:
        return factors
    joined = sp.sqrt(sp.Mul(*(f.base for f in roots)), evaluate=False)
    return [joined if f == roots[0] else f for f in factors if f not in roots[1:]]


def _power(power: Any) -> Term:
    base, exponent = power.as_base_exp()
    if power.exp == sp.Rational(1, 2):
        return T.sqrt(to_term(power.base))
    if power.exp.could_extract_minus_sign():
        return T.number(1) / to_term(power.base ** (-power.exp))
    if power.exp.is_Rational and power.exp.q == 2:
        return T.sqrt(to_term(power.base)) ** int(power.exp.p)
    return to_term(base) ** to_term(exponent)


def to_sympy(term: Term, resolve: Callable[[Term], Any]) -> Any:
    """The expression that a term means.

    Args:
        term: any term but a statement.
        resolve: asked for every node first; returns what a name, an indexed name, a gradient
            or an expectation stands for, and None for nodes that have their usual meaning.

    Raises:
        KeyError: a name that ``resolve`` does not know.
    """
    known = resolve(term)
    if known is not None:
        return known
    go: Callable[[Term], Any] = lambda a: to_sympy(a, resolve)  # noqa: E731 - shorter than a nested def
    match term.head:
        case "number":
            assert term.value is not None
            return sp.Rational(term.value.numerator, term.value.denominator)
        case "add":
            return sp.Add(*map(go, term.args))
        case "mul":
            return sp.Mul(*map(go, term.args))
        case "neg":
            return -go(term.args[0])
        case "div":
            return go(term.args[0]) / go(term.args[1])
        case "pow":
            return go(term.args[0]) ** go(term.args[1])
        case "call":
            return _FUNCTIONS[term.name](*map(go, term.args))
        case "relation":
            return _RELATIONS[term.name](go(term.args[0]), go(term.args[1]))
        case "cases":
            rows = zip(term.args[::2], term.args[1::2], strict=True)
            return sp.Piecewise(*((go(a), sp.true if c.name == "otherwise" else go(c)) for a, c in rows))
        case "sum" | "prod":
            bound = sp.Symbol(term.name, integer=True)
            inner = lambda a: bound if a.head == "name" and a.name == term.name else resolve(a)  # noqa: E731 - as above
            low, high, body = go(term.args[0]), go(term.args[1]), to_sympy(term.args[2], inner)
            return (sp.Sum if term.head == "sum" else sp.Product)(body, (bound, low, high))
        case _:
            raise KeyError(term.name or term.head)
