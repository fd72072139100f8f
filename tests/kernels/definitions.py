"""Every definition that kernels are tested with, found by scanning: optimizers, wrappers, schedules, conventions."""

from __future__ import annotations

from functools import cache

from symopt.language import Optimizer, Schedule
from symopt.optimizers import catalogue, get, lookahead, with_schedule, with_weight_decay

PLAIN: tuple[Optimizer, ...] = tuple(o for o in catalogue().values() if isinstance(o, Optimizer))
SCHEDULES: tuple[Schedule, ...] = tuple(s for s in catalogue().values() if isinstance(s, Schedule))
ELEMENTWISE = tuple(o for o in PLAIN if all(s.shape.commutes for s in o.sequences))


@cache
def wrapped() -> tuple[Optimizer, ...]:
    """Lookahead and both kinds of weight decay around every definition, and Adam under every schedule."""
    undecayed = [o for o in ELEMENTWISE if "lambda" not in {h.name for h in o.hyper}]
    return (
        *(lookahead(o) for o in ELEMENTWISE),
        *(with_weight_decay(o, decoupled=d) for o in undecayed for d in (False, True)),
        *(with_schedule(get("adam"), s) for s in SCHEDULES),  # type: ignore[arg-type]
        lookahead(lookahead(get("radam"))),  # type: ignore[arg-type]
    )
