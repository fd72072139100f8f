"""What the rates of a schedule, and their squares, add up to."""

from __future__ import annotations

from symopt.derive.robbins_monro import fits, robbins_monro
from symopt.derive.topic import Kind, Topic

sums = Topic(
    "robbins-monro", "Sums of learning rates", fits, lambda schedule: (robbins_monro(schedule),), place=72,
    kinds=(Kind.SCHEDULE,),
)  # fmt: skip
