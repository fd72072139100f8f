"""Statements that are no optimizer's elementwise recurrence: equations of vector-valued methods, expansions, limits,
losses and their gradients, rates of convergence and costs.

Each formula is judged by itself, with a little of the text around it; what is not recognised is left to the rest of
the audit.
"""

from symopt.audit.facts.opinions import Around, fact_opinion, newest, stated_by

__all__ = ["Around", "fact_opinion", "newest", "stated_by"]
