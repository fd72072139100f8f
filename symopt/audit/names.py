"""Customary names: what settles which of two equal parts a symbol plays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
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


@lru_cache(maxsize=8192)
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
    contrary = _CONTRARY.get(key)
    return contrary is not None and contrary in name


def crossed(keys: Mapping[str, str]) -> bool:
    """Whether two names that one letter numbers stand for two parts numbered the other way round."""
    numbered = sorted((*m, key) for name, key in keys.items() if (m := _numbered(name)))
    return any(
        a[0] == b[0] and a[1] < b[1] and (x := _numbered(a[2])) and (y := _numbered(b[2]))
        and x[0] == y[0] and x[1] > y[1]
        for a, b in pairwise(numbered)
    )  # fmt: skip


_CONTRARY = {
    "eta_max": "min", "eta_min": "max", "eta_T": "max", "eta_0": "min",
    "Delta_max": "min", "Delta_min": "max", "eta_plus": "-", "eta_minus": "+",
}  # fmt: skip


@lru_cache(maxsize=4096)
def _numbered(name: str) -> tuple[str, str] | None:
    """The letter and the number of a name such as ``\\beta_1``."""
    letter, mark, number = name.rpartition("_")
    return (letter, number) if letter and mark and len(number) == 1 and number.isdecimal() else None


@lru_cache(maxsize=4096)
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
