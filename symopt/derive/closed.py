"""Closed forms of linear recurrences, in cases where hyperparameters may coincide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symopt.decide import holds
from symopt.derive.errors import NotDerivable
from symopt.derive.linear import System
from symopt.derive.particular import particular, terms_of
from symopt.derive.printed import merged, outward
from symopt.derive.spectral import Mode, modes, tidy
from symopt.language.roots import SumOverRoots
from symopt.language.symbols import At, t

STEP = sp.Symbol("i", integer=True, positive=True)
"""The step that a sum runs over."""
INNER = sp.Symbol("j", integer=True, positive=True)
LAST = sp.Symbol("l", integer=True, positive=True)
MAX_DEPTH = 3
"""Coincidences of hyperparameters that are followed one after another."""

Forms = dict[At, Any]
"""The value at step t of each state, by what it is: x[t], x[t - 1], ..."""


@dataclass(frozen=True)
class Solution:
    """Forms, with the comparisons under which they hold: equations that were put in, then what must differ."""

    forms: Forms
    equal: tuple[Any, ...] = ()
    distinct: tuple[Any, ...] = ()


def solve(system: System) -> tuple[Solution, ...]:
    """The closed form, last; before it those for coinciding hyperparameters, which it does not cover.

    A solution whose discriminant may be negative is preceded by its complex form.

    Raises:
        NotDerivable: the coefficients vary in a way that has no closed form.
    """
    return tuple(_cases(system, (), 0))


def _cases(system: System, equal: tuple[Any, ...], depth: int) -> Iterator[Solution]:
    forms = _forms(system)
    assumed: list[Any] = []
    for divisor in _divisors(forms):
        if holds(sp.Ne(divisor, 0, evaluate=False), limit=1.0).proved:
            continue
        puts = _solved(divisor)
        if not puts or depth == MAX_DEPTH:
            assumed.append(sp.Ne(divisor, 0, evaluate=False))
            continue
        for put in puts:
            yield from _cases(system.subs(dict([put])), (*equal, sp.Eq(*put, evaluate=False)), depth + 1)
    for inside in _discriminants(forms):
        negative = sp.Lt(inside, 0, evaluate=False)
        if not holds(sp.Ge(inside, 0, evaluate=False), limit=1.0).proved:
            imaginary = {inside**half: (sp.I * sp.sqrt(-inside)) ** (2 * half) for half in (sp.S.Half, -sp.S.Half)}
            yield Solution({a: form.subs(imaginary) for a, form in forms.items()}, (*equal, negative), tuple(assumed))
    yield Solution(forms, equal, tuple(assumed))


def _discriminants(forms: Forms) -> list[Any]:
    """What square roots are taken of, apart from numbers and single hyperparameters."""
    powers = [p for form in forms.values() for p in form.atoms(sp.Pow)]
    inside = [p.base for p in powers if p.exp.is_Rational and abs(p.exp) == sp.S.Half and p.base.is_Add]
    inside = [e for e in inside if not e.has(t, STEP, At)]
    return list(dict.fromkeys(inside))


def _divisors(forms: Forms) -> list[Any]:
    """What the forms divide by, apart from powers and what changes with the step."""
    found: dict[Any, None] = {}
    for form in forms.values():
        for sum_ in form.atoms(SumOverRoots):
            # A root that is 0 has no powers below 0, and two that coincide have a form of their own.
            last = sum_.polynomial.subs(sum_.variable, 0)
            found |= dict.fromkeys(f for f, _ in sp.factor_list(last)[1] if not f.is_number)
        for power in form.atoms(sp.Pow):
            exponent = power.exp
            if exponent.is_Rational and exponent < 0 and not power.base.has(t, STEP, INNER, At):
                for factor, _ in sp.factor_list(power.base)[1] if not power.base.is_Symbol else [(power.base, 1)]:
                    found.setdefault(_root_free(factor))
    return list(found)


def _root_free(e: Any) -> Any:
    """The radicand of a square root: it is zero where the root is."""
    return e.base if e.is_Pow and e.exp == sp.Rational(1, 2) else e


def _solved(divisor: Any) -> list[tuple[Any, Any]]:
    """Each (symbol, value) at which the divisor is zero, for a symbol that makes it simple."""
    symbols = sorted((s for s in divisor.free_symbols if divisor.is_polynomial(s)), key=str, reverse=True)
    for symbol in symbols:
        slope = sp.diff(divisor, symbol)
        if slope.is_number and slope != 0:
            return [(symbol, sp.expand(symbol - divisor / slope))]
    for symbol in symbols:
        parts = sp.Poly(divisor, symbol)
        if parts.degree() != 2 or not holds(sp.Ne(parts.LC(), 0, evaluate=False), limit=1.0).proved:
            continue
        a, b, c = parts.all_coeffs()
        root = sp.sqrt(sp.factor(b**2 - 4 * a * c))
        if not any(p.base.is_Add for p in root.atoms(sp.Pow)):
            return [(symbol, sp.expand(sp.cancel((-b + sign * root) / (2 * a)))) for sign in (1, -1)]
    return []


def _forms(system: System) -> Forms:
    if system.constant:
        return _constant(system)
    known: Forms = {}
    forms: Forms = {}
    for block in _blocks(system.matrix):
        part = _read_now(system, system.only(block, known), block, forms, known)
        alone = len(block) == 1 and part.forcing.has(sp.Sum)
        found = _constant(part) if part.constant and not alone else _varying(part)
        forms |= found
        for a, form in found.items():
            for back in range(2):
                known[a.base[a.index - back]] = form.subs(t, t - back) if back else form
    return forms


def _read_now(system: System, part: System, block: list[int], forms: Forms, known: Forms) -> System:
    """The part of one state with another's value at t in place of what that step made it from.

    Then a product over steps goes to t, where one to t - 1 would stand next to its last factor.
    """
    for other, (y, lag) in enumerate(system.states):
        own, read = system.matrix[other, other], system.matrix[block[0], other]
        if len(block) != 1 or lag or y[t] not in forms or read == 0 or not own.has(t, At):
            continue
        share: Any = sp.cancel(sp.piecewise_fold(read / own))
        plain, taken = system.forcing[block[0]], share * system.forcing[other]
        alone = all(system.matrix[other, k] == 0 for k in range(len(system.states)) if k != other)
        if alone and sp.count_ops(sp.expand(plain - taken)) < max(sp.count_ops(plain), 1):
            rest = part.forcing[0] - read * known[y[t - 1]] - plain
            moved = rest + sp.expand(plain - taken) + share * forms[y[t]]
            part = replace(part, forcing=sp.Matrix([moved]))
    return part


def _blocks(matrix: Any) -> list[list[int]]:
    """The strongly connected sets of states, each after those it reads."""
    size = matrix.shape[0]
    reach = [[k == m or matrix[k, m] != 0 for m in range(size)] for k in range(size)]
    for via in range(size):
        for k in range(size):
            for m in range(size):
                reach[k][m] = reach[k][m] or (reach[k][via] and reach[via][m])
    blocks = {tuple(m for m in range(size) if reach[k][m] and reach[m][k]) for k in range(size)}
    return [list(b) for b in sorted(blocks, key=lambda b: sum(reach[b[0]]))]


# Constant coefficients


def _constant(system: System) -> Forms:
    found = modes(system.matrix)
    exact, free = particular(system, {m.root: len(m.matrices) for m in found})
    start = system.start - exact.subs(t, system.first)
    forms: Forms = {}
    for row, (x, lag) in enumerate(system.states):
        total = exact[row]
        for mode in found:
            values = [(matrix.row(row) * start)[0] for matrix in mode.matrices]
            if mode.polynomial is not None:
                total += over_roots(mode, values, t - system.first)
                continue
            for j, value in enumerate(values):
                total += _since_start(mode.root, j, value, system.first)
        forms[x[t - lag]] = total + _forced(system, found, row, free)
    return forms


def _since_start(root: Any, j: int, value: Any, first: int) -> Any:
    """A start's share after t - first steps, as a multiple of r^t where r is a number."""
    if root.is_number and root != 0:
        return sp.ff(t - first, j) / sp.factorial(j) * root**t * outward(tidy(value / root ** (first + j)))
    return _decayed(root, t - first, j, outward(tidy(value)))


