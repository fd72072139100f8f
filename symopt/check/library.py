"""An importable object checked: found, traced, compared, confirmed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from symopt.check.compare import compare
from symopt.check.confirm import confirm
from symopt.check.findings import Comparison, Finding
from symopt.language import Optimizer, exact
from symopt.language.vocabulary import fraction
from symopt.read import libraries
from symopt.read.libraries import ANY, CannotTrace, Request
from symopt.read.libraries.names import Argument, is_customary
from symopt.read.libraries.request import SUGGESTED

READING = 1e-6
"""How far a run of the library may be from the recurrence; libraries keep some states in single precision."""
NAMES = {"torch": "PyTorch", "optax": "optax", "keras": "Keras"}


def check(path: str, *, options: Mapping[str, Any] | None = None, meant: str | None = None) -> Finding:
    """Whether an importable optimizer is the definition that it is meant to be. This runs the library's code.

    Args:
        path: a dotted name, such as ``torch.optim.Adam``.
        options: arguments to set; ``symopt.read.libraries.ANY`` for one that is to be a symbol. A decimal is a symbol
            first, for what holds at any value holds at this one.
        meant: the definition's name; by default it is guessed.

    Raises:
        NotFound: there is no such object, or it is no optimizer that can be traced.
        UnknownOptimizer: no definition is called ``meant``.
    """
    decimals = {name: ANY for name, value in (options or {}).items() if isinstance(value, float) and value}
    if decimals:
        general = _checked(path, {**(options or {}), **decimals}, meant)
        if general.comparison is not None and general.comparison.equality.proved:
            return replace(general, options=dict(options or {}))
    return _checked(path, options, meant)


def _checked(path: str, options: Mapping[str, Any] | None, meant: str | None) -> Finding:
    request = libraries.request(path, options)
    source = f"{NAMES[libraries.library_of(request)]} {libraries.version(request)}"
    begun = time.process_time()
    try:
        traced = libraries.read(request)
    except CannotTrace as error:
        return Finding(path, source, request.options, reason=str(error))
    comparison = compare(traced.optimizer, request.owner, meant=meant, assumed=traced.assumed)
    seconds = time.process_time() - begun
    confirmation = _confirmation(request, comparison)
    if confirmation is None or confirmation.error > READING:
        off = "could not be held against it" if confirmation is None else f"is off by {confirmation.error:.1e}"
        reason = f"the recurrence that was read {off}, beside a run of the library; its step may depend on the size"
        return Finding(path, source, request.options, reason=reason, seconds=seconds)
    return Finding(
        path, source, request.options, comparison, traced.special,
        (*(_said(c if holds else sp.Not(c)) for c, holds in traced.assumed), *_decays(traced.optimizer)), traced.scope,
        traced.fixed,
        _defaults(request, comparison), confirmation, seconds=seconds,
    )  # fmt: skip


def _said(condition: Any) -> str:
    """A comparison as people write it: ``mu != 0``."""
    if isinstance(condition, sp.Eq | sp.Ne):
        return f"{condition.lhs} {'=' if isinstance(condition, sp.Eq) else '!='} {condition.rhs}"
    return str(condition)


def _decays(optimizer: Optimizer) -> list[str]:
    """What is supposed of arguments that are taken for decay rates, though their names do not say so."""
    taken = [h for h in optimizer.hyper if h.domain == fraction and not is_customary(h.symbol)]
    return [f"0 <= {h.name} < 1" for h in taken]


def _confirmation(request: Request, comparison: Comparison) -> Any:
    symbols = request.symbols()
    free = {h.name for h in comparison.optimizer.hyper}
    numbers = {a.symbol.name: _elsewhere(a) if a.symbol.name in free else _traced_at(a) for a in symbols}

    def simulate(hyper: Mapping[str, float], start: float, gradients: Iterable[float]) -> list[float]:
        return libraries.simulate(request, {a.name: hyper[a.symbol.name] for a in symbols}, start, gradients)

    for values in (numbers, {a.symbol.name: _traced_at(a) for a in symbols}):  # a library may refuse some numbers
        try:
            return confirm(comparison.optimizer, simulate, values, comparison.parting)
        except Exception:  # noqa: BLE001 - the library's own code may raise anything
            continue
    return None


def _elsewhere(argument: Argument) -> float:
    """A number that the trace did not have, so that one which slipped through as a plain number shows."""
    value, domain = _traced_at(argument), argument.symbol.domain
    return next((x for x in (0.75 * value, 1 + 0.75 * (value - 1)) if sp.Rational(x) in domain), value)


def _traced_at(argument: Argument) -> float:
    return argument.default or SUGGESTED


def _defaults(request: Request, comparison: Comparison) -> dict[str, tuple[Any, Any]]:
    """Where the library's default is not the definition's."""
    definition = comparison.against or comparison.definition
    if definition is None:
        return {}
    papers = {h.name: h.default for h in definition.hyper if h.default is not None}
    own = {a.symbol.name: exact(a.default) for a in request.symbols() if a.default is not None}
    return {n: (own[n], papers[n]) for n in own if n in papers and own[n] != papers[n]}
