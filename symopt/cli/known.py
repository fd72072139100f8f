"""What commands take by name: optimizers, schedules, losses and regularisers."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import click

from symopt.language import Optimizer, Schedule
from symopt.language.loss import Loss, Regulariser
from symopt.losses import losses, regularisers
from symopt.optimizers import UnknownOptimizer, catalogue, get, vector_methods

Named = Optimizer | Schedule | Loss | Regulariser


def groups() -> dict[str, Mapping[str, Named]]:
    """All of them by name, under the headings of a list."""
    scalar = catalogue()
    return {
        "Optimizers": {n: d for n, d in scalar.items() if isinstance(d, Optimizer)},
        "Methods of vectors": vector_methods(),
        "Schedules of the learning rate": {n: d for n, d in scalar.items() if isinstance(d, Schedule)},
        "Losses": losses(),
        "Regularisers": regularisers(),
    }


def find(name: str) -> Named:
    """What has the name. Raises ClickException with the nearest names where nothing has."""
    lossy = {**losses(), **regularisers()}
    if name in lossy:
        return lossy[name]
    try:
        return get(name)
    except UnknownOptimizer as error:
        longer = [n for n in lossy if name and n.startswith(name)]
        near = longer or difflib.get_close_matches(name, lossy, cutoff=0.75)
        if not near:
            raise click.ClickException(str(error)) from None
        offer = " or ".join(near)
        raise click.ClickException(f"no definition is called {name!r}; did you mean the loss {offer}?") from None