def _decayed(root: Any, since: Any, j: int, value: Any) -> Any:
    """binomial(n, j) r^(n - j) times the value, n being the steps since."""
    if root == 0:
        return sp.Piecewise((value, sp.Eq(since, j)), (sp.S.Zero, True)) if value != 0 else sp.S.Zero
    return sp.ff(since, j) / sp.factorial(j) * root ** (since - j) * value


def _forced(system: System, found: Sequence[Mode], row: int, free: Any) -> Any:
    """The sums over past inputs, one for each kind of input."""
    weights: dict[Any, Any] = {}
    unwritten: dict[Any, list[tuple[int, Any]]] = {}
    total = sp.S.Zero
    for column, inputs in enumerate(free):
        for part in terms_of(inputs):
            if part == 0:
                continue
            coefficient, kind = _separated(part)
            for place, mode in enumerate(found):
                if mode.polynomial is not None:
                    unwritten.setdefault((kind, place), []).append((column, coefficient))
                    continue
                for j, matrix in enumerate(mode.matrices):
                    value = matrix[row, column] * coefficient
                    if mode.root != 0:
                        key = (kind, mode.root, j)
                        weights[key] = weights.get(key, 0) + value
                    elif value != 0:
                        late = (value * kind).subs(t, t - j)
                        past = sp.Ge(t, system.first + 1 + j)
                        total += late if j == 0 else sp.Piecewise((late, past), (sp.S.Zero, True))
    for (kind, place), shares in unwritten.items():
        values = [sum((m[row, column] * c for column, c in shares), sp.S.Zero) for m in found[place].matrices]
        weight = over_roots(found[place], values, t - STEP)
        if weight != 0:
            total += _summed(weight, kind, system.first)
    for kind in dict.fromkeys(k for k, _, _ in weights):
        shares = {(root, j): tidy(w) for (k, root, j), w in weights.items() if k == kind}
        weight = gathered({key: w for key, w in shares.items() if w != 0})
        if weight != 0:
            total += _summed(weight, kind, system.first)
    return total


