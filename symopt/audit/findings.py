"""What an audit says: one finding for each formula and code block of a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Judgement(StrEnum):
    """What became of a formula."""

    CORRECT = "correct"  # it is the definition, or follows from it
    VARIANT = "variant"  # it is under the named conventions
    ERRATUM = "erratum"  # it is not, and cannot be read so that it is
    INCOMPLETE = "incomplete"  # right as far as it goes, but it needs something never defined
    GIVEN = "given"  # nothing to check
    UNRECOGNISED = "unrecognised"  # read, but nothing symopt knows is meant
    UNREAD = "unread"  # not understood


@dataclass(frozen=True)
class Finding:
    """One formula or code block, and what is to be said of it.

    Args:
        line, column: 1-based place in the file as given.
        kind: "formula" or "code".
        source: the formula as it was written.
        verdict: what became of it.
        system: the optimizer or schedule that it was read as part of, such as "adam"; "" if none.
        conventions: names of the conventions it follows, where it is a variant of the definition.
        rewrite: the mistake that an erratum makes, by its name in the catalogue.
        explanation: one sentence for people: why, or what is missing, or what stopped the reading.
        fix: an erratum's mended formula, in the document's own notation.
        witness: numbers at which an erratum is wrong: "t", hyperparameters, gradients, "claimed", "correct".
        proof: what ``decide`` said of it: "proved", "refuted", "undecided", or "" where nothing was decided.
        reading: how the symbols were read, such as ``{"s": "first moment m"}``.
    """

    line: int
    column: int
    kind: str
    source: str
    verdict: Judgement
    system: str = ""
    conventions: tuple[str, ...] = ()
    rewrite: str = ""
    explanation: str = ""
    fix: str = ""
    witness: Mapping[str, str | int] = field(default_factory=dict)
    proof: str = ""
    reading: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DocumentReport:
    """The findings on one document, in the order of the document.

    ``problem`` says why the file could not be read at all; it then has no findings.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Report:
    """The reports on several documents, in the order given."""

    documents: tuple[DocumentReport, ...]

    @property
    def summary(self) -> dict[str, int]:
        """How many formulas and code blocks got each verdict."""
        counts = Counter(f.verdict for d in self.documents for f in d.findings)
        return {str(v): counts[v] for v in Judgement}
