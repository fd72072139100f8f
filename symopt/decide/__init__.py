"""The only place that may say "proved" or "refuted".

`identity` compares two expressions, `holds` decides a comparison, `follows` a claim with a definition, `equal` two
definitions, `sign_invariant` a declared sign with the recurrence; `recheck` decides a
certificate again.
"""

from symopt.decide.certificate import Certificate, recheck
from symopt.decide.equal import equal
from symopt.decide.follows import follows, sign_invariant
from symopt.decide.holds import holds
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
    "holds",
    "identity",
    "recheck",
    "sign_invariant",
]
