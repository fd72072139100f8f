"""Each format says everything, breaks on nothing, and lets no document speak for symopt."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given

from symopt.audit.findings import DocumentReport, Finding, Judgement, Report
from symopt.render import to_html, to_json, to_markdown, to_sarif, to_text
from tests.render.strategies import ERRATUM, REPORT, reports

FINDING_KEYS = [
    "line", "column", "kind", "source", "verdict", "system", "conventions", "rewrite", "explanation", "fix",
    "witness", "proof",
]  # fmt: skip


@given(reports)
def test_json_keeps_the_contract(report):
    value = json.loads(to_json(report))
    assert list(value) == ["version", "documents", "summary"]
    assert value["version"] == 1
    assert list(value["summary"]) == [str(v) for v in Judgement]
    assert sum(value["summary"].values()) == sum(len(d.findings) for d in report.documents)
    for document, told in zip(report.documents, value["documents"], strict=True):
        assert ("problem" in told) == bool(document.problem)
        assert [list(f) for f in told["findings"]] == [FINDING_KEYS] * len(document.findings)
        for finding, says in zip(document.findings, told["findings"], strict=True):
            if "\ud800" not in finding.source:
                assert says["source"] == finding.source
            assert says["conventions"] == list(finding.conventions)


def test_json_of_the_contract_s_example():
    told = json.loads(to_json(REPORT))["documents"][0]["findings"][0]
    assert told == {
        "line": 132,
        "column": 3,
        "kind": "formula",
        "source": r"\hat{s}_t = \frac{s_t}{1-\beta_1}",
        "verdict": "erratum",
        "system": "adam",
        "conventions": ["epsilon inside the root"],
        "rewrite": "bias-correction exponent missing",
        "explanation": "The correction divides by one minus the power.",
        "fix": r"\hat{s}_t = \frac{s_t}{1-\beta_1^t}",
        "witness": {"beta1": "9/10", "t": 2, "claimed": "19/10", "correct": "1"},
        "proof": "refuted",
    }


@given(reports)
def test_no_document_commands_the_terminal(report):
    for verbose in (False, True):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", to_text(report, verbose=verbose))


@given(reports)
def test_every_erratum_stands_in_every_format(report):
    errata = [f for d in report.documents for f in d.findings if f.verdict is Judgement.ERRATUM]
    assert to_text(report).count("    written  ") == sum(bool(f.source.strip()) for f in errata)
    assert to_html(report).count("<article>") == len(errata)
    assert len(re.findall(r"^### Line \d+", to_markdown(report), re.MULTILINE)) == len(errata)
    results = json.loads(to_sarif(report, version="1.0.0"))["runs"][0]["results"]
    assert sum(r["level"] == "error" for r in results) == len(errata)


def test_text_for_the_door():
    assert to_text(REPORT, width=60) == (
        "notes/a b.md: 2 formulas: 1 erratum, 1 unread\n"
        "\n"
        "  notes/a b.md:132  adam: bias-correction exponent missing\n"
        "    written  \\hat{s}_t = \\frac{s_t}{1-\\beta_1}\n"
        "    mended   \\hat{s}_t = \\frac{s_t}{1-\\beta_1^t}\n"
        "    why      The correction divides by one minus the power.\n"
        "    check    at t = 2, beta1 = 9/10: the formula gives\n"
        "             19/10, right is 1 (refuted)\n"
        "\n"
        "gone.md: no such file\n"
        "\n"
        "1 document, 2 formulas: 1 erratum, 1 unread; 1 could not be read\n"
    )
    assert "notes/a b.md:140  unread" in to_text(REPORT, verbose=True)


@pytest.mark.parametrize("width", [1, 40, 200])
def test_text_wraps_where_words_allow(width):
    for line in to_text(REPORT, width=width).splitlines():
        assert len(line) <= max(width, 80)


def test_a_list_shows_the_beginning_of_what_is_long():
    long = Report((DocumentReport("a.md", (Finding(1, 1, "formula", "{" * 10_000, Judgement.UNREAD),)),))
    for text in (to_text(long, verbose=True), to_markdown(long, verbose=True), to_html(long, verbose=True)):
        assert 100 < text.count("{") < 1000


def test_colour_only_if_asked():
    assert "\x1b[31m" in to_text(REPORT, colour=True)
    assert re.sub(r"\x1b\[\d+m", "", to_text(REPORT, colour=True)) == to_text(REPORT)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [v for k, v in attrs if k in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@given(reports)
def test_html_is_well_formed_and_needs_nothing(report):
    page = _Page()
    page.feed(to_html(report, verbose=True))
    assert page.open == []
    assert page.sources == []
    assert "script" not in page.tags


def test_html_typesets_formulas_and_follows_no_link():
    sources = (r"m_t = \frac{m_t}{1 - \beta_1}", r"\href{javascript:alert(1)}{x} = 1")
    found = tuple(Finding(i, 1, "formula", s, Judgement.ERRATUM, fix=s) for i, s in enumerate(sources, start=1))
    html = to_html(Report((DocumentReport("a.md", found),)))
    page = _Page()
    page.feed(html)
    assert page.open == []
    assert page.sources == []
    assert html.count("<mfrac>") == 2


@given(reports)
def test_markdown_fences_close(report):
    marks = re.findall(r"^(`{3,})(math|python)?$", to_markdown(report), re.MULTILINE)
    while marks:
        (opening, language), *marks = marks
        assert language in ("math", "python")
        closing = next(i for i, (mark, _) in enumerate(marks) if len(mark) >= len(opening))
        marks = marks[closing + 1 :]


@given(reports)
def test_sarif_results_refer_to_rules_and_places(report):
    run = json.loads(to_sarif(report, version="1.0.0"))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({r["id"] for r in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        location = result["locations"][0]["physicalLocation"]
        assert location["region"]["startLine"] > 0
        assert not re.search(r"[^\w.~%/:@!$&'()*+,;=-]", location["artifactLocation"]["uri"], re.ASCII)


def test_sarif_of_an_example():
    run = json.loads(to_sarif(REPORT, version="1.0.0"))["runs"][0]
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [
        ("erratum/bias-correction-exponent-missing", "error"),
        ("unread", "note"),
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "notes/a%20b.md"
    assert (place["region"]["startLine"], place["region"]["startColumn"]) == (132, 3)
    assert run["invocations"][0]["executionSuccessful"] is False
    assert ERRATUM.fix in run["results"][0]["message"]["text"]
