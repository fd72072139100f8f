"""RAdam's rectification."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.derive import inverse_chi_square as psi
from symopt.derive.crossing import crossing, growth
from symopt.derive.derivation import Derivation
from symopt.derive.rectification import fits, length, rectification
from symopt.derive.topic import Topic
from symopt.language.optimizer import Optimizer

THRESHOLDS = (4, 5)
"""The published one, below which the variance is infinite, and that of the authors' implementation."""


def _rectified(optimizer: Optimizer) -> Iterator[Derivation]:
    yield length(optimizer)
    for part in (psi.gamma_recurrence, psi.moments, psi.scaled, psi.first_order, psi.exact, psi.error):
        yield part()
    yield rectification(optimizer)
    yield growth(optimizer)
    for threshold in THRESHOLDS:
        yield crossing(optimizer, threshold)


rectified = Topic("rectification", "The rectification of the adaptive learning rate", fits, _rectified, place=40)
