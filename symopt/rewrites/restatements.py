"""How conventions look at definitions: where they fit, and what they make of them."""

from __future__ import annotations

import sympy as sp
from sympy import Eq, Interval, sqrt

from symopt.language import At, Grad, HyperSymbol, Optimizer, Sequence, Shape, t
from symopt.language.vocabulary import eps, eta, weight_decay
from symopt.rewrites.forms import ChangeOfVariables, velocity
from symopt.rewrites.writing import restated

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


def corrected(optimizer: Optimizer) -> dict[Sequence, sp.Expr]:
    """The sequences that are a state over 1 - beta**t, with their right-hand sides."""
    found: dict[Sequence, sp.Expr] = {}
    for eq in optimizer.update:
        top, bottom = sp.fraction(sp.together(eq.rhs)) if _has_power_of_time(eq.rhs) else (eq.rhs, sp.S.One)
        if isinstance(top, At) and isinstance(1 - bottom, sp.Pow) and (1 - bottom).exp == t:
            found[eq.lhs.base] = eq.rhs
    return found


def _has_power_of_time(x: sp.Expr) -> bool:
    return any(p.exp == t for p in x.atoms(sp.Pow))


def _without(optimizer: Optimizer, values: dict[Sequence, sp.Expr]) -> Optimizer:
    """The definition with sequences replaced by what they stand for."""
    at = {s[t]: x for s, x in values.items()}
    return restated(
        optimizer,
        (Eq(eq.lhs, eq.rhs.xreplace(at), evaluate=False) for eq in optimizer.update if eq.lhs.base not in values),
    )


def inlined(optimizer: Optimizer) -> Optimizer | None:
    """The corrected averages written into the step."""
    found = corrected(optimizer)
    return _without(optimizer, found) if found else None


def uncorrected(optimizer: Optimizer) -> Optimizer | None:
    """The averages used as they are."""
    found = corrected(optimizer)
    plain = {s: next(iter(x.atoms(At))) for s, x in found.items()}
    if any(_has_power_of_time(eq.rhs) for eq in optimizer.update if eq.lhs.base not in found):
        return None
    return _without(optimizer, plain) if found else None


def folded(optimizer: Optimizer) -> Optimizer | None:
    """Both corrections in the learning rate: alpha[t] = eta sqrt(1 - beta2**t) / (1 - beta1**t)."""
    found, rate = corrected(optimizer), _rate(optimizer)
    step = next(eq.rhs for eq in optimizer.update if eq.lhs.base == optimizer.params)
    rooted = [s for s in found if step.has(sqrt(s[t]))]
    plain = [s for s in found if s not in rooted]
    if rate is None or len(rooted) != 1 or len(plain) != 1 or _taken(optimizer, "alpha"):
        return None
    weights = {s: next(iter(x.atoms(At))) / x for s, x in found.items()}
    alpha = Sequence("alpha", r"\alpha", shape=Shape.SCALAR, sign="positive")
    values = {s[t]: next(iter(x.atoms(At))) for s, x in found.items()}
    update: list[Eq] = []
    for eq in optimizer.update:
        if eq.lhs.base == optimizer.params:
            update.append(Eq(alpha[t], rate * sqrt(weights[rooted[0]]) / weights[plain[0]], evaluate=False))
            update.append(Eq(eq.lhs, step.xreplace({**values, rate: alpha[t]}), evaluate=False))
        elif eq.lhs.base not in found:
            update.append(eq)
    return restated(optimizer, update)


def bias_corrected(optimizer: Optimizer) -> Optimizer | None:
    """Averages that start at zero divided by 1 - beta**t, in a method that does not correct them."""
    if any(_has_power_of_time(eq.rhs) for eq in optimizer.update):
        return None
    averages = {eq.lhs.base: b for eq in optimizer.update if (b := _decay_of_average(eq)) is not None}
    step = next(eq.rhs for eq in optimizer.update if eq.lhs.base == optimizer.params)
    used = {s: b for s, b in averages.items() if any(eq.rhs.has(s[t]) for eq in optimizer.update)}
    if not any(step.has(s[t]) for s in used) or any(_taken(optimizer, f"{s.name}hat") for s in used):
        return None
    hats = {s: Sequence(f"{s.name}hat", rf"\hat{{{s.latex or s.name}}}", sign=_sign(s)) for s in used}
    update: list[Eq] = []
    for eq in optimizer.update:
        update.append(Eq(eq.lhs, eq.rhs.xreplace({s[t]: hats[s][t] for s in used}), evaluate=False))
        if eq.lhs.base in used:
            s = eq.lhs.base
            update.append(Eq(hats[s][t], s[t] / (1 - used[s] ** t), evaluate=False))
    return restated(optimizer, update)


def _sign(s: Sequence) -> str:
    return "nonnegative" if s.is_nonnegative else "real"


def _decay_of_average(eq: Eq) -> sp.Symbol | None:
    """The decay rate beta of x[t] = beta x[t-1] + (1 - beta) y."""
    for part in sp.Add.make_args(eq.rhs):
        decay = part / eq.lhs.base[t - 1]
        if isinstance(decay, HyperSymbol) and _is_weighted(eq.rhs - part, decay):
            return decay
    return None


