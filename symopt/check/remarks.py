"""What a maintainer would want to hear of an implementation, in sentences: each is read off its recurrence.

The paper's method beside which it is put is the family's first, or the definition that it was proved to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from symopt.check.findings import Comparison
from symopt.check.meant import families
from symopt.language import At, Hyper, Optimizer, t
from symopt.language.vocabulary import eps, eta, g, theta
from symopt.rewrites.convention_list import CONVENTIONS

LAST = 60
"""How many steps are looked through for the one at which a case begins."""
_SENTENCES = {c.name: c.sentence for c in CONVENTIONS}


def remarks(comparison: Comparison) -> tuple[str, ...]:
    """The sentences, the most telling first; () where the implementation is the paper's method to the letter."""
    ours = comparison.against or comparison.definition
    theirs = comparison.optimizer
    said = [*_motionless(theirs), *_first_step(theirs, ours)]
    if ours is not None:
        said += [*_small_constant(theirs, ours), *_cases(theirs, ours)]
    said += [*_rate(theirs), *_lookahead(theirs)]
    said += [
        _SENTENCES[name] for name in comparison.conventions if name in _SENTENCES and "epsilon outside" not in name
    ]
    return tuple(dict.fromkeys(said))


# The small constant


def _small_constant(theirs: Optimizer, ours: Optimizer) -> Iterator[str]:
    mine, its = _place_of_epsilon(theirs), _place_of_epsilon(ours)
    if mine and its and mine != its:
        yield f"Epsilon stands {mine}; in {ours.title} it stands {its}."
    elif mine and not its:
        yield f"Epsilon stands {mine}; {ours.title} has none."
    if mine and _before_correction(theirs):
        yield (
            "Epsilon is added to the root of the uncorrected average, so that in the first steps it counts for more: "
            "1/sqrt(1 - beta_2^t) times."
        )


def _place_of_epsilon(optimizer: Optimizer) -> str:
    """Where epsilon stands, in words; "" where there is none, or at none of the usual places."""
    inside = outside = below = largest = False
    for equation in optimizer.update:
        for part in _parts(equation.rhs):
            if isinstance(part, sp.Max):
                largest |= any(eps in _terms(a) for a in part.args)
            elif _is_root(part):
                inside |= eps in _terms(part.base)
            elif isinstance(part, sp.Add) and eps in part.args:
                rooted = any(_is_root(x) for a in part.args for x in sp.Mul.make_args(a))
                outside |= rooted
                below |= not rooted and _divides(equation.rhs, part)
    lonely = below and not (inside or outside)
    named = {"inside the root": inside, "outside the root": outside, "in the denominator": lonely}
    places = [words for words, holds in named.items() if holds]
    return "in the largest value so far" if largest else " and ".join(places)


def _terms(e: Any) -> tuple[Any, ...]:
    return sp.Add.make_args(e)


def _parts(e: Any) -> Iterator[Any]:
    return sp.preorder_traversal(e)


def _is_root(e: Any) -> bool:
    return e.is_Pow and abs(e.exp) == sp.S.Half


def _divides(e: Any, part: Any) -> bool:
    return any(p.is_Pow and p.exp == -1 and p.base == part for p in _parts(e))


def _before_correction(optimizer: Optimizer) -> bool:
    """Whether a denominator root + epsilon has a root that no power of a decay rate corrects, though the step does."""
    for equation in optimizer.update:
        for part in _parts(equation.rhs):
            if isinstance(part, sp.Add) and eps in part.args and any(map(_is_root, part.args)):
                corrected = any(sp.S.One - p in part.atoms(sp.Add) for p in part.atoms(sp.Pow) if p.exp == t)
                roots = [p for p in equation.rhs.atoms(sp.Pow) if _is_root(p) and p.exp > 0 and not p.atoms(At)]
                if not corrected and any(r.base.has(t) for r in roots):
                    return True
    return False


# Cases


def _cases(theirs: Optimizer, ours: Optimizer) -> Iterator[str]:
    """At which step a case begins that depends on the step alone, where the two do not agree."""
    mine, its = _turn(theirs, theirs.hyper), _turn(ours, theirs.hyper)
    if mine and its and mine != its:
        yield f"At the default settings the step changes its form at step {mine}; in {ours.title} at step {its}."


