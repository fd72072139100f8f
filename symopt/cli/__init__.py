"""The command line: each command is a thin file that parses arguments, calls one function and renders."""

from __future__ import annotations

import difflib
import importlib
import sys

import click

import symopt
from symopt.cli.status import INTERRUPTED, TROUBLE

COMMANDS = {
    "audit": "audit",
    "check": "check",
    "compare": "compare",
    "derive": "derive",
    "emit": "emit",
    "list": "definitions",
    "prove": "prove",
    "show": "definitions",
}
"""The commands, in the order in which help lists them, and the module of this package that holds each."""


class _Commands(click.Group):
    """The commands of the table; a module is imported when its command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"symopt.cli.{COMMANDS[cmd_name]}")
        return getattr(module, f"{cmd_name}_command")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, cutoff=0.5)
            offer = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(COMMANDS)}"
            ctx.fail(f"no command is called {args[0]!r}; {offer}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(symopt.__version__, prog_name="symopt")
def cli() -> None:
    """Optimizers defined once, and an audit that finds wrong formulas."""


def main() -> None:
    """Run the command line; the process ends with its exit status."""
    try:
        cli.main(prog_name="symopt", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(TROUBLE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("symopt: interrupted", err=True)
        sys.exit(INTERRUPTED)
