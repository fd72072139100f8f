"""What is said of a part of a program."""

from __future__ import annotations

from dataclasses import dataclass

from symopt.audit.judge import Opinion


@dataclass(frozen=True)
class Remark:
    """What is to be said of a part of a program.

    Args:
        offset: where in the text the part begins.
        source: the part as it is written.
        opinion: the verdict on it.
    """

    offset: int
    source: str
    opinion: Opinion