def _turn(optimizer: Optimizer, hyper: tuple[Hyper, ...]) -> int | None:
    """The first step at which the first case of the step is another than at step 1."""
    known: dict[Any, Any] = {}
    for equation in optimizer.update:
        known[equation.lhs] = equation.rhs.xreplace(known)
    values = [(h.symbol, h.default) for h in hyper if h.default is not None]
    for part in _parts(known[optimizer.params[t]]):
        rows: Any = part.args
        condition: Any = rows[0][1] if isinstance(part, sp.Piecewise) else None
        if condition is not None and not condition.atoms(At) and condition.has(t):
            asked = condition.subs(values)
            if asked.free_symbols <= {t} and not isinstance(asked, sp.Eq):
                begun = asked.subs(t, 1)
                return next((k for k in range(2, LAST) if asked.subs(t, k) != begun), None)
    return None


# The first step


def _first_step(theirs: Optimizer, ours: Optimizer | None) -> Iterator[str]:
    """What the first step does otherwise, where the method in its family's first form has nothing of the kind."""
    first = next((f[0] for f in families() if ours and any(d.name == ours.name for d in f)), ours)
    if first is not None and any(e.rhs.has(sp.Eq(t, 1)) for e in first.update):
        return
    for equation in theirs.update:
        rows: Any = equation.rhs.args if isinstance(equation.rhs, sp.Piecewise) else ()
        if len(rows) == 2 and rows[0][1] == sp.Eq(t, 1) and sp.count_ops(rows[1][0]) < 20:
            yield f"At the first step {equation.lhs} is {rows[0][0]}, not {rows[1][0]}."


def _motionless(theirs: Optimizer) -> Iterator[str]:
    """Whether the first step leaves the parameters where they are, whatever the gradient."""
    values: dict[Any, Any] = {s[t - 1]: value for s, value in theirs.init.items()}
    for equation in theirs.update:
        if equation.lhs.base != g:
            values[equation.lhs] = (
                equation.rhs.subs(t, 1) if not equation.rhs.atoms(At) else equation.rhs.xreplace(values)
            )
    moved = sp.piecewise_fold(values[theirs.params[t]])
    if moved.xreplace({theirs.params[t - 1]: theta[0]}) == theta[0]:
        yield "The first step leaves the parameters where they are: every step moves by what the one before worked out."


# Momentum


def _rate(theirs: Optimizer) -> Iterator[str]:
    for equation in theirs.update:
        own = equation.lhs.base
        decays = own[t - 1] in equation.rhs.atoms(At) and equation.rhs.has(g[t])
        if own in (theirs.params, g) or not decays or not _gathers(equation.rhs, own):
            continue
        inside = eta in equation.rhs.free_symbols
        where = "inside" if inside else "outside"
        then = "rescales only what comes in from then on" if inside else "rescales the whole velocity at once"
        yield f"The learning rate is {where} the velocity {own}: to change it in the middle of a run {then}."


def _gathers(e: Any, own: Any) -> bool:
    """Whether it is a velocity that gathers gradients, or shares of them: a decayed sum, and no average."""
    parts = [p for p in sp.Add.make_args(e) if p.has(g[t])]
    past = [p for p in sp.Add.make_args(e) if p.has(own[t - 1])]
    if len(past) != 1 or past[0] == own[t - 1] or not parts:
        return False
    rest = 1 - past[0] / own[t - 1]
    shares = [p / g[t] for p in parts]
    return not any(x.has(g[t]) or {rest, -rest} & set(sp.Mul.make_args(x)) for x in shares)


def _lookahead(theirs: Optimizer) -> Iterator[str]:
    """Nesterov's form: the step adds to the new velocity's share the gradient by itself."""
    step = theirs.update[-1].rhs
    velocities = [e.lhs for e in theirs.update if e.lhs.base not in (theirs.params, g) and _gathers(e.rhs, e.lhs.base)]
    terms = sp.Add.make_args(sp.expand(step))
    if any(x.has(g[t]) for x in terms) and any(x.has(v) for x in terms for v in velocities):
        yield (
            "Nesterov's gradient is asked at the parameters themselves, which are the paper's point ahead: the step "
            "adds the momentum's next share to the gradient's."
        )
