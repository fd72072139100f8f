"""Random reports, hostile ones among them."""

from __future__ import annotations

from hypothesis import strategies as st

from symopt.audit.findings import DocumentReport, Finding, Judgement, Report

text = st.text(max_size=30) | st.sampled_from(
    ["<script>alert(1)</script>", "```\n$x$", "a | b", "\x1b[31m", r"\frac{a}{b}", "*b*", "&amp;", '"', "\ud800"]
)
witnesses = st.fixed_dictionaries(
    {"t": st.integers(1, 9), "beta1": st.just("9/10"), "claimed": text, "correct": st.just("about 0.333")}
)
findings = st.builds(
    Finding,
    line=st.integers(1, 999),
    column=st.integers(1, 80),
    kind=st.sampled_from(["formula", "code"]),
    source=text,
    verdict=st.sampled_from(Judgement),
    system=st.sampled_from(["", "adam"]),
    conventions=st.lists(text, max_size=2).map(tuple),
    rewrite=text,
    explanation=text,
    fix=text,
    witness=st.just({}) | witnesses,
    proof=st.sampled_from(["", "proved", "refuted", "undecided"]),
    reading=st.just({}) | st.just({"s": "first moment m"}),
)
documents = st.builds(DocumentReport, path=text, findings=st.lists(findings, max_size=4).map(tuple)) | st.builds(
    DocumentReport, path=text, problem=st.just("no such file")
)
reports = st.lists(documents, max_size=3).map(lambda found: Report(tuple(found)))

ERRATUM = Finding(
    line=132,
    column=3,
    kind="formula",
    source=r"\hat{s}_t = \frac{s_t}{1-\beta_1}",
    verdict=Judgement.ERRATUM,
    system="adam",
    conventions=("epsilon inside the root",),
    rewrite="bias-correction exponent missing",
    explanation="The correction divides by one minus the power.",
    fix=r"\hat{s}_t = \frac{s_t}{1-\beta_1^t}",
    witness={"beta1": "9/10", "t": 2, "claimed": "19/10", "correct": "1"},
    proof="refuted",
)
REPORT = Report(
    (
        DocumentReport(
            "notes/a b.md", (ERRATUM, Finding(140, 1, "formula", "x = y", Judgement.UNREAD, explanation="?"))
        ),
        DocumentReport("gone.md", problem="no such file"),
    )
)
