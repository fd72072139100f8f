r"""The best learning rate and momentum on a quadratic whose Hessian has its eigenvalues between two bounds.

With :math:`\kappa = \lambda_{max} / \lambda_{min}`, gradient descent reaches the rate
:math:`(\kappa - 1)/(\kappa + 1)`, heavy ball :math:`(\sqrt\kappa - 1)/(\sqrt\kappa + 1)`, and Nesterov's method at
the learning rate :math:`1/\lambda_{max}` the rate :math:`1 - 1/\sqrt\kappa`. All are found from the characteristic
polynomial, so any linear method with one learning rate and one momentum coefficient gets its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sympy as sp

from symopt.decide import Verdict, conjunction, holds, identity, roots_within
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable
from symopt.derive.quadratic import LinearMethod, linear_method, tidy, z
from symopt.derive.stability import RADIUS, M, discriminant, trace_and_determinant
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import HyperSymbol
from symopt.language.vocabulary import positive

smallest = HyperSymbol("lambda_min", positive, "smallest eigenvalue of the Hessian")
largest = HyperSymbol("lambda_max", positive, "largest eigenvalue of the Hessian")
condition = HyperSymbol("kappa", sp.Interval(1, sp.oo), "condition number of the Hessian")
_low, _high = sp.symbols("a b", positive=True)
"""The square roots of the smallest and the largest eigenvalue."""
_r = HyperSymbol("r", sp.Interval.open(0, 1))
"""A rate."""
_s, _q = sp.symbols("s q", positive=True)
"""The square root of the learning rate times the smallest eigenvalue, and its reciprocal."""
_SLOW = (sp.Lt(_s, 1, evaluate=False),)
SOURCE = "Polyak 1964; Lessard, Recht & Packard 2016, arXiv:1408.3595, section 2.2"


@lru_cache(maxsize=256)
def tuning(optimizer: Optimizer) -> tuple[Derivation, ...]:
    """The learning rate, and the momentum, at which the largest error over all eigenvalues shrinks fastest.

    Raises:
        NotDerivable: the method is no linear map on a quadratic with a learning rate and at most one momentum
            coefficient.
    """
    method = linear_method(optimizer)
    if method.rate is None:
        raise NotDerivable(f"{optimizer.name}: there is no learning rate to choose")
    if len(method.states) == 1:
        return (_of_one(method, method.rate),)
    momentum = method.momentum
    if momentum is None or len(method.states) != 2:
        raise NotDerivable(f"{optimizer.name}: there is not one momentum coefficient to choose")
    _, determinant = trace_and_determinant(method)
    if determinant == momentum:
        return (_both_ends(method, method.rate, momentum),)
    return tuple(_one_end(method, method.rate, momentum))


def within() -> tuple[Any, ...]:
    return (sp.Le(smallest, largest, evaluate=False),)


def _spectrum(method: LinearMethod) -> tuple[Any, Any]:
    """The curvature lies between the bounds."""
    lam = method.curvature
    return sp.Le(smallest, lam, evaluate=False), sp.Le(lam, largest, evaluate=False)


def _words(method: LinearMethod) -> tuple[str, ...]:
    return (f"every eigenvalue {method.curvature} of the Hessian is between {smallest} > 0 and {largest}",)


def _in_kappa(before: Any, rate: Any, in_kappa: Any) -> Step:
    verdict = identity(rate, in_kappa.subs(condition, largest / smallest))
    result = sp.Eq(RADIUS(M), in_kappa, evaluate=False)
    return Step(before, f"write it in {condition} = {largest}/{smallest}", result, verdict)


# One state


def _of_one(method: LinearMethod, rate: HyperSymbol) -> Derivation:
    root: Any = sp.Matrix(method.matrix)[0, 0]
    at = {end: root.subs(method.curvature, end) for end in (smallest, largest)}
    (best,) = sp.solve(at[smallest] + at[largest], rate)
    best = tidy(best)
    reached = tidy(at[smallest].subs(rate, best))
    chosen = sp.Eq(rate, best, evaluate=False)
    bound = sp.Le(sp.Abs(root.subs(rate, best)), reached, evaluate=False)
    attained = sp.Eq(RADIUS(M), reached, evaluate=False)
    never = [
        holds(sp.Ge(at[smallest], reached, evaluate=False), assuming=[sp.Le(rate, best, evaluate=False), *within()]),
        holds(sp.Ge(-at[largest], reached, evaluate=False), assuming=[sp.Ge(rate, best, evaluate=False), *within()]),
    ]
    steps = [
        Step(
            sp.Eq(at[smallest], -at[largest], evaluate=False), "balance the two ends of the spectrum", chosen,
            identity(at[smallest].subs(rate, best), -at[largest].subs(rate, best)),
        ),
        Step(chosen, "bound the eigenvalue in between", bound, holds(bound, assuming=_spectrum(method))),
        Step(
            bound, "it is attained at both ends, and at any other learning rate one end is slower", attained,
            conjunction([*never, identity(-at[largest].subs(rate, best), reached)]),
        ),
    ]  # fmt: skip
    if reached.free_symbols <= {smallest, largest}:
        steps.append(_in_kappa(attained, reached, (condition - 1) / (condition + 1)))
    return Derivation(
        "Best learning rate", tuple(steps), Guarantee.TIGHT_BOUND, name="tuning", assumptions=_words(method),
        source=SOURCE,
    )  # fmt: skip


# Two states, the eigenvalues' product being the momentum coefficient: they meet at both ends


def _both_ends(method: LinearMethod, rate: HyperSymbol, momentum: HyperSymbol) -> Derivation:
    best, reached = _meeting_at_both(method, rate, momentum)
    chosen = {rate: best[0], momentum: best[1]}
    statement = tuple(sp.Eq(name, value, evaluate=False) for name, value in chosen.items())
    inside: Any = discriminant(method)
    ends = [inside.subs(method.curvature, end).subs(chosen) for end in (smallest, largest)]
    polynomial: Any = method.characteristic
    tuned = polynomial.subs(chosen)
    bound = sp.Le(RADIUS(M), reached, evaluate=False)
    equal = sp.Eq(RADIUS(M), reached, evaluate=False)
    return Derivation(
        "Best learning rate and momentum",
        (
            Step(
                sp.Eq(inside, 0, evaluate=False), "let the two eigenvalues meet at both ends of the spectrum",
                statement, conjunction(identity(end, sp.S.Zero) for end in ends),
            ),
            Step(
                statement, "Jury's criterion for the radius, for every eigenvalue in between", bound,
                _between(method, tuned, reached),
            ),
            Step(
                bound, "the product of the two eigenvalues is the momentum coefficient, so both attain it", equal,
                identity(best[1], reached**2),
            ),
            _in_kappa(equal, reached, (sp.sqrt(condition) - 1) / (sp.sqrt(condition) + 1)),
            Step(
                equal, f"with any other learning rate and momentum, a rate r has {condition} at most "
                "((1 + r)/(1 - r))**2, by Jury's criterion at both ends",
                sp.Ge(RADIUS(M), (sp.sqrt(condition) - 1) / (sp.sqrt(condition) + 1), evaluate=False),
                _no_better(method, momentum),
            ),
        ),
        Guarantee.TIGHT_BOUND, name="tuning", assumptions=_words(method), source=SOURCE,
    )  # fmt: skip


def _meeting_at_both(method: LinearMethod, rate: HyperSymbol, momentum: HyperSymbol) -> tuple[tuple[Any, Any], Any]:
    """The learning rate and the momentum coefficient r**2, where the trace is 2 r at one end and -2 r at the other."""
    r = sp.Symbol("r", positive=True)
    trace: Any = trace_and_determinant(method)[0]
    ends: list[Any] = [trace.subs(method.curvature, end).subs(momentum, r**2) for end in (_low**2, _high**2)]
    for given in sp.solve(ends[0] - 2 * r, rate):
        for found in sp.solve(sp.numer(sp.together((ends[1] + 2 * r).subs(rate, given))), r):
            if (
                holds(sp.Lt(found, 1, evaluate=False), assuming=[_low < _high]).proved
                and holds(sp.Gt(found, 0, evaluate=False), assuming=[_low < _high]).proved
            ):
                top, bottom = sp.fraction(sp.together(found))
                reached = sp.expand(top) / sp.expand(bottom)
                best = tidy(sp.cancel(given.subs(r, found)))
                roots = {_low: sp.sqrt(smallest), _high: sp.sqrt(largest)}
                return (best.subs(roots), (reached**2).subs(roots)), reached.subs(roots)
    raise NotDerivable(f"{method.optimizer.name}: the eigenvalues do not meet at both ends of the spectrum")


def _between(method: LinearMethod, tuned: Any, radius: Any) -> Verdict:
    """No root beyond the radius, whatever the eigenvalue between the bounds; written in the bounds' square roots."""
    squares = {smallest: _low**2, largest: _high**2}
    ends = sp.Le(_low**2, method.curvature, evaluate=False), sp.Le(method.curvature, _high**2, evaluate=False)
    between = (sp.Lt(_low, _high, evaluate=False), *ends)
    return roots_within(tuned.subs(squares), z, radius.subs(squares), assuming=between, closed=True)


