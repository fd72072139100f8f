"""Changes of variables: an optimizer in other states, and the proof that it takes the same steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.decide import Verdict, holds, identity
from symopt.decide.equal import recheck_matching
from symopt.derive.derivation import Derivation, Step
from symopt.derive.errors import NotDerivable
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import At, Grad, Sequence, t
from symopt.language.validation import DefinitionError


@dataclass(frozen=True)
class ChangeOfVariables:
    """An optimizer written in another variable.

    Args:
        before: the definition.
        after: the definition in the new variable.
        new: the new variable.
        old: the state that it replaces.
        expression: the new variable at step t in the old states.
        inverse: the old state at step t in the new ones.
        verdict: whether both take the same steps.
    """

    before: Optimizer
    after: Optimizer
    new: Sequence
    old: Sequence
    expression: Any
    inverse: Any
    verdict: Verdict

    @property
    def derivation(self) -> Derivation:
        """The change as steps."""
        substitution = sp.Eq(self.new[t], self.expression, evaluate=False)
        solved = sp.Eq(self.old[t], self.inverse, evaluate=False)
        back = identity(self.expression.xreplace({self.old[t]: self.inverse}), self.new[t])
        written = sp.Eq(self.new[t], self.after.equations[self.new.name], evaluate=False)
        steps = [Step(substitution, f"solve for {self.old}", solved, back)]
        asked: Any = sp.Eq(Grad(self.before.query), Grad(self.after.query), evaluate=False)
        moved: Any = Grad(self.before.query.xreplace({self.old[t - 1]: self.inverse.subs(t, t - 1)}))
        if self.before.query != self.after.query:
            same = identity(moved, asked.rhs)
            steps.append(Step(solved, "put it in where the gradient is asked", asked, same))
        steps.append(Step(solved, "put it into the step", written, self.verdict))
        return Derivation(f"{self.before.title} in {self.new}", tuple(steps), name=self.new.name, optimizer=self.before)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {sp.latex(sp.Eq(self.new[t], self.expression, evaluate=False))}$"


def change_of_variables(
    optimizer: Optimizer, new: Sequence, expression: Any, *, replaces: Sequence | None = None
) -> ChangeOfVariables:
    """The optimizer in a variable that is a linear expression in its states.

    Args:
        optimizer: a definition.
        new: the new variable, a sequence whose name is not taken.
        expression: its value at step t in the states at t: ``theta[t] + mu*v[t]``.
        replaces: the state that it takes the place of; by default the parameters where the
            expression has them, else the one state that it has.

    Returns:
        The new definition, with the proof by induction on t that it takes the same steps.

    Raises:
        NotDerivable: the substitution cannot be solved for a state, or is not linear.
    """
    e = sp.sympify(expression, strict=True)
    read = {a.base for a in e.atoms(At)}
    if any(a.index != t or a.base not in optimizer.states for a in e.atoms(At)):
        states = ", ".join(f"{s}[t]" for s in optimizer.states)
        raise NotDerivable(f"{new} = {e} must be an expression in {optimizer.name}'s states at step t: {states}")
    if new.name in {s.name for s in optimizer.sequences} or new.name in {h.name for h in optimizer.hyper}:
        raise NotDerivable(f"{optimizer.name} already has something called {new}; give the new variable another name")
    old = replaces or (optimizer.params if optimizer.params in read else next(iter(read)) if len(read) == 1 else None)
    if old is None:
        names = " or ".join(sorted(s.name for s in read)) or "no state"
        raise NotDerivable(f"{new} = {e} has {names}; say which it takes the place of, replaces=...")
    inverse = _inverse(new, e, old, read)
    try:
        after = _written(optimizer, new, e, old, inverse)
    except DefinitionError as error:
        raise NotDerivable(f"{new} = {e} cannot take the place of {old}: {error}") from None
    hypers = {h.name: h.symbol for h in optimizer.hyper}
    states = {s.name: e if s == new else s[t] for s in after.states}
    verdict = recheck_matching(optimizer, after, hypers, {**states, after.params.name: states[after.params.name]})
    return ChangeOfVariables(optimizer, after, new, old, e, inverse, verdict)


def _inverse(new: Sequence, e: Any, old: Sequence, read: set[Sequence]) -> Any:
    expanded = sp.expand(e)
    values = [s[t] for s in sorted(read, key=str)]
    slopes = {v: expanded.coeff(v) for v in values}
    rest = sp.expand(expanded - sum(c * v for v, c in slopes.items()))
    if rest.has(*values) or any(c.has(*values) for c in slopes.values()):
        raise NotDerivable(f"{new} = {e} is not linear in {', '.join(map(str, values))}")
    slope = slopes.get(old[t], sp.S.Zero)
    if slope == 0:
        raise NotDerivable(f"{new} = {e} does not have {old[t]}, so it cannot be solved for it: it is not invertible")
    if not holds(sp.Ne(slope, 0, evaluate=False)).proved:
        raise NotDerivable(f"{new} = {e} cannot be solved for {old[t]}: its coefficient {slope} may be 0")
    return sp.expand((new[t] - (expanded - slope * old[t])) / slope)


def _written(optimizer: Optimizer, new: Sequence, e: Any, old: Sequence, inverse: Any) -> Optimizer:
    """The definition with the new variable's equation last and the old variable gone."""

    def replaced(rhs: Any, known: Mapping[Any, Any]) -> Any:
        reads = [a for a in rhs.atoms(At) if a.base == old and a not in known]
        at_zero = {old[0]: _at_zero(optimizer, inverse)} if old == optimizer.params else {}
        put = {a: at_zero.get(a, inverse.subs(t, a.index)) for a in reads}
        return _simplified(rhs.xreplace({**put, **known}))

    known: dict[Any, Any] = {}
    update: list[Any] = []
    computed: Any = None
    waiting = {a.base for a in e.atoms(At)}
    for eq in optimizer.update:
        rhs = replaced(eq.rhs, known)
        waiting.discard(eq.lhs.base)
        if eq.lhs.base == old:
            computed = known[old[t]] = rhs
        else:
            update.append(sp.Eq(eq.lhs, rhs, evaluate=False))
        if computed is not None and not waiting:
            # From here on the step knows the new variable.
            update.append(sp.Eq(new[t], _simplified(e.xreplace({old[t]: computed})), evaluate=False))
            computed, known = None, {old[t]: inverse}
    init = {s: replaced(value, {}) for s, value in optimizer.init.items() if s != old}
    if old != optimizer.params:
        init[new] = e.subs(t, 0).xreplace({s[0]: value for s, value in optimizer.init.items()})
    return optimizer.replace(
        name=f"{optimizer.name}-{new.name}", title=f"{optimizer.title}, in {new}", update=update, init=init,
        params=new if old == optimizer.params else optimizer.params,
    )  # fmt: skip


def _at_zero(optimizer: Optimizer, inverse: Any) -> Any:
    return inverse.subs(t, 0).xreplace({s[0]: value for s, value in optimizer.init.items()})


def _simplified(e: Any) -> Any:
    """The expression with brackets multiplied out where that cancels, outside and at the gradient's point."""
    e = e.replace(lambda x: isinstance(x, Grad), lambda x: Grad(sp.expand(x.args[0])))
    expanded = sp.expand(e)
    return sp.collect(expanded, sorted(expanded.atoms(At), key=str)) if expanded.count_ops() <= e.count_ops() else e
