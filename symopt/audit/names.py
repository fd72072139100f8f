"""Customary names: what settles which of two equal parts a symbol plays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

_CUSTOM: dict[str, tuple[str, ...]] = {
    "eta": (r"\eta", r"\alpha", r"\gamma", "lr", r"\epsilon", r"\lambda", r"\eta_0", r"\alpha_0", "a"),
    "mu": (r"\mu", r"\gamma", r"\beta", r"\rho", r"\alpha", r"\beta_1", "m"),
    "beta": (r"\beta", r"\gamma", r"\rho", r"\beta_1", r"\beta_2", r"\alpha", r"\mu", r"\lambda", r"\delta"),
    "beta_1": (r"\beta_1", r"\rho_1", r"\beta", r"\mu", r"\gamma_1", r"\gamma", r"\alpha_1"),
    "beta_2": (r"\beta_2", r"\rho_2", r"\gamma_2", r"\nu", r"\rho", r"\alpha_2", r"\gamma"),
    "rho": (r"\rho", r"\gamma", r"\beta", r"\alpha", r"\beta_2", r"\delta", r"\lambda"),
    "epsilon": (r"\epsilon", r"\delta", r"\xi", r"\tau"),
    "lambda": (r"\lambda", "w", r"\alpha", r"\mu"),
    "m": ("m", "s", "v", "u", "p"),
    "v": ("v", "r", "s", "G", "n", "u", "h", "S"),
    "g": ("g", "G", "d", "dw", "dW", "dx"),
    "theta": (r"\theta", "w", "W", "x", r"\phi", "p", r"\omega"),
    "step": (r"\Delta\theta", r"\Delta w", r"\Delta x", r"\Delta W", "u", "d", "s", "g'"),
    "phi": (r"\phi", r"\theta", "w", "W", "x"),
}

RATE = r"\frac{1}{L}"
"""A learning rate that is one over the Lipschitz constant of the gradient."""


def affinity(name: str, key: str, latex: str, hyper: bool) -> float:
    """How customary it is to write ``name`` for a model's ``key``: 1 for the definition's own, 0 for never seen."""
    name = name[1:-1] if name.startswith("{") else name
    if name == RATE:
        return 0.9 if key == "eta" else 0.0
    plain = name.split("_{")[0] if name.startswith(("v_", "s_", "m_", "d", "g_")) else name
    if name == latex:
        return 1.0
    custom = _CUSTOM.get(key, ())
    for candidate in (name, plain):
        if candidate in custom:
            return 0.9 - 0.08 * custom.index(candidate)
    if not hyper and _accent(name) != "" and _accent(name) == _accent(latex):
        return 0.7
    return 0.0


def opposed(name: str, key: str) -> bool:
    """Whether a name says the contrary of a part: what is called a minimum is no maximum."""
    return any(a in name and key == b for a, b in _OPPOSITES)


def crossed(keys: Mapping[str, str]) -> bool:
    """Whether two names that one letter numbers stand for two parts numbered the other way round."""
    numbered = sorted((*m.groups(), key) for name, key in keys.items() if (m := _NUMBERED.fullmatch(name)))
    return any(
        a[0] == b[0] and a[1] < b[1] and (x := _NUMBERED.fullmatch(a[2])) and (y := _NUMBERED.fullmatch(b[2]))
        and x[1] == y[1] and x[2] > y[2]
        for a, b in pairwise(numbered)
    )  # fmt: skip


_OPPOSITES = (
    ("min", "eta_max"), ("max", "eta_min"), ("max", "eta_T"), ("min", "eta_0"),
    ("min", "Delta_max"), ("max", "Delta_min"), ("-", "eta_plus"), ("+", "eta_minus"),
)  # fmt: skip
_NUMBERED = re.compile(r"(.+)_(\d)")


def part(name: str) -> str:
    """The part that a symbol plays most often, accents apart; the symbol itself where custom is silent."""
    bare = re.sub(r"\\(?:hat|tilde|bar)\{(.*)\}", r"\1", name.strip("{}") if name.startswith("{") else name)
    ranks = [(custom.index(bare), key) for key, custom in _CUSTOM.items() if bare in custom]
    return f"{min(ranks)[1] if ranks else bare} {_accent(name)}"


def _accent(name: str) -> str:
    for mark in ("hat", "tilde", "bar", "corrected", "corr"):
        if mark in name:
            return "hat" if mark.startswith("corr") else mark
    return ""


_NOT_HYPER = (r"\theta", r"\phi", r"\omega", r"\Delta")


def hyper_like(name: str) -> bool:
    """Whether a symbol without a time index is, by custom, a constant: a Greek letter or a rate's name."""
    name = name[1:-1] if name.startswith("{") else name
    return (name.startswith("\\") and not name.startswith((*_NOT_HYPER, r"\hat", r"\tilde", r"\bar"))) or name in (
        "lr", "LR", "k", "T", "a", "c",
    )  # fmt: skip
