"""How conventions look at definitions: where they fit, and what they make of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, sqrt

from symopt.language import At, Grad, HyperSymbol, Optimizer, Sequence, Shape, t
from symopt.language.vocabulary import eps, eta, weight_decay
from symopt.rewrites.forms import ChangeOfVariables, velocity
from symopt.rewrites.writing import equation, restated, rights, sides

# Velocities.


def rate_inside(optimizer: Optimizer) -> ChangeOfVariables | None:
    """v_old = v_new / eta, where the parameters move by eta times the velocity."""
    found = velocity(optimizer)
    rate = _rate(optimizer)
    if found is None or rate is None or found.decay is None or not found.coefficient.has(rate):
        return None
    return ChangeOfVariables(states={found.state: 1 / rate})


def rate_outside(optimizer: Optimizer) -> ChangeOfVariables | None:
    """v_old = eta v_new, where the velocity takes in eta times the gradient."""
    found = velocity(optimizer)
    rate = _rate(optimizer)
    if found is None or rate is None or found.decay is None or not found.forcing.has(rate):
        return None
    return ChangeOfVariables(states={found.state: rate})


def sign_flipped(optimizer: Optimizer) -> ChangeOfVariables | None:
    """v_old = -v_new."""
    found = velocity(optimizer)
    return found and ChangeOfVariables(states={found.state: sp.S.NegativeOne})


def moving_average(optimizer: Optimizer) -> ChangeOfVariables | None:
    """v_old = v_new / (1 - mu) and eta_old = (1 - mu) eta_new: the velocity becomes an average of gradients."""
    found = velocity(optimizer)
    rate = _rate(optimizer)
    if found is None or rate is None or found.decay is None or _is_weighted(found.forcing, found.decay):
        return None
    weight = 1 - found.decay
    states = {found.state: 1 / weight} if found.coefficient.has(rate) else {}
    return ChangeOfVariables(states=states, hyper={rate: weight * rate})


def accumulated(optimizer: Optimizer) -> ChangeOfVariables | None:
    """v_old = (1 - beta) v_new and eta_old = eta_new / (1 - beta): the average becomes a sum of gradients."""
    found = velocity(optimizer)
    rate = _rate(optimizer)
    if found is None or rate is None or found.decay is None or not _is_weighted(found.forcing, found.decay):
        return None
    weight = 1 - found.decay
    return ChangeOfVariables(states={found.state: weight}, hyper={rate: rate / weight})


def _is_weighted(forcing: sp.Expr, decay: sp.Symbol) -> bool:
    return 1 - decay in sp.Mul.make_args(forcing)


def _rate(optimizer: Optimizer) -> sp.Symbol | None:
    return next((h.symbol for h in optimizer.hyper if h.symbol.meaning == "learning rate"), None)


# Averages and their corrections.


@lru_cache(maxsize=64)
def corrected(optimizer: Optimizer) -> dict[Sequence, sp.Expr]:
    """The sequences that are a state over 1 - beta**t, with their right-hand sides."""
    found: dict[Sequence, sp.Expr] = {}
    for left, right in sides(optimizer):
        top, bottom = sp.fraction(sp.together(right)) if _has_power_of_time(right) else (right, sp.S.One)
        power: Any = 1 - bottom
        if isinstance(top, At) and isinstance(power, sp.Pow) and power.exp == t:
            found[left.base] = right
    return found


@lru_cache(maxsize=4096)
def _has_power_of_time(x: sp.Expr) -> bool:
    return any(p.exp == t for p in x.atoms(sp.Pow))


def _without(optimizer: Optimizer, values: Mapping[Sequence, sp.Expr]) -> Optimizer:
    """The definition with sequences replaced by what they stand for."""
    at = {s[t]: x for s, x in values.items()}
    return restated(
        optimizer,
        (equation(left, right.xreplace(at)) for left, right in sides(optimizer) if left.base not in values),
    )


def inlined(optimizer: Optimizer) -> Optimizer | None:
    """The corrected averages written into the step."""
    found = corrected(optimizer)
    return _without(optimizer, found) if found else None


def uncorrected(optimizer: Optimizer) -> Optimizer | None:
    """The averages used as they are."""
    found = corrected(optimizer)
    plain = {s: next(iter(x.atoms(At))) for s, x in found.items()}
    if any(_has_power_of_time(right) for left, right in sides(optimizer) if left.base not in found):
        return None
    return _without(optimizer, plain) if found else None


def folded(optimizer: Optimizer) -> Optimizer | None:
    """Both corrections in the learning rate: alpha[t] = eta sqrt(1 - beta2**t) / (1 - beta1**t)."""
    found, rate = corrected(optimizer), _rate(optimizer)
    step = next(right for left, right in sides(optimizer) if left.base == optimizer.params)
    rooted = [s for s in found if step.has(sqrt(s[t]))]
    plain = [s for s in found if s not in rooted]
    if rate is None or len(rooted) != 1 or len(plain) != 1 or _taken(optimizer, "alpha"):
        return None
    weights = {s: next(iter(x.atoms(At))) / x for s, x in found.items()}
    alpha = Sequence("alpha", r"\alpha", shape=Shape.SCALAR, sign="positive")
    values = {s[t]: next(iter(x.atoms(At))) for s, x in found.items()}
    update: list[Any] = []
    for left, right in sides(optimizer):
        if left.base == optimizer.params:
            update.append(equation(alpha[t], rate * sqrt(weights[rooted[0]]) / weights[plain[0]]))
            update.append(equation(left, step.xreplace({**values, rate: alpha[t]})))
        elif left.base not in found:
            update.append(equation(left, right))
    return restated(optimizer, update)


def bias_corrected(optimizer: Optimizer) -> Optimizer | None:
    """Averages that start at zero divided by 1 - beta**t, in a method that does not correct them."""
    if any(map(_has_power_of_time, rights(optimizer))):
        return None
    averages = {left.base: b for left, right in sides(optimizer) if (b := _decay_of_average(left, right)) is not None}
    step = next(right for left, right in sides(optimizer) if left.base == optimizer.params)
    used = {s: b for s, b in averages.items() if any(right.has(s[t]) for right in rights(optimizer))}
    if not any(step.has(s[t]) for s in used) or any(_taken(optimizer, f"{s.name}hat") for s in used):
        return None
    hats = {s: Sequence(f"{s.name}hat", rf"\hat{{{s.latex or s.name}}}", sign=_sign(s)) for s in used}
    update: list[Any] = []
    for left, right in sides(optimizer):
        update.append(equation(left, right.xreplace({s[t]: hats[s][t] for s in used})))
        if left.base in used:
            s = left.base
            update.append(equation(hats[s][t], s[t] / (1 - used[s] ** t)))
    return restated(optimizer, update)


def _sign(s: Sequence) -> str:
    return "nonnegative" if s.is_nonnegative else "real"


def _decay_of_average(left: At, right: Any) -> HyperSymbol | None:
    """The decay rate beta of x[t] = beta x[t-1] + (1 - beta) y."""
    for part in sp.Add.make_args(right):
        decay = part / left.base[t - 1]
        if isinstance(decay, HyperSymbol) and _is_weighted(right - part, decay):
            return decay
    return None


def complement(optimizer: Optimizer) -> ChangeOfVariables | None:
    """beta_old = 1 - beta_new: the decay rate is the weight of the new value."""
    decays = {b for left, right in sides(optimizer) if (b := _decay_of_average(left, right)) is not None}
    if len(decays) != 1 or any(map(_has_power_of_time, rights(optimizer))):
        return None
    (old,) = decays
    new = HyperSymbol(old.name, Interval.Lopen(0, 1), old.meaning)
    default: Any = optimizer.hyperparameter(old.name).default
    return ChangeOfVariables(hyper={old: 1 - new}, new=(new(None if default is None else 1 - default),))


# Weight decay.


def coupled_decay(optimizer: Optimizer) -> Optimizer | None:
    """Each gradient with lambda times its point added; see ``optimizers.with_weight_decay``."""
    if _decays(optimizer):
        return None
    calls = (call for right in rights(optimizer) for call in right.atoms(Grad))
    penalised = {call: call + weight_decay * call.args[0] for call in calls}
    update = (equation(left, right.xreplace(penalised)) for left, right in sides(optimizer))
    return restated(optimizer, update, (*optimizer.hyper, weight_decay()))


@lru_cache(maxsize=64)
def decoupled_decay(optimizer: Optimizer) -> Optimizer | None:
    """The step followed by -lambda theta; see ``optimizers.with_weight_decay``."""
    theta = optimizer.params
    if _decays(optimizer) or not optimizer.equations[theta.name].has(theta[t - 1]):
        return None
    update = (
        equation(left, right - weight_decay * theta[t - 1]) if left.base == theta else equation(left, right)
        for left, right in sides(optimizer)
    )
    return restated(optimizer, update, (*optimizer.hyper, weight_decay()))


def decoupled_decay_times_rate(optimizer: Optimizer) -> Optimizer | None:
    """The step followed by -eta lambda theta; see ``optimizers.with_weight_decay``."""
    decayed = decoupled_decay(optimizer)
    change = decayed and decay_times_rate(decayed)
    return decayed and change and change.of(decayed)


def decay_times_rate(optimizer: Optimizer) -> ChangeOfVariables | None:
    """lambda_old = eta lambda_new, as libraries have it."""
    rate = _rate(optimizer)
    decay = next((h.symbol for h in optimizer.hyper if h.symbol.meaning == "weight decay"), None)
    if rate is None or decay is None:
        return None
    step = sp.expand(optimizer.equations[optimizer.params.name])
    decays = [part for part in sp.Add.make_args(step) if part.has(decay)]
    if not decays or any(part.has(rate) for part in decays):
        return None  # coupled, or multiplied by the rate already, as Lion's and Adan's are
    return ChangeOfVariables(hyper={decay: rate * decay})


def _decays(optimizer: Optimizer) -> bool:
    """Whether the method has weight decay, or no learning rate for its strength to be set against."""
    return _rate(optimizer) is None or _taken(optimizer, weight_decay.name)


# Single methods.


def with_rate(optimizer: Optimizer) -> Optimizer | None:
    """A learning rate in front of a step that has none (Adadelta)."""
    found = velocity(optimizer)
    if found is None or _rate(optimizer) is not None or _taken(optimizer, eta.name):
        return None
    update = (
        equation(left, right.xreplace({found.state[t]: eta * found.state[t]}))
        if left.base == optimizer.params
        else equation(left, right)
        for left, right in sides(optimizer)
    )
    return restated(optimizer, update, (eta(1), *optimizer.hyper))


def with_epsilon(optimizer: Optimizer) -> Optimizer | None:
    """A small constant added to a root that divides the step, in a method that has none (RAdam)."""
    root = _named_root(optimizer)
    if root is None or _taken(optimizer, eps.name):
        return None
    update = (
        equation(left, right.xreplace({1 / root[t]: 1 / (root[t] + eps)}))
        if left.base == optimizer.params
        else equation(left, right)
        for left, right in sides(optimizer)
    )
    return restated(optimizer, update, (*optimizer.hyper, eps(1e-8)))


def root_in_step(optimizer: Optimizer) -> Optimizer | None:
    """The root taken in the step, where the definition takes it in the corrected average."""
    root = _named_root(optimizer)
    if root is None:
        return None
    update = (
        equation(left, right**2 if left.base == root else right.xreplace({root[t]: sqrt(root[t])}))
        for left, right in sides(optimizer)
    )
    return restated(optimizer, update)


def reciprocal_root(optimizer: Optimizer) -> Optimizer | None:
    """The reciprocal of the root named, and multiplied by."""
    root = _named_root(optimizer)
    if root is None or _taken(optimizer, "l"):
        return None
    scale = Sequence("l", sign="nonnegative")
    update = (
        equation(scale[t], 1 / right) if left.base == root else equation(left, right.xreplace({1 / root[t]: scale[t]}))
        for left, right in sides(optimizer)
    )
    return restated(optimizer, update)


def _named_root(optimizer: Optimizer) -> Sequence | None:
    """A sequence that is a root, and that only the step divides by."""
    step = optimizer.equations[optimizer.params.name]
    for left, right in sides(optimizer):
        roots = all(isinstance(f, sp.Pow) and f.exp == sp.Rational(1, 2) for f in sp.Mul.make_args(right))
        if roots and step.has(1 / left):
            return left.base
    return None


def _taken(optimizer: Optimizer, name: str) -> bool:
    return any(x.name == name for x in (*optimizer.sequences, *optimizer.hyper))
