"""Steps when every gradient is the same number g: in closed form, and what they tend to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, holds, identity, solves
from symopt.derive.averages import averages, together
from symopt.derive.closed import solve
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.linear import System, system_of
from symopt.derive.printed import outward
from symopt.language.linear import is_linear
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, HyperSymbol, Sequence, t


def gradient(optimizer: Optimizer) -> Any:
    """The number that every gradient is, not zero."""
    taken = {h.name for h in optimizer.hyper}
    return sp.Symbol("g" if "g" not in taken else "gradient", real=True, nonzero=True)


@lru_cache(maxsize=256)
def constant_gradients(optimizer: Optimizer) -> Derivation:
    r"""The steps when every gradient is g, and their limit.

    Averages of gradients tend to g, averages of squares to g^2, sums grow like t: with that put in, Adam's and
    RMSProp's steps tend to the learning rate, Adagrad's fall like :math:`1/\sqrt t`, momentum's rise to
    :math:`\eta g/(1 - \mu)`.

    Raises:
        NotDerivable: the states are not linear recurrences of their own, or the limit is not plain to see.
    """
    if is_linear(optimizer):
        raise NotDerivable(f"{optimizer.name} is not elementwise")
    system, values = _states(optimizer)
    forms = {a.base: together(form) for a, form in solve(system)[-1].forms.items() if a.index == t}
    equations, start = system.equations(), system.initial()
    solved = tuple(sp.Eq(s[t], form, evaluate=False) for s, form in forms.items())
    params = optimizer.params
    # The step at t = 1 reads the initial values, so the forms must have them at 0.
    from_start = [identity(form.subs(t, 0), start[s[0]]) for s, form in forms.items()]
    if not all(verdict.proved for verdict in from_start):
        raise NotDerivable(f"{optimizer.name}: its first step is of another form than the others")
    before = {s[t - 1]: form.subs(t, t - 1) for s, form in forms.items()}
    moved = sp.expand(values[params[t]] - params[t - 1])
    if moved.has(params):
        raise NotDerivable(f"{optimizer.name}: the length of a step depends on {params}")
    written = moved.xreplace(before)
    step = _short(written)
    step = step if sp.count_ops(step) < sp.count_ops(written) else written
    claim = sp.Eq(params[t] - params[t - 1], step, evaluate=False)
    steps = [
        Step(equations, "every gradient is g: solve the recurrences", solved, solves(equations, start, forms)),
        Step(solved, "put them into the step", claim, conjunction([*from_start, identity(written, step)])),
    ]
    if step.has(t):
        limit, at_last, proof = _limit(optimizer, step)
        steps.append(Step(claim, at_last, limit, proof))
    return Derivation(
        "Steps under constant gradients", tuple(steps), Guarantee.LIMIT if step.has(t) else Guarantee.IDENTITY,
        name="constant-gradients",
        assumptions=("every gradient is g, which is not 0",), optimizer=optimizer,
    )  # fmt: skip


def fits(optimizer: Optimizer) -> bool:
    """Whether the steps under constant gradients have a closed form and a limit."""
    try:
        constant_gradients(optimizer)
    except NotDerivable:
        return False
    return True


def _states(optimizer: Optimizer) -> tuple[System, dict[Any, Any]]:
    """The recurrences of the states other than the parameters, and each value at t through those at t - 1."""
    g = gradient(optimizer)
    values: dict[Any, Any] = {}
    for eq in optimizer.update:
        values[eq.lhs] = eq.rhs.replace(lambda x: isinstance(x, Grad), lambda _: g).xreplace(values)
    states = [s for s in optimizer.states if s != optimizer.params]
    if not states:
        raise NotDerivable(f"{optimizer.name} has no states besides its parameters: every step is the same")
    rows: list[Any] = [sp.Eq(s[t], values[s[t]], evaluate=False) for s in states]
    if any(row.rhs.has(optimizer.params) for row in rows):
        raise NotDerivable(f"{optimizer.name}: a state reads the parameters")
    system = system_of(rows, {s[0]: optimizer.init[s] for s in states})
    if not system.constant:
        raise NotDerivable(f"{optimizer.name}: the coefficients of its averages change from step to step")
    return system, values


def _short(e: Any) -> Any:
    """The step with what cancels between numerator and denominator gone.

    Each power a**(t + k) is a**k times a**t to that, and g**2 is the square of |g|.
    """
    powers = {p for p in e.atoms(sp.Pow) if p.exp.has(t) and p.base.is_Symbol}
    if any(sp.diff(p.exp, t).has(t) for p in powers):
        return e
    of_base = {base: sp.Dummy(str(base), positive=True) for base in {p.base for p in powers}}
    sizes = {a: sp.Dummy("size", positive=True) for a in e.atoms(sp.Abs) if a.args[0].is_Symbol}
    places: dict[Any, Any] = dict(sizes) | {a.args[0] ** 2: d**2 for a, d in sizes.items()}
    for p in powers:
        slope = sp.diff(p.exp, t)
        places[p] = of_base[p.base] ** slope * p.base ** sp.expand(p.exp - slope * t)
    plain = e.xreplace(places)
    short = min((sp.simplify(plain), sp.factor(sp.simplify(plain))), key=sp.count_ops)
    back = {d: base**t for base, d in of_base.items()} | {d: a for a, d in sizes.items()}
    return outward(short).subs(back)


def _limit(optimizer: Optimizer, step: Any) -> tuple[Any, str, Verdict]:
    """(the statement of the limit, the rule, its proof): powers of shares tend to 0."""
    vanished = _without_powers(step)
    if not vanished.has(t):
        value = _short(vanished)
        statement: Any = sp.Eq(sp.Limit(step, t, sp.oo), value, evaluate=False)
        return statement, "powers of shares below 1 tend to 0", _continuous(optimizer, vanished, value)
    root = sp.Symbol("s", positive=True)
    for order in (sp.S.Half, sp.S.One) if vanished == step else ():
        # With t = 1/s**2 the product t**order times the step is a quotient that has a value at s = 0.
        scaled = sp.simplify(step.subs(t, 1 / root**2) / root ** (2 * order))
        value = scaled.subs(root, 0)
        if value.has(sp.nan, sp.zoo, sp.oo, t) or value == 0:
            continue
        statement = sp.Eq(sp.Limit(sp.Mul(t**order, step, evaluate=False), t, sp.oo), _short(value), evaluate=False)
        same = identity(step.subs(t, 1 / root**2) / root ** (2 * order), scaled)
        rule = f"multiply by {t**order}, and write t = 1/s**2: the quotient has a value at s = 0"
        return statement, rule, conjunction([same, _continuous(optimizer, value, statement.rhs)])
    raise NotDerivable(f"{optimizer.name}: what the steps tend to is not plain to see")


def _without_powers(e: Any) -> Any:
    """The expression with each power of a share below 1 whose exponent grows with t made 0."""

    def vanishes(x: Any) -> bool:
        share = isinstance(x.base, HyperSymbol) and x.base.domain in (sp.Interval.Ropen(0, 1), sp.Interval.open(0, 1))
        slope = sp.diff(x.exp, t)
        return share and x.exp.has(t) and slope.is_Integer and slope > 0

    return e.replace(lambda x: x.is_Pow and vanishes(x), lambda _: sp.S.Zero)


def _continuous(optimizer: Optimizer, at_limit: Any, limit: Any) -> Verdict:
    """That the expression, put together from quotients, roots and signs, is continuous where its powers vanish.

    No denominator is zero there, and nothing whose sign is taken.
    """
    if at_limit.has(sp.Piecewise, sp.floor, sp.ceiling, sp.Mod):
        raise NotDerivable(f"{optimizer.name}: the steps jump, so that their limit is not plain to see")
    parts = [sp.fraction(sp.together(at_limit))[1], *(s.args[0] for s in at_limit.atoms(sp.sign))]
    parts += [p.base for p in at_limit.atoms(sp.Pow) if p.exp.is_negative]
    g = gradient(optimizer)
    given = [sp.Ne(g, 0, evaluate=False)]
    nonzero = [holds(sp.Ne(part, 0, evaluate=False), assuming=given) for part in dict.fromkeys(parts) if part != g]
    return conjunction([identity(at_limit, limit, assuming=given), *nonzero])


def squares_of(optimizer: Optimizer) -> tuple[Sequence, ...]:
    """The averages and sums of squared gradients."""
    averaged = [x.state for x in averages(optimizer) if x.input.is_Pow and x.input.exp == 2]
    drawn = [eq.lhs for eq in optimizer.update if isinstance(eq.rhs, Grad)]
    summed = [
        s for s in optimizer.states
        if sp.expand(optimizer.equations[s.name] - s[t - 1]) in {g**2 for g in drawn}
    ]  # fmt: skip
    return (*averaged, *summed)


def without_root(optimizer: Optimizer) -> Derivation:
    """What the method would do if the square root over its average of squares were left out.

    Raises:
        NotDerivable: the step divides by no root of such an average.
    """
    squares = squares_of(optimizer)
    changed, found = [], False
    for eq in optimizer.update:
        roots = [
            p for p in eq.rhs.atoms(sp.Pow)
            if abs(p.exp) == sp.S.Half and any(_reads(p.base, s, optimizer) for s in squares)
        ]  # fmt: skip
        found = found or bool(roots)
        changed.append(sp.Eq(eq.lhs, eq.rhs.xreplace({p: p.base ** (2 * p.exp) for p in roots}), evaluate=False))
    if not found:
        raise NotDerivable(f"{optimizer.name} divides by no root of an average of squared gradients")
    bare = optimizer.replace(name=f"{optimizer.name} without the root", update=changed)
    made = constant_gradients(bare)
    first = Step(optimizer.update, "leave out the root", bare.update, made.steps[0].verdict)
    return Derivation(
        "Without the square root", (first, *made.steps), Guarantee.LIMIT, name="without-root",
        assumptions=made.assumptions, optimizer=optimizer,
        remarks=("The smaller the gradient, the longer the step: near a minimum, where gradients vanish, it diverges. "
                 "The learning rate would have the units of the gradient times those of the parameters.",),
    )  # fmt: skip


def _reads(e: Any, s: Sequence, optimizer: Optimizer) -> bool:
    """Whether e is the average itself, or what the step makes of it, with perhaps epsilon added."""
    names = {a.base for a in e.atoms(At)}
    return s in names or any(optimizer.equations[n.name].has(s) for n in names - set(optimizer.states)
                             if n.name in optimizer.equations)  # fmt: skip
