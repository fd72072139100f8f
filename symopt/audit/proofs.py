"""What ``decide`` says of an equation as it is read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from symopt.audit.equations import Fact
from symopt.audit.match import Interpretation
from symopt.audit.models import Model
from symopt.audit.translate import statement
from symopt.decide.follows import follows
from symopt.decide.verdict import Status, Verdict


def proof(reading: Interpretation, fact: Fact) -> Verdict:
    """Whether the equation follows from the reading's definition."""
    try:
        claim = statement(reading, fact)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        return Verdict(Status.UNDECIDED, reason=f"{type(error).__name__}: {error}")
    return _known(reading.model, claim)


@lru_cache(maxsize=4096)
def _known(model: Model, claim: Any) -> Verdict:
    return follows(model.specialised, claim.xreplace(model.numbers))