def _no_better(method: LinearMethod, momentum: HyperSymbol) -> Verdict:
    """From p(r) >= 0 at the smallest eigenvalue and p(-r) >= 0 at the largest: kappa <= ((1 + r)/(1 - r))**2."""
    polynomial: Any = method.characteristic
    slow = sp.Ge(polynomial.subs({z: _r, method.curvature: smallest}), 0, evaluate=False)
    fast = sp.Ge(polynomial.subs({z: -_r, method.curvature: largest}), 0, evaluate=False)
    product = sp.Le(momentum, _r**2, evaluate=False)
    claim = sp.Le(largest * (1 - _r) ** 2, smallest * (1 + _r) ** 2, evaluate=False)
    return holds(claim, assuming=[product, slow, fast], limit=8.0)


# Two states, the product depending on the curvature, as Nesterov's: they meet at the smallest eigenvalue


def _one_end(method: LinearMethod, rate: HyperSymbol, momentum: HyperSymbol) -> Iterator[Derivation]:
    """Everything in s, with s**2 = rate * smallest."""
    inside: Any = discriminant(method).subs({method.curvature: smallest, rate: _s**2 / smallest})
    parts: list[Any] = [e.subs(rate, _s**2 / smallest) for e in trace_and_determinant(method)]
    trace, determinant = parts
    for found in sp.solve(sp.factor(inside), momentum):
        damped = tidy(found)
        inner = sp.Ge(damped, 0, evaluate=False), sp.Lt(damped, 1, evaluate=False)
        if not all(holds(claim, assuming=_SLOW).proved for claim in inner):
            continue
        reached = tidy(sp.cancel(trace.subs({method.curvature: smallest, momentum: damped}) / 2))
        fast: Any = {method.curvature: largest, momentum: damped}
        vanishing: Any = determinant.subs(fast)
        balanced: Any = method.characteristic.subs(rate, _s**2 / smallest).subs(fast).subs(z, -reached)
        at_safe = f"let the eigenvalues at {largest} vanish"
        yield _damped(method, rate, momentum, damped, reached, vanishing, at_safe, "Safe learning rate and momentum")
        at_best = f"let {largest} be as slow as {smallest}"
        yield _damped(method, rate, momentum, damped, reached, balanced, at_best, "Balanced learning rate and momentum")
        return
    raise NotDerivable(f"{method.optimizer.name}: the eigenvalues do not meet at the smallest curvature")


