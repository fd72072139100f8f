"""A document's equation, under an interpretation, as a statement about the definition's own sequences."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.audit.equations import Fact
from symopt.audit.match import Interpretation
from symopt.audit.models import STEP
from symopt.audit.trials import Meaning
from symopt.language import Expect, Grad, t
from symopt.language.convert import to_sympy
from symopt.language.terms import Term


def statement(reading: Interpretation, fact: Fact) -> Any:
    """The equation that ``decide`` is asked about.

    Raises:
        KeyError: the claim has a part that the definition has no counterpart of.
    """
    return _Translation(reading, fact).statement()


class _Translation:
    def __init__(self, reading: Interpretation, fact: Fact) -> None:
        self.reading, self.claim, self.choice, self.lags = reading, fact.claim, fact.choice, fact.lags
        self.meanings = {**reading.meanings, **fact.meanings}
        self.optimizer = reading.model.optimizer
        self.hypers = {h.name: h.symbol for h in self.optimizer.hyper}
        self.aliases = dict(reading.aliases)
        self.clock: Any = t - self.choice.origin
        self.bound: dict[str, sp.Symbol] = {}
        self.on_left = False

    def statement(self) -> Any:
        self.on_left = True
        left = self._left()
        self.on_left = False
        claim = sp.Eq(left, self._sympy(self.claim.right), evaluate=False)
        if self.claim.recurrent and self.reading.model.scheduled:
            return claim.xreplace({t: t + 1})  # a schedule says nothing of a value before its first
        return claim

    def _left(self) -> Any:
        left = self._sympy(self.claim.left)
        meaning = self.meanings.get(self.claim.name)
        if self.choice.branch is None or meaning is None or meaning.hyper:
            return left
        whole = self.optimizer.equations[meaning.key]
        if not isinstance(whole, sp.Piecewise):
            return left
        value: Any = whole.args[self.choice.branch].args[0]
        return meaning.sign * value

    def _sympy(self, term: Term) -> Any:
        return to_sympy(term, self._resolve)

    def _resolve(self, term: Term) -> Any:
        match term.head:
            case "name":
                return self._name(term.name)
            case "at":
                return self._at(term.name, self._sympy(term.args[0]))
            case "grad":
                return self._gradient(term)
            case "expect":
                return Expect(self._sympy(term.args[0]))
            case "sum" | "prod":
                return self._repeated(term)
            case _:
                return None

    def _repeated(self, term: Term) -> Any:
        low, high = (self._sympy(a) for a in term.args[:2])
        symbol = sp.Symbol(term.name.lstrip("\\"), integer=True, positive=True)
        self.bound[term.name] = symbol
        body = self._sympy(term.args[2])
        del self.bound[term.name]
        return (sp.Sum if term.head == "sum" else sp.Product)(body, (symbol, low, high))

    def _name(self, name: str) -> Any:
        if name in self.bound:
            return self.bound[name]
        if name in self.claim.clocks:
            return self.clock
        meaning = self.meanings.get(name)
        if meaning is not None:
            if meaning.hyper:
                return self._hyper(meaning.key)
            own = name == self.claim.name and self.claim.recurrent and not self.claim.indexed
            lag = (0 if self.on_left else 1) if own else self.lags.get(name, 0)
            return self._quantity(meaning, self._now() - lag)
        if name in self.aliases:
            return self._alias(name, None)
        raise KeyError(name)

    def _hyper(self, key: str) -> Any:
        """A hyperparameter; what the definition has nothing of is any number."""
        return self.hypers[key] if key in self.hypers else sp.Symbol(key, real=True)

    def _now(self) -> Any:
        return t if self.claim.step is None else sp.Integer(self.claim.step)

    def _at(self, name: str, index: Any) -> Any:
        meaning = self.meanings.get(name)
        if meaning is not None:
            if meaning.hyper:
                return self._hyper(meaning.key)
            return self._quantity(meaning, index - meaning.offset + self.choice.origin)
        if name in self.aliases:
            return self._alias(name, index)
        raise KeyError(name)

    def _quantity(self, meaning: Meaning, index: Any) -> Any:
        if meaning.key == self.reading.model.gradient:
            return meaning.sign * self._answer(index)
        if meaning.key == STEP:
            return meaning.sign * (self.optimizer.params[index] - self.optimizer.params[index - 1])
        return meaning.sign * self.optimizer.sequence(meaning.key)[index]

    def _answer(self, index: Any) -> Any:
        """The oracle's answer at a step."""
        model = self.reading.model
        if model.named_gradient:
            return self.optimizer.sequence(model.gradient)[index]
        return Grad(self.optimizer.query.subs(t, index))

    def _alias(self, name: str, index: Any) -> Any:
        claim = self.aliases.pop(name)
        before = self.clock
        if index is not None and claim.indexed:
            self.clock = index - claim.shift
        try:
            return self._sympy(claim.right)
        finally:
            self.clock = before
            self.aliases[name] = claim

    def _gradient(self, term: Term) -> Any:
        point = term.args[0]
        model = self.reading.model
        if point.name in self.reading.params:
            meaning = self.meanings.get(point.name)
            if point.head == "at" and self.choice.label and term.name == "label":
                return self._answer(self._sympy(point.args[0]) + self.choice.origin)
            if point.head == "at" and meaning is not None:
                index = self._sympy(point.args[0]) - meaning.offset + self.choice.origin
                return self._answer(index + 1) if model.asks_at_parameters else Grad(self.optimizer.params[index])
            if point.head == "name" and (meaning is None or term.name == "label"):
                now = self._now()
                return self._answer(now) if model.asks_at_parameters else Grad(self.optimizer.params[now - 1])
        return Grad(self._sympy(point))
