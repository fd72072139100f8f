"""The five lectures: the verdict on every formula, kept beside this file.

``lectures.json`` was written from an audit that had been compared by eye with verdicts settled by
hand beforehand; it guards against change and is no independent judge. It lists,
for each document of docs/lectures, every formula that says something,
in order, with its verdict; an erratum has the mistake and the mended formula.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from symopt.audit import DocumentReport, Judgement, audit

LECTURES = Path(__file__).parents[2] / "docs" / "lectures"
TABLE: dict[str, list[dict[str, str]]] = json.loads((Path(__file__).parent / "lectures.json").read_text("utf-8"))

STATED = frozenset({
    "sigmoid", "l1-regularisation", "l2-regularisation", "elastic-net", "regularised-loss", "negative-log-likelihood",
    "quadratic-convergence", "linear-convergence", "sublinear-convergence", "lbfgs", "newton", "bfgs",
})  # fmt: skip
"""Definitions and orders of growth: there is no identity to prove."""


@pytest.fixture(scope="module")
def reports() -> dict[str, DocumentReport]:
    found = audit([LECTURES]).documents
    return {Path(d.path).name: d for d in found}


def test_every_lecture_is_in_the_table(reports: dict[str, DocumentReport]) -> None:
    assert reports.keys() == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_every_formula_gets_its_verdict(name: str, reports: dict[str, DocumentReport]) -> None:
    told = [f for f in reports[name].findings if f.kind == "formula" and f.verdict is not Judgement.GIVEN]
    assert [(f.source, str(f.verdict)) for f in told] == [(row["source"], row["verdict"]) for row in TABLE[name]]


@pytest.mark.parametrize("name", TABLE)
def test_errata_are_mended(name: str, reports: dict[str, DocumentReport]) -> None:
    errata = [f for f in reports[name].findings if f.verdict is Judgement.ERRATUM and f.kind == "formula"]
    rows = [row for row in TABLE[name] if row["verdict"] == "erratum"]
    assert [(f.rewrite, f.fix) for f in errata] == [(row["rewrite"], row["fix"]) for row in rows]


def test_every_erratum_is_refuted_by_numbers(reports: dict[str, DocumentReport]) -> None:
    for report in reports.values():
        for finding in report.findings:
            if finding.verdict is Judgement.ERRATUM:
                assert finding.proof == "refuted"
                assert finding.witness["claimed"] != finding.witness["correct"]


def test_what_is_called_right_is_proved(reports: dict[str, DocumentReport]) -> None:
    for report in reports.values():
        for finding in report.findings:
            if finding.verdict in (Judgement.CORRECT, Judgement.VARIANT):
                assert finding.proof == "proved" or finding.system in STATED, finding


def test_every_formula_appears_once(reports: dict[str, DocumentReport]) -> None:
    for report in reports.values():
        places = Counter((f.line, f.column) for f in report.findings)
        assert max(places.values()) == 1
        assert [(f.line, f.column) for f in report.findings] == sorted(places)