def complement(optimizer: Optimizer) -> ChangeOfVariables | None:
    """beta_old = 1 - beta_new: the decay rate is the weight of the new value."""
    decays = {b for eq in optimizer.update if (b := _decay_of_average(eq)) is not None}
    if len(decays) != 1 or any(_has_power_of_time(eq.rhs) for eq in optimizer.update):
        return None
    (old,) = decays
    new = HyperSymbol(old.name, Interval.Lopen(0, 1), old.meaning)
    default = optimizer.hyperparameter(old.name).default
    return ChangeOfVariables(hyper={old: 1 - new}, new=(new(None if default is None else 1 - default),))


# Weight decay.


def coupled_decay(optimizer: Optimizer) -> Optimizer | None:
    """Each gradient with lambda times its point added; see ``optimizers.with_weight_decay``."""
    if _decays(optimizer):
        return None
    penalised = {
        call: call + weight_decay * call.args[0] for eq in optimizer.update for call in eq.rhs.atoms(Grad)
    }
    update = (Eq(eq.lhs, eq.rhs.xreplace(penalised), evaluate=False) for eq in optimizer.update)
    return restated(optimizer, update, (*optimizer.hyper, weight_decay()))


def decoupled_decay(optimizer: Optimizer) -> Optimizer | None:
    """The step followed by -lambda theta; see ``optimizers.with_weight_decay``."""
    theta = optimizer.params
    if _decays(optimizer) or not optimizer.equations[theta.name].has(theta[t - 1]):
        return None
    update = (
        Eq(eq.lhs, eq.rhs - weight_decay * theta[t - 1], evaluate=False) if eq.lhs.base == theta else eq
        for eq in optimizer.update
    )
    return restated(optimizer, update, (*optimizer.hyper, weight_decay()))


def decay_times_rate(optimizer: Optimizer) -> ChangeOfVariables | None:
    """lambda_old = eta lambda_new, as libraries have it."""
    rate = _rate(optimizer)
    decay = next((h.symbol for h in optimizer.hyper if h.symbol.meaning == "weight decay"), None)
    decoupled = decay is not None and any(
        eq.lhs.base == optimizer.params and eq.rhs.has(decay) for eq in optimizer.update
    )
    return ChangeOfVariables(hyper={decay: rate * decay}) if decoupled and rate is not None else None


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
        Eq(eq.lhs, eq.rhs.xreplace({found.state[t]: eta * found.state[t]}), evaluate=False)
        if eq.lhs.base == optimizer.params
        else eq
        for eq in optimizer.update
    )
    return restated(optimizer, update, (eta(1), *optimizer.hyper))


def with_epsilon(optimizer: Optimizer) -> Optimizer | None:
    """A small constant added to a root that divides the step, in a method that has none (RAdam)."""
    root = _named_root(optimizer)
    if root is None or _taken(optimizer, eps.name):
        return None
    update = (
        Eq(eq.lhs, eq.rhs.xreplace({1 / root[t]: 1 / (root[t] + eps)}), evaluate=False)
        if eq.lhs.base == optimizer.params
        else eq
        for eq in optimizer.update
    )
    return restated(optimizer, update, (*optimizer.hyper, eps(1e-8)))


def root_in_step(optimizer: Optimizer) -> Optimizer | None:
    """The root taken in the step, where the definition takes it in the corrected average."""
    root = _named_root(optimizer)
    if root is None:
        return None
    update = (
        Eq(eq.lhs, eq.rhs**2 if eq.lhs.base == root else eq.rhs.xreplace({root[t]: sqrt(root[t])}), evaluate=False)
        for eq in optimizer.update
    )
    return restated(optimizer, update)


def reciprocal_root(optimizer: Optimizer) -> Optimizer | None:
    """The reciprocal of the root named, and multiplied by."""
    root = _named_root(optimizer)
    if root is None or _taken(optimizer, "l"):
        return None
    scale = Sequence("l", sign="nonnegative")
    update = (
        Eq(scale[t], 1 / eq.rhs, evaluate=False)
        if eq.lhs.base == root
        else Eq(eq.lhs, eq.rhs.xreplace({1 / root[t]: scale[t]}), evaluate=False)
        for eq in optimizer.update
    )
    return restated(optimizer, update)


def _named_root(optimizer: Optimizer) -> Sequence | None:
    """A sequence that is a root, and that only the step divides by."""
    step = optimizer.equations[optimizer.params.name]
    for eq in optimizer.update:
        roots = all(isinstance(f, sp.Pow) and f.exp == sp.Rational(1, 2) for f in sp.Mul.make_args(eq.rhs))
        if roots and step.has(1 / eq.lhs):
            return eq.lhs.base
    return None


def _taken(optimizer: Optimizer, name: str) -> bool:
    return any(x.name == name for x in (*optimizer.sequences, *optimizer.hyper))
