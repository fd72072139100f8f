"""Learning rates that decay with the step, and any optimizer under a schedule.

Li, Karpathy & Johnson, CS231n: Convolutional Neural Networks for Visual Recognition, Stanford, notes on
"Annealing the learning rate" (all three);
Darken & Moody 1991, "Note on learning rate schedules for stochastic optimization" (1/t).
"""

from __future__ import annotations

from sympy import Interval, Naturals, exp, floor

from symopt.language import DefinitionError, Eq, HyperSymbol, Optimizer, Schedule, Sequence, Shape, t
from symopt.language.vocabulary import eta, eta0, eta_t, kappa

factor = HyperSymbol("gamma", Interval.Lopen(0, 1), "factor by which the learning rate drops")
interval = HyperSymbol("T", Naturals, "steps between drops", integer=True)

step_decay = Schedule(
    "step-decay",
    symbol=eta,
    value=eta0 * factor ** floor(t / interval),
    hyper=(eta0(), factor(0.5), interval()),
    title="Step decay",
    source="CS231n notes, annealing the learning rate",
)

exponential_decay = Schedule(
    "exponential-decay",
    symbol=eta,
    value=eta0 * exp(-kappa * t),
    hyper=(eta0(), kappa()),
    title="Exponential decay",
    source="CS231n notes, annealing the learning rate",
)

inverse_time_decay = Schedule(
    "inverse-time-decay",
    symbol=eta,
    value=eta0 / (1 + kappa * t),
    hyper=(eta0(), kappa()),
    title="1/t decay",
    source="Darken & Moody 1991; CS231n notes, annealing the learning rate",
)


_rate_of_any_sign = Sequence("eta", r"\eta", shape=Shape.SCALAR)
"""A schedule that ends at zero, or may pass it, keeps no sign."""


def with_schedule(optimizer: Optimizer, schedule: Schedule) -> Optimizer:
    r"""The optimizer with its learning rate replaced by a sequence :math:`\eta_t` that the schedule gives.

    Args:
        optimizer: a definition with the hyperparameter that the schedule replaces.
        schedule: such as ``exponential_decay``.

    Returns:
        A definition whose first equation gives the scheduled value at step t.

    Raises:
        DefinitionError: the optimizer has no such hyperparameter, or needs it before the first step.
    """
    symbol = schedule.symbol
    if symbol not in {h.symbol for h in optimizer.hyper}:
        raise DefinitionError(
            f"{optimizer.name}: {schedule.name} replaces {symbol}, which is not among its hyperparameters "
            f"({', '.join(h.name for h in optimizer.hyper)})"
        )
    if any(symbol in value.free_symbols for value in optimizer.init.values()):
        raise DefinitionError(f"{optimizer.name}: {symbol} sets an initial value, so it cannot depend on the step")
    rate = eta_t if schedule.value.is_positive else _rate_of_any_sign
    return optimizer.replace(
        name=f"with_schedule({optimizer.name}, {schedule.name})",
        title=f"{optimizer.title} with {schedule.title.lower()}",
        hyper=[*(h for h in optimizer.hyper if h.symbol != symbol), *schedule.hyper],
        update=[Eq(rate[t], schedule.value), *(eq.xreplace({symbol: rate[t]}) for eq in optimizer.update)],
        source=f"{optimizer.source}; schedule: {schedule.source}",
    )
