"""Which of the field's names a library's arguments and states go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Interval, Reals, oo

from symopt.language import Hyper, HyperSymbol, exact
from symopt.language import vocabulary as V

_DECAYS = {"beta1": V.beta1, "b1": V.beta1, "beta_1": V.beta1, "beta2": V.beta2, "b2": V.beta2, "beta_2": V.beta2}
_positive = Interval.open(0, oo)
_share = Interval(0, 1)
_SHARE = "exponent of the share of the new square"

HYPERPARAMETERS: dict[str, HyperSymbol] = {
    "lr": V.eta, "learning_rate": V.eta, **_DECAYS,
    "b3": HyperSymbol("beta_3", V.fraction, "decay rate of the third average"),
    "betas.0": V.beta1, "betas.1": V.beta2,
    "eps": V.eps, "epsilon": V.eps,
    "eps_root": HyperSymbol("epsilon_root", V.nonnegative, "small constant inside the root"),
    "weight_decay": V.weight_decay, "weight_decay_rate": V.weight_decay,
    "nu": HyperSymbol("nu", _share, "weight of the average in the step"),
    "nus.0": HyperSymbol("nu_1", _share, "weight of the first moment in the step"),
    "nus.1": HyperSymbol("nu_2", _share, "weight of the second moment in the step"),
    "momentum": V.mu, "dampening": V.dampening, "rho": V.rho, "decay": V.rho,
    "lr_decay": V.kappa, "lambd": V.weight_decay,
    "etas.0": HyperSymbol("eta_minus", Interval.open(0, 1), "factor that shrinks a step size"),
    "etas.1": HyperSymbol("eta_plus", Interval.open(1, oo), "factor that grows a step size"),
    "step_sizes.0": HyperSymbol("Delta_min", _positive, "smallest step size"),
    "step_sizes.1": HyperSymbol("Delta_max", _positive, "largest step size"),
    "eta_minus": HyperSymbol("eta_minus", Interval.open(0, 1), "factor that shrinks a step size"),
    "eta_plus": HyperSymbol("eta_plus", Interval.open(1, oo), "factor that grows a step size"),
    "min_step_size": HyperSymbol("Delta_min", _positive, "smallest step size"),
    "max_step_size": HyperSymbol("Delta_max", _positive, "largest step size"),
    "momentum_decay": HyperSymbol("psi", _positive, "how fast the momentum coefficient grows"),
    "initial_accumulator_value": HyperSymbol("r_0", V.nonnegative, "the accumulator's start"),
    "trust_coefficient": HyperSymbol("kappa", _positive, "trust coefficient"),
    "alpha": HyperSymbol("alpha", V.positive, "exponent"), "beta": V.beta,
    "adam_beta_1": V.beta1, "adam_beta_2": V.beta2, "adam_weight_decay": V.weight_decay,
    "beta_2_decay": HyperSymbol("c", Interval.open(-oo, 0), _SHARE),
    "beta2_decay": HyperSymbol("c", Interval.open(-oo, 0), _SHARE),
    "decay_rate": HyperSymbol("decay_rate", _positive, _SHARE),
    "clip_threshold": HyperSymbol("d", _positive, "threshold of the update's root mean square"),
    "clipping_threshold": HyperSymbol("d", _positive, "threshold of the update's root mean square"),
    "d": HyperSymbol("d", _positive, "threshold of the update's root mean square"),
    "t0": HyperSymbol("t_0", V.nonnegative, "the step from which iterates are averaged"),
}  # fmt: skip
"""The usual meaning of an argument's name; ``x.0`` is the first of a pair."""

BY_CLASS: dict[str, dict[str, HyperSymbol]] = {
    "RMSprop": {"alpha": V.rho},
    "adafactor": {"eps": HyperSymbol("epsilon_1", V.positive, "what is added to each squared gradient")},
    "optimistic_gradient_descent": {"beta": HyperSymbol("beta", V.positive, "weight of the last change")},
    "optimistic_adam_v2": {"beta": HyperSymbol("beta", V.positive, "weight of the last change")},
    "Rprop": {"lr": HyperSymbol("Delta_0", _positive, "initial step size")},
    "rprop": {"learning_rate": HyperSymbol("Delta_0", _positive, "initial step size")},
}
"""Where one library's argument means something else."""

STATES = {
    "exp_avg": "m", "exp_avg_sq": "v", "max_exp_avg_sq": "vmax", "exp_avg_diff": "d", "exp_inf": "u",
    "square_avg": "r", "grad_avg": "m", "momentum_buffer": "b", "acc_delta": "s", "sum": "r", "step": "step",
    "mu_product": "P", "ax": "average", "prev": "p", "step_size": "Delta", "mu": "w", "eta": "eta_now",
}  # fmt: skip
"""Short names for torch.optim's states."""


_UNKNOWN = "the argument "
"""What the meaning of an argument starts with whose name is nobody's custom."""
FORMS = frozenset(["threshold", "ema_momentum", "min_norm"])
"""Numeric arguments that choose among forms of a method, or are no part of it: they keep their numbers."""


@dataclass(frozen=True)
class Argument:
    """A numeric argument of a library's optimizer: its name, its symbol, and the library's default."""

    name: str
    symbol: HyperSymbol
    default: float | None

    @property
    def hyper(self) -> Hyper:
        default = None if self.default is None else exact(self.default)
        return Hyper(self.symbol, default if default is not None and default in self.symbol.domain else None)


def argument(owner: str, name: str, default: float | None) -> Argument:
    """The argument of that name of the class or function ``owner``."""
    symbol = BY_CLASS.get(owner, {}).get(name) or HYPERPARAMETERS.get(name)
    if symbol is None:
        short = name.replace(".", "_")
        symbol = HyperSymbol(short, _domain(default), f"{_UNKNOWN}{name}")
    return Argument(name, symbol, default)


def is_customary(symbol: HyperSymbol) -> bool:
    """Whether the argument's name says what it means."""
    return not symbol.meaning.startswith(_UNKNOWN)


def _domain(default: float | None) -> Any:
    """What a number may be whose name says nothing: one nearer to 1 than to 0 is taken for a decay rate."""
    if default is not None and 0.5 <= default < 1:
        return V.fraction
    return V.positive if default is not None and default > 0 else Reals
