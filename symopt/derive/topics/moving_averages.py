"""What moving averages have in common: means, corrections, variances, and how long they remember."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symopt.derive.averages import averages
from symopt.derive.derivation import Derivation
from symopt.derive.drifting import drift, drift_bound
from symopt.derive.errors import NotDerivable
from symopt.derive.expectations import (
    bias_correction,
    corrected_variance,
    effective_sample_size,
    expect,
    half_life,
    time_constant,
    variance,
)
from symopt.derive.means import with_mean
from symopt.derive.topic import Topic
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import Sequence


def _each(
    *results: Callable[[Optimizer, str], Derivation],
    states: Callable[[Optimizer], tuple[Sequence, ...]] = lambda optimizer: tuple(x.state for x in averages(optimizer)),
) -> Callable[[Optimizer], Iterator[Derivation]]:
    """The results for each moving average of an optimizer, or each of the given states."""

    def derive(optimizer: Optimizer) -> Iterator[Derivation]:
        for state in states(optimizer):
            for result in results:
                try:
                    yield result(optimizer, state.name)
                except NotDerivable:
                    continue

    return derive


def _fits(optimizer: Optimizer) -> bool:
    return bool(averages(optimizer))


def _has_means(optimizer: Optimizer) -> bool:
    return bool(with_mean(optimizer))


expectation = Topic(
    "expectation", "Means under stationary gradients", _has_means, _each(expect, states=with_mean), place=20
)
correction = Topic("bias-correction", "Bias correction", _has_means, _each(bias_correction, states=with_mean), place=21)
drifting = Topic("drift", "Means when gradients drift", _fits, _each(drift, drift_bound), place=22)
spread = Topic("variance", "Variance of moving averages", _fits, _each(variance, corrected_variance), place=23)
memory = Topic(
    "memory",
    "How long moving averages remember",
    _fits,
    _each(effective_sample_size, half_life, time_constant),
    place=24,
)
