"""Numbers at which a formula is wrong, few enough to check by hand."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from symopt.audit.claims import Claim
from symopt.audit.models import Model
from symopt.decide.verdict import Verdict
from symopt.language import At, Grad, HyperSymbol


def shown(verdict: Verdict, claim: sp.Eq, model: Model, written: Claim) -> Mapping[str, str | int]:
    """A refutation's witness: the step, what the two sides depend on, and their values."""
    witness = verdict.witness
    if witness is None:
        return {}
    needed = _dependencies(claim, model)
    values = {name: str(x) for name, x in witness.assignments.items() if _base(name, needed) in needed}
    step = witness.t if witness.t is not None else written.step
    return {
        **({} if step is None else {"t": step}),
        **values,
        "claimed": short(witness.right),
        "correct": short(witness.left),
    }


def _dependencies(claim: sp.Basic, model: Model) -> frozenset[str]:
    """Hyperparameters and sequences that the values of a claim come from; a gradient is given, whatever its point."""
    found: set[str] = set()
    todo: list[sp.Basic] = [claim]
    while todo:
        expression = todo.pop().replace(Grad, lambda point: sp.Symbol("g"))
        names = {h.name for h in expression.atoms(HyperSymbol)} | {a.base.name for a in expression.atoms(At)}
        names |= {s.name for s in expression.atoms(sp.Symbol)}
        new = names - found
        found |= new
        todo += [model.optimizer.equations[n] for n in new if n in model.optimizer.equations]
    return frozenset(found)


def _base(name: str, needed: frozenset[str]) -> str:
    """The sequence of a value such as ``g_2`` or ``theta_0``; a hyperparameter's name as it is."""
    return name if name in needed else name.rpartition("_")[0] or name


def short(value: str) -> str:
    """A fraction as it is; an enclosure as its leading digits."""
    if not value.startswith("["):
        return value
    middle = value[1:].split()[0]
    return "about 0" if middle.startswith("+/-") else f"about {float(middle):.6g}"
