"""What programs call the quantities that papers give a letter."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symopt.read.code.memory import last

_HYPERS = {
    r"\eta": "lr learning_rate learningrate eta step_size stepsize l_rate base_lr rate learn_rate",
    r"\alpha": "alpha a",
    r"\beta_1": "beta1 beta_1 b1 beta_one decay1 betas[0] beta1_ first_decay betal",
    r"\beta_2": "beta2 beta_2 b2 beta_two decay2 betas[1] second_decay",
    r"\beta_3": "beta3 beta_3 b3 betas[2]",
    r"\beta": "beta", r"\gamma": "gamma", r"\rho": "rho decay decay_rate decayrate smoothing_constant discount",
    r"\mu": "mu momentum mom momentum_rate momentum_coeff friction",
    r"\epsilon": "eps epsilon eps_stable fudge_factor fudge smoothing small stable delta eps_",
    r"\lambda": "weight_decay wd lambda_ lam lmbda lambd lamda reg l2 l2_reg weight_decay_rate decay_coeff",
    r"\tau": "tau dampening", r"\nu": "nu",
}  # fmt: skip
_STATES = {
    "m": "m exp_avg moment1 first_moment mt mu momentum1 mom1 m_t ms mean avg_grad ema m1 mts",
    "v": "v exp_avg_sq moment2 second_moment vt nu velocity v_t vs buf momentum_buffer vel momentum_buf trace "
         "velocities vdw v_dw change",
    "r": "r cache square_avg grad_squared g2 sq_grad eg2 e_g2 sum_sq accumulator accum acc s sqr sqrs sdw s_dw "
         "gradient_sums grad_sq mean_square ms mean_sq h n sum_squares",
    "G": "g_sum sum_sq_grad sum_of_squares gti grad_squared_sum historical_grad G",
    r"\theta": "theta params param p parameters weights weight w x W xk",
    "u": "u u_t inf_norm exp_inf",
    "d": "acc_delta deltas delta edx2 e_dx2 accum_updates",
}  # fmt: skip
_HYPER_OF = {name: latex for latex, names in _HYPERS.items() for name in names.split()}
_STATE_OF = {name: latex for latex, names in _STATES.items() for name in reversed(names.split())}
_CLOCKS = frozenset(
    "t step epoch iteration iter k i n it count timestep time_step num_steps steps idx global_step".split()
)


def hyper_name(slot: str, nicknames: Mapping[str, str]) -> str | None:
    """The letter of a hyperparameter that a program's name customarily is; None for any other name."""
    for name in (slot, nicknames.get(slot, "")):
        found = _HYPER_OF.get(_end(name)) or _HYPER_OF.get(_end(name).lower()) or _HYPER_OF.get(_bare(name))
        if found:
            return found
    return None


def state_name(slot: str, nicknames: Mapping[str, str]) -> str | None:
    """The letter of a state that a program's name customarily is; None for any other name."""
    for name in (slot, nicknames.get(slot, "")):
        found = _STATE_OF.get(_end(name)) or _STATE_OF.get(_end(name).lower()) or _STATE_OF.get(_bare(name))
        if found:
            return found
    return None


def is_clock_name(slot: str) -> bool:
    """Whether a name is one that programs give to the number of a step."""
    return last(slot).lower().strip("_") in _CLOCKS


def _end(slot: str) -> str:
    """The last part of a name, with its number where it is one of several: ``betas[0]``."""
    match = re.search(r"\['?(\w*betas)'?\](\[\d\])$|(\w*betas)(\[\d\])$", slot)
    if match:
        return "betas" + (match[2] or match[4])
    return last(slot)


def _bare(slot: str) -> str:
    """The last part without what tells parameters apart: ``m`` of ``m_w``, ``v`` of ``v_b``."""
    return re.sub(r"[_\d]*(?:[dD]?[wWbB]|theta|params?|x)?[_\d]*$", "", last(slot)).lower()
