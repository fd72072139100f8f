"""The only place that may say "proved" or "refuted".

`identity` compares two expressions, `follows` a claim with a definition, `equal` two
definitions, `sign_invariant` a declared sign with the recurrence; `recheck` decides a
certificate again.
"""

from symopt.decide.certificate import Certificate, recheck
from symopt.decide.equal import equal
from symopt.decide.follows import follows, sign_invariant
from symopt.decide.identity import identity
from symopt.decide.verdict import Equality, Status, Verdict, Witness

__all__ = [
    "Certificate",
    "Equality",
    "Status",
    "Verdict",
    "Witness",
    "equal",
    "follows",
    "identity",
    "recheck",
    "sign_invariant",
]
