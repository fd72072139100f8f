"""``symopt audit``."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

import symopt
from symopt.cli import output as terminal
from symopt.cli.status import CLEAN, FAULT, TROUBLE

if TYPE_CHECKING:
    from symopt.audit.findings import Report

FORMATS = ("text", "json", "markdown", "html", "sarif")


SELDOM = (1_000_000, 20, 50)
"""When this program collects garbage: expressions are many, seldom circular, and given up with the process."""


@click.command("audit", short_help="Find wrong formulas and code in documents.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(readable=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@click.option("--verbose", "-v", is_flag=True, help="List every formula, not only the errata.")
def audit_command(paths: tuple[Path, ...], form: str, output: Path | None, verbose: bool) -> None:
    """Find wrong formulas and code in Markdown, text, LaTeX, notebook and Python files, or folders of them.

    Exit status: 0 if there is no erratum, 1 if there is one, 2 if something could not be read or run.
    """
    gc.set_threshold(*SELDOM)
    from symopt.audit import audit

    with terminal.Progress() as progress:
        report = audit(paths, progress=progress)
    terminal.write(_rendered(report, form, verbose, to_terminal=output is None), output)
    told = form == "text" and output is None and terminal.on_terminal()
    for document in report.documents:
        if document.problem and not told:
            click.echo(f"symopt: {document.path}: {document.problem}", err=True)
    sys.exit(exit_status(report))


def exit_status(report: Report) -> int:
    """2 if a document could not be read, else 1 if there is an erratum, else 0."""
    if any(d.problem for d in report.documents):
        return TROUBLE
    return FAULT if report.summary["erratum"] else CLEAN


def _rendered(report: Report, form: str, verbose: bool, *, to_terminal: bool) -> str:
    from symopt import render

    colour = to_terminal and terminal.colour()
    width = terminal.width() if to_terminal else terminal.WIDTH
    formats: dict[str, Callable[[], str]] = {
        "text": lambda: render.to_text(report, verbose=verbose, colour=colour, width=width),
        "json": lambda: render.to_json(report),
        "markdown": lambda: render.to_markdown(report, verbose=verbose),
        "html": lambda: render.to_html(report, verbose=verbose),
        "sarif": lambda: render.to_sarif(report, version=symopt.__version__),
    }
    return formats[form]()
