"""Which definitions an implementation may be meant to be: by its name, and by its hyperparameters."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import sympy as sp

import symopt.optimizers
from symopt.language import Grad, HyperSymbol, Norm, Optimizer
from symopt.language.vocabulary import weight_decay
from symopt.optimizers import catalogue, get, with_weight_decay

LIKENESS = 0.69
"""From what likeness of names on a definition is taken to be meant."""
_NOISE = re.compile(r"_v\d+$|[^a-z0-9]|optimizer|torch|optax|keras|optim")


class Unknown(Exception):
    """The definition asked for is a schedule, not an optimizer."""


@cache
def families() -> tuple[tuple[Optimizer, ...], ...]:
    """The definitions of each module that has some: what the paper has first, then its variations."""
    first, homes = list(catalogue()), _homes()
    found: list[tuple[Optimizer, ...]] = []
    for module in pkgutil.iter_modules(symopt.optimizers.__path__, "symopt.optimizers."):
        held = vars(importlib.import_module(module.name)).values()
        own = [v for v in held if isinstance(v, Optimizer) and homes[v.name] == module.name]
        if own:
            found.append(tuple(own))
    return tuple(sorted(found, key=lambda f: first.index(f[0].name)))


def _homes() -> dict[str, str]:
    """The module that each definition is made in: of those that hold it, the one whose name is most like its own."""
    homes: dict[str, str] = {}
    for module in pkgutil.iter_modules(symopt.optimizers.__path__, "symopt.optimizers."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Optimizer):
                known = homes.get(value.name, "")
                homes[value.name] = max(known, module.name, key=lambda m: _nearness(m, value.name))
    return homes


def _nearness(module: str, name: str) -> float:
    return difflib.SequenceMatcher(None, module.rpartition(".")[2], name).ratio()


def family(name: str) -> tuple[Optimizer, ...]:
    """The definition of that name with the others of its module, it first.

    Raises:
        UnknownOptimizer: no definition has the name.
        Unknown: it is a schedule.
    """
    definition = get(name)
    if not isinstance(definition, Optimizer):
        raise Unknown(f"{name} is a schedule of the learning rate, not an optimizer")
    return (definition, *(o for f in families() if definition in f for o in f if o != definition))


def likely(name: str, optimizer: Optimizer) -> tuple[Optimizer, ...]:
    """The family that the name, and the hyperparameters where the name says nothing, point to; () for none."""
    scored = {f: max(_likeness(name, optimizer, o, f[0]) for o in f) for f in families()}
    best = max(scored, key=lambda f: scored[f])
    if scored[best] < LIKENESS:
        return ()
    kin = [f for f in families() if f != best and f[0].name.startswith(f"{best[0].name}-")]
    ordered = sorted((best, *kin), key=lambda f: unlike(optimizer, f[0]))
    every = [o for f in ordered for o in f]
    exact = [o for o in every if _named(name, o) == 1 and not unlike(optimizer, o)]
    return (*exact, *(o for o in every if o not in exact))


def exactly(name: str) -> tuple[Optimizer, ...]:
    """The family that is called so; () for none."""
    return next((f for f in families() if _named(name, f[0]) == 1), ())


def alike(optimizer: Optimizer) -> tuple[Optimizer, ...]:
    """The definitions with the implementation's hyperparameters, those first that have as much weight decay."""
    mine = {h.name for h in optimizer.hyper}
    same = [d for f in families() for d in f if {h.name for h in d.hyper} ^ mine <= {weight_decay.name}]
    return tuple(sorted(same, key=lambda d: {h.name for h in d.hyper} != mine))


def unlike(optimizer: Optimizer, definition: Optimizer) -> int:
    """How many hyperparameters one has and the other has not, but for the customary additions."""
    mine, its = (
        {h.name for h in o.hyper if not h.name.startswith("epsilon")} - {"lambda", "eta", "r_0"}
        for o in (optimizer, definition)
    )
    return len(mine ^ its)


def _likeness(name: str, optimizer: Optimizer, definition: Optimizer, first: Optimizer) -> float:
    """How alike the names are, lowered by hyperparameters that one has and the other has not; a form of the family's
    ``first`` that is named after it goes by that one's name too."""
    alike = _named(name, first if definition.name.startswith(f"{first.name}-") else definition)
    # Momentum makes another method of most.
    momentum = any(h.name == "mu" for h in optimizer.hyper) != any(h.name == "mu" for h in definition.hyper)
    return alike - (0.1 if alike == 1 else 0.3) * unlike(optimizer, definition) - 0.25 * momentum


def _named(name: str, definition: Optimizer) -> float:
    plain = _NOISE.sub("", name.lower())
    return difflib.SequenceMatcher(None, plain, _NOISE.sub("", definition.name.lower())).ratio()


def decayed(definition: Optimizer, optimizer: Optimizer) -> Iterator[tuple[Optimizer, tuple[str, ...]]]:
    """The definition, and with weight decay in the customary ways where the implementation has some."""
    if weight_decay not in {h.symbol for h in optimizer.hyper} or weight_decay in {h.symbol for h in definition.hyper}:
        yield definition, ()
        return
    yield with_weight_decay(definition, decoupled=False), ("coupled weight decay",)
    if any(h.name == "eta" for h in definition.hyper):
        times = ("decoupled weight decay", "weight decay times the learning rate")
        yield with_weight_decay(definition, decoupled=True, times_rate=True), times
    yield with_weight_decay(definition, decoupled=True), ("decoupled weight decay",)


def ascending(definition: Optimizer) -> Optimizer:
    """The definition for a function to be maximised: every gradient is negated."""
    calls: set[Any] = {call for e in definition.update for call in e.rhs.atoms(Grad)}
    negated = {call: -call for call in calls}
    update: list[Any] = [sp.Eq(e.lhs, e.rhs.xreplace(negated), evaluate=False) for e in definition.update]
    return definition.replace(update=update)


def guarded(definition: Optimizer) -> Optimizer | None:
    """The definition whose quotients of norms are 1 where either norm is zero; None where it has none."""
    update: list[Any] = [
        sp.Eq(e.lhs, e.rhs.replace(lambda x: x.is_Mul, _guarded), evaluate=False) for e in definition.update
    ]
    return None if update == list(definition.update) else definition.replace(update=update)


def _guarded(product: Any) -> Any:
    """A product with factors norm(a) and 1/norm(b), these two guarded."""
    above = [f for f in product.args if isinstance(f, Norm)]
    below = [f for f in product.args if f.is_Pow and f.exp == -1 and f.base.has(Norm)]
    if not above or not below:
        return product
    rest = sp.Mul(*(f for f in product.args if f != above[0] and f != below[0]))
    scale = [f for f in sp.Mul.make_args(rest) if isinstance(f, HyperSymbol) and f.meaning == "trust coefficient"]
    ratio = sp.Mul(above[0], below[0], *scale)
    one = sp.Piecewise((1, sp.Le(above[0], 0)), (1, sp.Le(below[0].base, 0)), (ratio, True))
    return sp.Mul(rest / sp.Mul(*scale), one)
