"""The only place that may say "proved" or "refuted".

`identity` compares two expressions, `linear_identity` two of vectors and matrices,
whose shapes may disagree (`misfit`), `holds` decides a comparison,
`roots_within` and `root_beyond` where a polynomial's roots lie, `follows` a claim with a definition, `equal` two
definitions, `sign_invariant` a declared sign with the recurrence; `conjunction` puts verdicts together, and
`recheck` decides a certificate again.
"""

from symopt.decide.certificate import Certificate, conjunction, recheck
from symopt.decide.discs import root_beyond, roots_within
from symopt.decide.equal import equal
from symopt.decide.follows import follows, sign_invariant
from symopt.decide.holds import holds
from symopt.decide.identity import identity
from symopt.decide.linear import linear_identity, misfit
from symopt.decide.solves import solves
from symopt.decide.verdict import Equality, Status, Verdict, Witness

__all__ = [
    "Certificate",
    "Equality",
    "Status",
    "Verdict",
    "Witness",
    "conjunction",
    "equal",
    "follows",
    "holds",
    "identity",
    "linear_identity",
    "misfit",
    "recheck",
    "root_beyond",
    "roots_within",
    "sign_invariant",
    "solves",
]
