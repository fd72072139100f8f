"""Where a command's words go: standard output or a file, and a line of progress for whoever is looking."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

WIDTH = 100
"""Columns where no terminal says otherwise."""


def on_terminal() -> bool:
    return sys.stdout.isatty()


def colour() -> bool:
    """Whether standard output takes colour: a terminal, and NO_COLOR is not set."""
    return on_terminal() and not os.environ.get("NO_COLOR")


def width() -> int:
    return shutil.get_terminal_size((WIDTH, 24)).columns if on_terminal() else WIDTH


def write(text: str, output: Path | None) -> None:
    """Write to the file, or to standard output where there is none. Raises ClickException where it cannot."""
    if output is None:
        say(text)
        return
    try:
        output.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise click.ClickException(f"{output}: {(error.strerror or str(error)).lower()}") from None


def say(text: str) -> None:
    """Write to standard output, in UTF-8 whatever the locale; quietly, if its reader has had enough.

    Raises:
        ClickException: it cannot be written to, for want of space for example.
    """
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except OSError as error:
        # Python flushes once more at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise click.ClickException(f"standard output: {(error.strerror or str(error)).lower()}") from None


class Progress:
    """A line on standard error that says how far the work is, if anyone is looking."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.due = time.monotonic() + 0.5  # short work needs no bar

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self.say

    def say(self, what: str, done: int, total: int) -> None:
        if self.shown and total and time.monotonic() >= self.due:
            self.due = time.monotonic() + 0.1
            columns = shutil.get_terminal_size((80, 24)).columns - 1
            bar = "#" * (20 * done // total)
            line = f"[{bar:<20}] {done}/{total} {what if what.isprintable() else ascii(what)}"
            click.echo(f"\r{line[:columns]:<{columns}}", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)
