"""``symopt emit``."""

from __future__ import annotations

from pathlib import Path

import click

from symopt.cli.output import write

BACKENDS = ("numpy", "numba", "jax", "torch", "c")


@click.command("emit", short_help="Write an optimizer's step as a source file.")
@click.argument("name")
@click.option("--backend", type=click.Choice(BACKENDS), default="numpy", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file.")
def emit_command(name: str, backend: str, output: Path | None) -> None:
    """Write an optimizer's step as a source file that stands by itself."""
    from symopt.kernels import KernelError
    from symopt.kernels.emit import emit
    from symopt.optimizers import UnknownOptimizer

    try:
        text = emit(name, backend)
    except (KernelError, UnknownOptimizer) as error:
        raise click.ClickException(str(error)) from None
    write(text, output)
