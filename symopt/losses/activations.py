"""Activation functions of one number z, written down once; `derive.loss_gradients` derives their slopes.

Nair & Hinton 2010 for ReLU; Maas, Hannun & Ng 2013 for the leaky one; Clevert, Unterthiner & Hochreiter 2016,
arXiv:1511.07289, for ELU; Dugas et al. 2001 for softplus; Ramachandran, Zoph & Le 2017, arXiv:1710.05941, for Swish.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symopt.losses.one_score import sigmoid, z

below = sp.Symbol("c", positive=True)
small = 1 / (1 + below)
"""A parameter between 0 and 1: a leaky unit's slope for negative scores, the depth of an exponential one's floor."""


@dataclass(frozen=True)
class Activation:
    """A function that a unit applies to its score.

    Args:
        name: identifier, such as ``"leaky-relu"``.
        title: what people call it.
        words: its names in formulas, in small letters, without fonts.
        value: the function of z, and of `small` where it has a parameter.
    """

    name: str
    title: str
    words: frozenset[str]
    value: Any


_up, _down = sp.Max(0, z), sp.Min(0, z)

ACTIVATIONS = tuple(
    Activation(name, title, frozenset(words.split()), value)
    for name, title, words, value in (
        ("sigmoid", "the sigmoid", "sigmoid sigm logistic expit", sigmoid),
        ("tanh", "tanh", "tanh", sp.tanh(z)),
        ("relu", "ReLU", "relu", _up),
        ("leaky-relu", "the leaky ReLU", "leakyrelu lrelu prelu", _up + small * _down),
        ("elu", "ELU", "elu", _up + sp.exp(_down) - 1),
        ("elu", "ELU", "elu", _up + small * (sp.exp(_down) - 1)),
        ("softplus", "softplus", "softplus", sp.log(1 + sp.exp(z))),
        ("swish", "Swish", "swish silu", z * sigmoid),
    )
)
"""Every activation; one with a parameter that is usually 1 stands here twice."""
