"""Statements that are no optimizer's elementwise recurrence: equations of vector-valued methods, expansions, limits,
losses and their gradients, rates of convergence and costs.

Each formula is judged by itself, with a little of the text around it, and the lines of a vector method together with
each other; what is not recognised is left to the rest of the audit.
"""

from symopt.audit.facts.opinions import Around, fact_opinion, newest, stated_by
from symopt.audit.facts.section import beside_opinion, claimed, read_alone, section_opinions

__all__ = [
    "Around", "beside_opinion", "claimed", "fact_opinion", "newest", "read_alone", "section_opinions", "stated_by",
]  # fmt: skip
