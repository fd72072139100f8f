"""``symopt derive``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from symopt.cli.output import write
from symopt.cli.status import CLEAN, FAULT

FORMATS = ("text", "md", "tex", "html", "ipynb")


@click.command("derive", short_help="Derive what follows from a definition, each step proved.")
@click.argument("name")
@click.argument("topic", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def derive_command(name: str, topic: str | None, form: str, output: Path | None) -> None:
    """Derive what follows from the definition NAME, step by step; all of it, or one TOPIC.

    NAME is an optimizer, a schedule, or a loss, of which the gradients are derived.

    Exit status: 0 if every step is proved, 1 if one is not, 2 if there is no such definition or topic.
    """
    from symopt.cli.known import find
    from symopt.derive import NotDerivable, UnknownTopic, derivations
    from symopt.derive.loss_gradients import loss_derivations
    from symopt.language.loss import Loss, Regulariser
    from symopt.render.derivation import to_text
    from symopt.render.derived import page_of, page_of_loss, written

    definition = find(name)
    if isinstance(definition, Loss | Regulariser):
        if topic is not None:
            raise click.ClickException(f"{name} is a loss: it has no topics; leave {topic!r} out")
        made = loss_derivations(definition)
        write(to_text(made) if form == "text" else written(page_of_loss(definition, made), form), output)
        sys.exit(CLEAN if all(d.proved for d in made) else FAULT)
    try:
        made = derivations(definition, topic)
    except (UnknownTopic, NotDerivable) as error:
        raise click.ClickException(str(error)) from None
    write(to_text(made) if form == "text" else written(page_of(definition, made, topic), form), output)
    sys.exit(CLEAN if all(d.proved for d in made) else FAULT)