def _damped(
    method: LinearMethod, rate: HyperSymbol, momentum: HyperSymbol, damped: Any, reached: Any, second: Any, rule: str,
    title: str,
) -> Derivation:  # fmt: skip
    inside: Any = discriminant(method)
    (end,) = sp.solve(sp.numer(sp.together(second)), largest)
    ratio = tidy(sp.cancel(end / smallest))
    s = next(root for root in sp.solve(ratio - condition, _s) if root.is_positive)
    in_kappa: dict[Any, Any] = {e: tidy(sp.cancel(e.subs(_s, 1 / _q))).subs(_q, 1 / s) for e in (damped, reached)}
    in_kappa = {e: sp.factor(sp.together(value)) for e, value in in_kappa.items()}
    step = tidy(sp.cancel((s**2 / smallest).subs(condition, largest / smallest)))
    meets = sp.Eq(momentum, damped.subs(_s, sp.sqrt(rate * smallest)), evaluate=False)
    chosen = (sp.Eq(rate, step, evaluate=False), sp.Eq(momentum, in_kappa[damped], evaluate=False))
    bound = sp.Le(RADIUS(M), in_kappa[reached], evaluate=False)
    polynomial: Any = method.characteristic
    lam = method.curvature
    damping: Any = {rate: _s**2 / smallest, momentum: damped}
    tuned = polynomial.subs(damping)
    between = (*_SLOW, sp.Le(smallest, lam, evaluate=False), sp.Le(lam, end, evaluate=False))
    of_s = {condition: ratio, largest: end}
    steps = (
        Step(
            sp.Eq(inside.subs(lam, smallest), 0, evaluate=False), f"let the eigenvalues at {smallest} meet", meets,
            identity(inside.subs(lam, smallest).subs(damping), sp.S.Zero),
        ),
        Step(
            meets, rule, chosen,
            conjunction([
                identity(second.subs(largest, end), sp.S.Zero, assuming=_SLOW),
                identity(step.subs(of_s), _s**2 / smallest, assuming=_SLOW),
                identity(in_kappa[damped].subs(of_s), damped, assuming=_SLOW),
            ]),
        ),
        Step(
            chosen, "Jury's criterion for the radius, for every eigenvalue in between", bound,
            conjunction([
                roots_within(tuned, z, reached, assuming=between, closed=True, limit=10.0),
                identity(in_kappa[reached].subs(of_s), reached, assuming=_SLOW),
            ]),
        ),
        Step(
            bound, f"it is the double eigenvalue at {smallest}", sp.Eq(RADIUS(M), in_kappa[reached], evaluate=False),
            identity(tuned.subs({lam: smallest, z: reached}), sp.S.Zero),
        ),
    )  # fmt: skip
    return Derivation(title, steps, Guarantee.TIGHT_BOUND, name="tuning", assumptions=_words(method), source=SOURCE)
