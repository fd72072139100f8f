"""``symopt list`` and ``symopt show``."""

from __future__ import annotations

import click

from symopt.cli.output import say


@click.command("list")
def list_command() -> None:
    """List the optimizers and schedules that symopt knows."""
    from symopt.optimizers import catalogue, vector_methods

    known = {**catalogue(), **vector_methods()}
    width = max(map(len, known), default=0)
    say("".join(f"{name:<{width}}  {definition.title}\n" for name, definition in known.items()))


@click.command("show")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(("text", "latex")), default="text", show_default=True)
def show_command(name: str, form: str) -> None:
    """Show an optimizer's equations, hyperparameters and source."""
    from symopt.optimizers import UnknownOptimizer, get
    from symopt.render.definition import to_latex, to_text

    try:
        definition = get(name)
    except UnknownOptimizer as error:
        raise click.ClickException(str(error)) from None
    say(to_latex(definition) if form == "latex" else to_text(definition))