def over_roots(mode: Mode, values: Sequence[Any], since: Any) -> Any:
    """What the values, polynomials in an eigenvalue that is not written out, make after so many steps."""
    parts = (sp.ff(since, j) / sp.factorial(j) * mode.root ** (since - j) * v for j, v in enumerate(values))
    body = sp.Add(*parts)
    return SumOverRoots(body, mode.root, mode.polynomial) if body != 0 else sp.S.Zero


def _separated(part: Any) -> tuple[Any, Any]:
    """(what is constant, what depends on the step) of a product."""
    constant, moving = part.as_independent(t, *part.atoms(At), as_Add=False)
    return constant, moving


def gathered(shares: Mapping[tuple[Any, int], Any]) -> Any:
    """The weight of an input of step i by now: the shares of the eigenvalues, common factors taken out."""
    ages = {key: sp.Dummy() for key in shares}
    total = sum((ages[key] * value for key, value in shares.items()), sp.S.Zero)
    top, bottom = sp.fraction(sp.together(total))
    common, rest = sp.S.One, top
    if not any(p.exp.is_Rational and not p.exp.is_Integer for p in total.atoms(sp.Pow)) and not total.has(sp.I):
        found: Any = sp.factor_list(top)
        within = [f**m for f, m in found[1] if f.has(*ages.values())]
        common = found[0] * sp.Mul(*(f**m for f, m in found[1] if not f.has(*ages.values())))
        rest = sp.Mul(*within)
    rest = sp.collect(sp.expand(rest), list(ages.values()))
    decayed = {age: _decayed(root, t - STEP, j, sp.S.One) for (root, j), age in ages.items()}
    return (
        outward(common / bottom) * outward(rest.xreplace(decayed))
        if rest.is_Add
        else outward(common / bottom * rest.xreplace(decayed))
    )


