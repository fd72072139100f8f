"""``symopt compare``."""

from __future__ import annotations

import sys

import click

from symopt.cli.output import say
from symopt.cli.status import CLEAN, FAULT


@click.command("compare", short_help="Prove two definitions equal, or find where they part.")
@click.argument("a")
@click.argument("b")
@click.option("--limit", default=5.0, show_default=True, help="Seconds of processor time for each question.")
def compare_command(a: str, b: str, limit: float) -> None:
    """Hold the definition B against A: equal, with the matching; equal under a condition; or where they part.

    Exit status: 0 if they are equal, perhaps under a condition, 1 if not or undecided, 2 if there is no such
    optimizer.
    """
    from symopt.derive.compare import Outcome, compare, in_words
    from symopt.language import Optimizer
    from symopt.optimizers import UnknownOptimizer, get

    definitions: list[Optimizer] = []
    for name in (a, b):
        try:
            found = get(name)
        except UnknownOptimizer as error:
            raise click.ClickException(str(error)) from None
        if not isinstance(found, Optimizer):
            raise click.ClickException(f"{name} is a schedule; optimizers are compared")
        definitions.append(found)
    made = compare(*definitions, limit=limit)
    first, *rest = in_words(made)
    say("".join([f"{first}\n", *(f"  {line}\n" for line in rest)]))
    sys.exit(CLEAN if made.outcome in (Outcome.EQUAL, Outcome.CONDITION) else FAULT)
