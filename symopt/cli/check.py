"""``symopt check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from symopt.cli import output as terminal
from symopt.cli.status import CLEAN, FAULT, TROUBLE

if TYPE_CHECKING:
    from symopt.check import Finding

FORMATS = ("text", "json")


@click.command("check", short_help="Prove that an optimizer's code is the paper's method.")
@click.argument("target")
@click.option("--as", "meant", metavar="NAME", help="The definition that it is meant to be; by default it is guessed.")
@click.option(
    "--option", "options", multiple=True, metavar="NAME[=VALUE]",
    help="An argument of the optimizer, such as nesterov=True; without a value, any number, as a symbol.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def check_command(target: str, meant: str | None, options: tuple[str, ...], form: str, output: Path | None) -> None:
    """Prove that an optimizer's code is the paper's method, or print how it differs.

    TARGET is a dotted name such as torch.optim.Adam, optax.adam or keras.optimizers.Adam: the library's code is run.
    Or it is a class or function in a source file, path/to/file.py::NAME: the file is read, and not run.

    Exit status: 0 if it is proved equal, also under conventions; 1 if it differs; 2 if it could not be read or
    nothing could be decided.
    """
    from symopt.render.check import to_json, to_text

    if _is_source(target):
        _check_source(target, meant or "", form, output)
    finding = _of_object(target, meant, options)
    text = to_json(finding) if form == "json" else to_text(finding)
    terminal.write(text, output)
    sys.exit(exit_status(finding))


def exit_status(finding: Finding) -> int:
    """0 for a proof of equality, 1 for a difference, 2 where nothing was decided."""
    from symopt.check import Outcome

    statuses = {Outcome.EQUAL: CLEAN, Outcome.CONVENTIONS: CLEAN, Outcome.DIFFERENT: FAULT}
    return statuses.get(finding.outcome, TROUBLE)


def _is_source(target: str) -> bool:
    """Whether the target is a source file, with or without a name in it, and not a dotted name."""
    return "::" in target or "/" in target or target.endswith((".py", ".ipynb"))


def _check_source(target: str, meant: str, form: str, output: Path | None) -> NoReturn:
    """Report on a class or function in a source file, and end with its status."""
    from symopt.audit.code.source import NotThere, check_source, is_right
    from symopt.audit.findings import Report
    from symopt.optimizers import UnknownOptimizer, get
    from symopt.render import to_json, to_text

    try:
        if meant:
            get(meant)
        report = check_source(target, meant)
    except (NotThere, UnknownOptimizer) as error:
        raise click.ClickException(str(error.args[0])) from None
    whole = Report((report,))
    terminal.write(to_json(whole) if form == "json" else to_text(whole, verbose=True), output)
    right = is_right(report)
    sys.exit(TROUBLE if right is None else CLEAN if right else FAULT)


def _of_object(target: str, meant: str | None, options: tuple[str, ...]) -> Finding:
    from symopt.check import check
    from symopt.check.meant import Unknown
    from symopt.optimizers import UnknownOptimizer
    from symopt.read.libraries import NotFound

    sys.path.insert(0, "")  # so that the user's own modules are found, as with python -m
    try:
        return check(target, options=dict(map(_option, options)), meant=meant)
    except (NotFound, UnknownOptimizer, Unknown) as error:
        raise click.ClickException(str(error)) from None
    finally:
        sys.path.remove("")


def _option(text: str) -> tuple[str, Any]:
    """``name=value`` as a pair; a name alone asks for a symbol."""
    from symopt.read.libraries import ANY

    name, equals, value = text.partition("=")
    words: dict[str, Any] = {"true": True, "false": False, "none": None, "any": ANY}
    if not equals:
        return name, ANY
    if value.lower() in words:
        return name, words[value.lower()]
    try:
        return name, int(value) if value.lstrip("-").isdigit() else float(value)
    except ValueError:
        return name, value
