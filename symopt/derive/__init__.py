"""What follows from a definition: found by machine, and proved step by step by `decide`."""

from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable, UnknownTopic
from symopt.derive.expectations import (
    bias_correction,
    corrected_variance,
    drift,
    effective_sample_size,
    expect,
    half_life,
    time_constant,
    variance,
)
from symopt.derive.periodic import unroll_rounds
from symopt.derive.recurrences import solve_recurrence
from symopt.derive.substitution import ChangeOfVariables, change_of_variables
from symopt.derive.topics import Topic, derivations, topic, topics, topics_of
from symopt.derive.unrolled import unroll

__all__ = [
    "ChangeOfVariables", "Derivation", "Guarantee", "NotDerivable", "Step", "Topic", "UnknownTopic",
    "bias_correction", "change_of_variables", "corrected_variance", "derivations", "drift", "effective_sample_size",
    "expect", "half_life", "solve_recurrence", "time_constant", "topic", "topics", "topics_of", "unroll",
    "unroll_rounds", "variance",
]  # fmt: skip
