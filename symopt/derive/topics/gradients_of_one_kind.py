"""Gradients that are constant, and gradients that are scaled."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.derive import adadelta
from symopt.derive.constant_gradients import constant_gradients, fits, without_root
from symopt.derive.derivation import Derivation
from symopt.derive.errors import NotDerivable
from symopt.derive.scale import degrees, gradient_scale
from symopt.derive.topic import Topic
from symopt.language.optimizer import Optimizer


def _constant(optimizer: Optimizer) -> Iterator[Derivation]:
    if adadelta.fits(optimizer):
        yield from adadelta.adadelta_limit(optimizer)
        return
    yield constant_gradients(optimizer)
    try:
        yield without_root(optimizer)
    except NotDerivable:
        return


def _scales(optimizer: Optimizer) -> bool:
    try:
        degrees(optimizer)
    except NotDerivable:
        return False
    return True


def _scaled(optimizer: Optimizer) -> Iterator[Derivation]:
    yield gradient_scale(optimizer)


constant = Topic(
    "constant-gradients", "Steps under constant gradients", lambda o: fits(o) or adadelta.fits(o), _constant, place=51
)
scale = Topic("gradient-scale", "Gradients c times as large", _scales, _scaled, place=52)
