"""What follows from a definition: found by machine, and proved step by step by `decide`."""

from symopt.derive.derivation import Derivation, Guarantee, Step
from symopt.derive.errors import NotDerivable, UnknownTopic
from symopt.derive.recurrences import solve_recurrence
from symopt.derive.topics import Topic, derivations, topic, topics, topics_of
from symopt.derive.unrolled import unroll

__all__ = [
    "Derivation", "Guarantee", "NotDerivable", "Step", "Topic", "UnknownTopic",
    "derivations", "solve_recurrence", "topic", "topics", "topics_of", "unroll",
]  # fmt: skip
