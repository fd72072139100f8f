"""Methods on a quadratic: where they are stable, how fast they are, what noise leaves."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.derive.convergence import harmonic_rate, linear_rate, steps_to_precision
from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable
from symopt.derive.noise import steady_variance
from symopt.derive.quadratic import is_linear, linear_method
from symopt.derive.stability import critical_damping, spectral_radius, stability, transition
from symopt.derive.topic import Topic
from symopt.derive.tuning import tuning
from symopt.language.optimizer import Optimizer


def _stability(optimizer: Optimizer) -> Iterator[Derivation]:
    yield transition(optimizer)
    yield stability(optimizer).derivation
    for further in (spectral_radius, critical_damping):
        try:
            yield further(optimizer)
        except NotDerivable:
            continue


def _tuned(optimizer: Optimizer) -> bool:
    return is_linear(optimizer) and bool(_tunings(optimizer))


def _tunings(optimizer: Optimizer) -> tuple[Derivation, ...]:
    try:
        return tuning(optimizer)
    except NotDerivable:
        return ()


def _noise(optimizer: Optimizer) -> Iterator[Derivation]:
    yield steady_variance(optimizer)


def _rates(optimizer: Optimizer) -> Iterator[Derivation]:
    yield linear_rate(optimizer)
    yield steps_to_precision()
    try:
        yield harmonic_rate(optimizer)
    except NotDerivable:
        return


def _one_state(optimizer: Optimizer) -> bool:
    return is_linear(optimizer) and len(linear_method(optimizer).states) == 1


quadratic = Topic("quadratic", "On a quadratic: stability", fits=is_linear, derive=_stability, place=60)
best_rates = Topic("tuning", "On a quadratic: the best learning rate", fits=_tuned, derive=tuning, place=62)
noise = Topic("noise", "On a quadratic: gradient noise", fits=is_linear, derive=_noise, place=64)
rates = Topic("convergence", "Linear rates, and one over t", fits=_one_state, derive=_rates, place=70)
