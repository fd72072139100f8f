"""``symopt prove``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symopt.cli import output as terminal
from symopt.cli.status import CLEAN, FAULT

if TYPE_CHECKING:
    from symopt.derive.theorems import Theorem


@click.command("prove", short_help="Run theorems, and say of each whether it is proved.")
@click.argument("path", default="proofs", type=click.Path(path_type=Path))
def prove_command(path: Path) -> None:
    """Run the theorems at PATH, a file or a folder, and say of each whether it is proved.

    The files are Python, and are run. Exit status: 0 if all are proved, 1 if one is not, 2 if there are none.
    """
    from symopt.derive import theorems

    if not path.exists():
        raise click.ClickException(f"{path}: no such file or folder")
    found = theorems.files(path)
    if not found:
        raise click.ClickException(f"{path}: no theorems (Python files with a function prove)")
    done: list[Theorem] = []
    with terminal.Progress() as progress:
        for number, file in enumerate(found):
            progress(file.stem, number, len(found))
            done.append(theorems.run(file))
    terminal.say("".join(line + "\n" for line in _report(done)))
    sys.exit(CLEAN if all(theorem.proved for theorem in done) else FAULT)


def _report(theorems: list[Theorem]) -> Iterator[str]:
    for theorem in theorems:
        verdict = "proved" if theorem.proved else "NOT PROVED"
        yield f"{verdict:<10}  {theorem.seconds:6.2f} s  {theorem.path.stem}: {theorem.title}"
        if theorem.problem:
            yield f"{'':21}  {theorem.problem}"
        for claim in theorem.claims:
            if claim.status.value != "proved":
                yield f"{'':21}  {claim.status.value}: {claim.words}: {'; '.join(claim.methods)}"
    proved = sum(theorem.proved for theorem in theorems)
    yield f"{proved} of {len(theorems)} proved in {sum(theorem.seconds for theorem in theorems):.1f} s"
