"""The command line: parses arguments, calls one function, renders."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

import symopt

if TYPE_CHECKING:
    from symopt.audit.findings import Report

FORMATS = ("text", "json", "markdown", "html", "sarif")
_WIDTH = 100  # columns where no terminal says otherwise
_CLEAN, _ERRATA, _TROUBLE, _INTERRUPTED = 0, 1, 2, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(symopt.__version__, prog_name="symopt")
def cli() -> None:
    """Optimizers defined once, and an audit that finds wrong formulas in documents about them."""


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@click.option("--verbose", "-v", is_flag=True, help="List every formula, not only the errata.")
def audit(paths: tuple[Path, ...], form: str, output: Path | None, verbose: bool) -> None:
    """Find wrong formulas in Markdown, text, LaTeX and notebook files, or folders of them.

    Exit status: 0 if there is no erratum, 1 if there is one, 2 if something could not be read or run.
    """
    from symopt.audit import audit as examine

    with _Progress() as progress:
        report = examine(paths, progress=progress)
    text = _rendered(report, form, verbose, to_terminal=output is None)
    _write(text, output)
    for document in report.documents:
        if document.problem:
            click.echo(f"symopt: {document.path}: {document.problem}", err=True)
    sys.exit(exit_status(report))


def exit_status(report: Report) -> int:
    """2 if a document could not be read, else 1 if there is an erratum, else 0."""
    if any(d.problem for d in report.documents):
        return _TROUBLE
    return _ERRATA if report.summary["erratum"] else _CLEAN


@cli.command("list")
def list_() -> None:
    """List the optimizers and schedules that symopt knows."""
    from symopt.optimizers import catalogue

    known = catalogue()
    width = max(map(len, known), default=0)
    _say("".join(f"{name:<{width}}  {definition.title}\n" for name, definition in known.items()))


@cli.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(("text", "latex")), default="text", show_default=True)
def show(name: str, form: str) -> None:
    """Show an optimizer's equations, hyperparameters and source."""
    from symopt.optimizers import UnknownOptimizer, get
    from symopt.render.definition import to_latex, to_text

    try:
        definition = get(name)
    except UnknownOptimizer as error:
        raise click.ClickException(str(error)) from None
    _say(to_latex(definition) if form == "latex" else to_text(definition))


def _rendered(report: Report, form: str, verbose: bool, *, to_terminal: bool) -> str:
    from symopt import render

    on_terminal = to_terminal and sys.stdout.isatty()
    colour = on_terminal and not os.environ.get("NO_COLOR")
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if on_terminal else _WIDTH
    formats: dict[str, Callable[[], str]] = {
        "text": lambda: render.to_text(report, verbose=verbose, colour=colour, width=width),
        "json": lambda: render.to_json(report),
        "markdown": lambda: render.to_markdown(report, verbose=verbose),
        "html": lambda: render.to_html(report, verbose=verbose),
        "sarif": lambda: render.to_sarif(report, version=symopt.__version__),
    }
    return formats[form]()


def _write(text: str, output: Path | None) -> None:
    if output is None:
        _say(text)
        return
    try:
        output.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise click.ClickException(f"{output}: {(error.strerror or str(error)).lower()}") from None


def _say(text: str) -> None:
    """Write to standard output, in UTF-8 whatever the locale; quietly, if its reader has had enough."""
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python flushes once more at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Progress:
    """A line on standard error that says how far the audit is, if anyone is looking."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.due = time.monotonic() + 0.5  # short work needs no bar

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self.say

    def say(self, path: str, done: int, total: int) -> None:
        if self.shown and total and time.monotonic() >= self.due:
            self.due = time.monotonic() + 0.1
            width = shutil.get_terminal_size((80, 24)).columns - 1
            bar = "#" * (20 * done // total)
            line = f"[{bar:<20}] {done}/{total} {path if path.isprintable() else ascii(path)}"
            click.echo(f"\r{line[:width]:<{width}}", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def main() -> None:
    """Run the command line; the process ends with its exit status."""
    try:
        cli.main(prog_name="symopt", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(_TROUBLE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("symopt: interrupted", err=True)
        sys.exit(_INTERRUPTED)
