"""Case distinctions: every branch is worked through, one whole derivation at a time.

A derivation asks `choose` where it cannot go on without knowing a sign. It is run again for
each combination of answers, with the answers so far played back in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from symopt.decide.budget import MAX_CASES, Undecidable


@dataclass(slots=True)
class Cases:
    """One branch: the answers it was started with, then first answers, with the number of options of each."""

    answers: list[int]
    options: list[int] = field(default_factory=list[int])
    said: list[str] = field(default_factory=list[str])

    def choose(self, labels: list[str]) -> int:
        """Which of the labelled options this branch takes."""
        place = len(self.options)
        if place == len(self.answers):
            self.answers.append(0)
        self.options.append(len(labels))
        self.said.append(labels[self.answers[place]])
        return self.answers[place]

    def following(self) -> list[int] | None:
        """The next branch's answers in depth-first order, or None after the last."""
        answers = self.answers[: len(self.options)]
        while answers:
            last = answers.pop()
            if last + 1 < self.options[len(answers)]:
                return [*answers, last + 1]
        return None


def branches() -> Iterator[Cases]:
    """Each branch in turn; the caller runs its derivation on one before asking for the next."""
    answers: list[int] | None = []
    for _ in range(MAX_CASES):
        branch = Cases(list(answers))
        yield branch
        answers = branch.following()
        if answers is None:
            return
    raise Undecidable(f"more than {MAX_CASES} cases would have to be distinguished")
