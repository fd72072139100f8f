"""Other ways to write a method that are the method, or are under a condition."""

from __future__ import annotations

from collections.abc import Iterator

from symopt.derive.compare import in_words
from symopt.derive.conventions import of
from symopt.derive.derivation import Derivation, Step
from symopt.derive.topic import Topic
from symopt.language.optimizer import Optimizer
from symopt.rewrites import CONVENTIONS


def _equivalences(optimizer: Optimizer) -> Iterator[Derivation]:
    for held in of(optimizer):
        found = held.comparison
        if not found.equality.proved:
            continue
        rule = held.other.sentence.rstrip(".")
        step = Step(optimizer.update, rule[0].lower() + rule[1:], found.b.update, found.equality)
        remarks = tuple(f"{line}." for line in in_words(found)[1:] if not line.startswith("proved: "))
        yield Derivation(
            f"Equivalent: {held.other.name}", (step,), name="equivalence", remarks=remarks,
            assumptions=(found.condition,) if found.condition else (), source=held.other.source,
        )  # fmt: skip


def _fits(optimizer: Optimizer) -> bool:
    return any(c.change(optimizer) is not None and c.of(optimizer) is not None for c in CONVENTIONS)


equivalences = Topic("equivalences", "Equivalent forms", fits=_fits, derive=_equivalences, place=80)
