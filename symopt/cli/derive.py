"""``symopt derive``."""

from __future__ import annotations

import sys

import click

from symopt.cli.output import say
from symopt.cli.status import CLEAN, FAULT


@click.command("derive")
@click.argument("name")
@click.argument("topic", required=False)
def derive_command(name: str, topic: str | None) -> None:
    """Derive what follows from the definition NAME, step by step; all of it, or one TOPIC.

    Exit status: 0 if every step is proved, 1 if one is not, 2 if there is no such optimizer or topic.
    """
    from symopt.derive import NotDerivable, UnknownTopic, derivations
    from symopt.language import Optimizer
    from symopt.optimizers import UnknownOptimizer, get
    from symopt.render.derivation import to_text

    try:
        definition = get(name)
        if not isinstance(definition, Optimizer):
            raise click.ClickException(f"{name} is a schedule; derivations are about optimizers")
        made = derivations(definition, topic)
    except (UnknownOptimizer, UnknownTopic, NotDerivable) as error:
        raise click.ClickException(str(error)) from None
    say(to_text(made))
    sys.exit(CLEAN if all(d.proved for d in made) else FAULT)
