"""Every optimizer of the libraries, found by scanning them, each with the options that change its formula."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from symopt.check.findings import Finding
from symopt.check.library import check
from symopt.read.libraries import ANY, request
from symopt.read.libraries.locate import NotFound, locate

NAMESPACES = {"torch": "torch.optim", "optax": "optax", "keras": "keras.optimizers"}
"""Where each library keeps its optimizers."""
CASES: tuple[Mapping[str, Any], ...] = (
    {},
    {"momentum": ANY}, {"momentum": ANY, "nesterov": True}, {"momentum": ANY, "dampening": ANY},
    {"nesterov": True}, {"centered": True}, {"centered": True, "momentum": ANY}, {"amsgrad": True},
    {"weight_decay": ANY}, {"weight_decay": ANY, "decoupled_weight_decay": True}, {"lr_decay": ANY},
    {"initial_accumulator_value": 0.0}, {"bias_correction": True}, {"maximize": True}, {"foreach": True},
)  # fmt: skip
"""Options that matter, tried wherever an optimizer has them and they are not its defaults."""


def names(library: str) -> list[str]:
    """The dotted names of the library's optimizers, in alphabetical order."""
    space: Any = locate(NAMESPACES[library]) if "." in NAMESPACES[library] else importlib.import_module(library)
    found: dict[int, str] = {}
    for name in sorted(vars(space), key=lambda n: (n.lower(), n)):
        made = getattr(space, name)
        if not name.startswith("_") and _is_optimizer(library, made):
            found.setdefault(id(made), f"{NAMESPACES[library]}.{name}")
    return list(found.values())


def _is_optimizer(library: str, made: Any) -> bool:
    """Whether it makes a whole optimizer: a class that is one, or a function of optax that is told a learning rate."""
    if isinstance(made, type):
        return (
            library != "optax"
            and made.__name__ != "Optimizer"
            and any(base.__name__ in ("Optimizer", "BaseOptimizer") for base in made.__mro__[1:])
        )
    made = getattr(made, "func", made)  # some are another with arguments set
    if library != "optax" or not callable(made) or getattr(made, "__name__", "").startswith("scale_by"):
        return False
    returned = str(getattr(made, "__annotations__", {}).get("return", ""))
    arguments = getattr(made, "__annotations__", {})
    return "GradientTransformation" in returned and bool({"learning_rate", "max_learning_rate"} & set(arguments))


def cases(path: str) -> Iterator[Mapping[str, Any]]:
    """The options of the optimizer that are worth a row of their own."""
    try:
        known = request(path).parameters()
    except NotFound:
        yield {}
        return
    for options in CASES:
        if all(name in known and known[name].default != value for name, value in options.items()):
            symbols_already = any(value is ANY and known[name].default for name, value in options.items())
            if not symbols_already and not _idle(options, known):
                yield options


def _idle(options: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Whether Nesterov's form is asked for where momentum is off."""
    return "nesterov" in options and "momentum" in known and "momentum" not in options and not known["momentum"].default


def survey(library: str) -> Iterator[Finding]:
    """A finding for each optimizer and each of its cases. This runs the library's code."""
    for path in names(library):
        for options in cases(path):
            try:
                yield check(path, options=options)
            except NotFound as error:
                yield Finding(path, library, options, reason=str(error))