def _summed(weight: Any, kind: Any, first: int) -> Any:
    """The sum of the weights times the inputs so far, with what is the same for all in front."""
    constant, moving = weight.as_independent(STEP, t, as_Add=False)
    return constant * sp.Sum(moving * _renamed(kind).subs(t, STEP), (STEP, first + 1, t))


def _renamed(e: Any) -> Any:
    """The expression with the steps that its own sums run over called otherwise than the step of the sum around it."""
    return _without_bound(e, STEP)


def _without_bound(e: Any, variable: Any) -> Any:
    """The expression with no sum or product of its own running over that variable."""
    bound = {limit[0] for s in e.atoms(sp.Sum, sp.Product) for limit in s.limits}
    names = (INNER, LAST, *(sp.Symbol(f"j_{k}", integer=True, positive=True) for k in range(9)))
    free = next(v for v in names if v not in bound and v != variable and v not in e.free_symbols)
    return e.xreplace({variable: free}) if variable in bound else e


# Varying coefficients


def _varying(system: System) -> Forms:
    if len(system.states) != 1:
        names = ", ".join(str(x[t - lag]) for x, lag in system.states)
        raise NotDerivable(
            f"{names} depend on each other with coefficients that change from step to step; "
            "such a system has no closed form, only the product of its matrices"
        )
    (x, _), slope, first = system.states[0], system.matrix[0, 0], system.first
    decay = _product(slope, first + 1)
    total = decay * system.start[0]
    nested, late, plain = _nested(system.forcing[0], first)
    if late != 0 and sp.expand(late.subs(STEP, t) - plain) == 0:
        # What comes in at step t itself is the sum's next term.
        nested, late, plain = nested + late, sp.S.Zero, sp.S.Zero
    if plain != 0:
        total += sp.Sum(_product(slope, STEP + 1) * _renamed(plain).subs(t, STEP), (STEP, first + 1, t))
    exchanged: list[tuple[Any, Any]] = [(nested, STEP), (late, STEP + 1)]
    for terms, low in exchanged:
        if terms != 0:
            # The input is itself a sum over past steps i: the two sums change places.
            moved = merged(_without_bound(terms, INNER).subs(t, INNER) * _product(slope, INNER + 1, LAST))
            outer, inner = moved.as_independent(INNER, as_Add=False)
            total += sp.Sum(outer * sp.Sum(inner, (INNER, low, t)), (STEP, first + 1, t))
    return {x[t]: total}


def _nested(forcing: Any, first: int) -> tuple[Any, Any, Any]:
    """(terms of the sums over the steps to t, of those to t - 1, the rest) of an input."""
    terms: dict[Any, Any] = {t: sp.S.Zero, t - 1: sp.S.Zero}
    rest: Any = sp.S.Zero
    expanded: Any = sp.expand_mul(forcing)
    for part in sp.Add.make_args(expanded):
        sums = [s for s in sp.Mul.make_args(part) if isinstance(s, sp.Sum)]
        limits: Any = sums[0].limits[0] if len(sums) == 1 else (None, None, None)
        if limits[1] == first + 1 and limits[2] in terms:
            terms[limits[2]] += part / sums[0] * sums[0].function.subs(limits[0], STEP)
        else:
            rest += part
    return terms[t], terms[t - 1], rest


def _product(slope: Any, low: Any, variable: Any = INNER) -> Any:
    if not slope.has(t, At):
        return slope ** (t - low + 1)
    return sp.Product(slope.subs(t, variable), (variable, low, t))
