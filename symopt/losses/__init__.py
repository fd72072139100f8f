"""Losses and regularisers, written down once; found by scanning this package.

A module holds definitions, each a `Loss` of one example or a `Regulariser`. Their gradients are not written down:
`gradient` derives them.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from symopt.language.loss import Loss, Regulariser

__all__ = ["Loss", "Regulariser", "UnknownLoss", "loss", "losses", "regularisers"]


class UnknownLoss(KeyError):
    """A name that no loss has; the message offers the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])


@cache
def _definitions() -> tuple[Loss | Regulariser, ...]:
    found: dict[str, Loss | Regulariser] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        for made in vars(importlib.import_module(f"{__name__}.{module}")).values():
            if isinstance(made, Loss | Regulariser) and found.setdefault(made.name, made) is not made:
                raise ValueError(f"{module}: two definitions are called {made.name}")
    return tuple(found.values())


def losses() -> Mapping[str, Loss]:
    """Every loss, by name."""
    return MappingProxyType({made.name: made for made in _definitions() if isinstance(made, Loss)})


def regularisers() -> Mapping[str, Regulariser]:
    """Every regulariser, by name."""
    return MappingProxyType({made.name: made for made in _definitions() if isinstance(made, Regulariser)})


def loss(name: str) -> Loss:
    """The loss of that name. Raises UnknownLoss with the nearest ones."""
    if name not in losses():
        near = difflib.get_close_matches(name, losses(), cutoff=0.4)
        offer = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(losses())}"
        raise UnknownLoss(f"no loss is called {name!r}; {offer}")
    return losses()[name]
