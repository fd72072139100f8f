"""``symopt list`` and ``symopt show``."""

from __future__ import annotations

import click

from symopt.cli.output import say


@click.command("list", short_help="List the optimizers, schedules and losses that symopt knows.")
def list_command() -> None:
    """List the optimizers, schedules and losses that symopt knows, by name."""
    from symopt.cli.known import groups

    found = groups()
    width = max(len(name) for group in found.values() for name in group)
    say(
        "\n".join(
            f"{heading}\n" + "".join(f"  {name:<{width}}  {made.title}\n" for name, made in group.items())
            for heading, group in found.items()
        )
    )


@click.command("show", short_help="Show a definition's equations, hyperparameters and source.")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(("text", "latex")), default="text", show_default=True)
def show_command(name: str, form: str) -> None:
    """Show the equations, hyperparameters and source of NAME, an optimizer, a schedule or a loss."""
    from symopt.cli.known import find
    from symopt.render.definition import to_latex, to_text

    definition = find(name)
    say(to_latex(definition) if form == "latex" else to_text(definition))
