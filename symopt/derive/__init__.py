"""What follows from a definition: found by machine, and proved step by step by `decide`."""

from symopt.derive.compare import Comparison, Outcome, compare
from symopt.derive.constant_gradients import constant_gradients
from symopt.derive.convergence import harmonic_rate, linear_rate, steps_to_precision
from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.drifting import drift, drift_bound
from symopt.derive.errors import NotDerivable, UnknownTopic
from symopt.derive.expectations import (
    bias_correction,
    corrected_variance,
    effective_sample_size,
    expect,
    half_life,
    time_constant,
    variance,
)
from symopt.derive.newton import newton_on_quadratic, newton_order, newton_steps
from symopt.derive.noise import steady_variance
from symopt.derive.periodic import unroll_rounds
from symopt.derive.recurrences import solve_recurrence
from symopt.derive.robbins_monro import robbins_monro
from symopt.derive.scale import gradient_scale
from symopt.derive.stability import Stability, critical_damping, spectral_radius, stability, transition
from symopt.derive.substitution import ChangeOfVariables, change_of_variables
from symopt.derive.topics import Topic, derivations, topic, topics, topics_of
from symopt.derive.tuning import tuning
from symopt.derive.unrolled import unroll

__all__ = [
    "ChangeOfVariables", "Comparison", "Derivation", "Guarantee", "NotDerivable", "Outcome", "Stability", "Step",
    "Topic", "UnknownTopic", "bias_correction", "change_of_variables", "compare", "constant_gradients",
    "corrected_variance", "critical_damping", "derivations", "drift", "drift_bound", "effective_sample_size", "expect",
    "gradient_scale", "half_life", "harmonic_rate", "linear_rate", "newton_on_quadratic", "newton_order",
    "newton_steps", "robbins_monro", "solve_recurrence", "spectral_radius", "stability", "steady_variance",
    "steps_to_precision", "time_constant", "topic", "topics", "topics_of", "transition", "tuning", "unroll",
    "unroll_rounds", "variance",
]  # fmt: skip
