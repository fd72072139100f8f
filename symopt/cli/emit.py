"""``symopt emit``."""

from __future__ import annotations

from pathlib import Path

import click

from symopt.cli.output import write


@click.command("emit")
@click.argument("name")
@click.option("--backend", default="numpy", show_default=True, help="numpy, numba, jax, torch or c.")
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file.")
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
