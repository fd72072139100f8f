"""A report as one HTML page that needs nothing else: no scripts, no fonts, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from symopt.audit.findings import DocumentReport, Finding, Report
from symopt.render import words
from symopt.render.page.html import mathml

_CODE = re.compile("`([^`]+)`")
_LEADS_AWAY = re.compile(r"\b(href|src)=")

_STYLE = """
:root { color-scheme: light dark; --bad: #b00020; --good: #1b6e2d; --line: #8884; --soft: #8881; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #81c995; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 0 0 .5rem; }
article { border: 1px solid var(--line); border-left: .3rem solid var(--bad); border-radius: .3rem;
  padding: 1rem; margin: 1rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: 0; }
dt { opacity: .75; } dd { margin: 0; min-width: 0; }
code { font-family: ui-monospace, monospace; font-size: .9rem; white-space: pre-wrap; background: var(--soft);
  padding: .1rem .3rem; border-radius: .2rem; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; font-size: 1.1rem; }
.formula { overflow-x: auto; overflow-y: hidden; padding: .2rem 0; }
.written { color: var(--bad); } .mended { color: var(--good); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); padding: .3rem .5rem; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  table, tbody, tr, td { display: block; } thead { display: none; } td { border: 0; } tr { border-bottom: 1px solid var(--line); } }
"""  # noqa: E501 - a style sheet reads better unbroken


def to_html(report: Report, *, verbose: bool = False) -> str:
    """The report as a page that reads on a phone, in light and dark. ``verbose`` lists every formula."""
    body = "\n".join(part for document in report.documents for part in _document(document, verbose))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errata</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Errata</h1>
<p>{escape(words.overall(report))}.</p>
{body}
</body>
</html>
"""


def _document(document: DocumentReport, verbose: bool) -> Iterator[str]:
    yield f"<h2>{_text(document.path)}</h2>"
    if document.problem:
        yield f'<p class="written">Not read: {_text(document.problem)}.</p>'
        return
    yield f"<p>{escape(words.tally(document.findings))}.</p>"
    yield from (_erratum(f) for f in words.errata(document))
    if verbose and words.others(document):
        rows = "\n".join(_row(f) for f in words.others(document))
        head = "<thead><tr><th>Line</th><th>Verdict</th><th>Formula</th><th></th></tr></thead>"
        yield f"<table>{head}<tbody>\n{rows}\n</tbody></table>"


def _erratum(finding: Finding) -> str:
    entries = (
        ("Written", _formula(finding.source, "written", finding.kind)),
        ("Mended", _formula(finding.fix, "mended", finding.kind) if finding.fix else ""),
        ("Why", _CODE.sub(r"<code>\1</code>", _text(finding.explanation))),
        ("Check", _text(words.witness(finding.witness, finding.kind))),
    )
    listed = "\n".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in entries if value)
    return f"<article>\n<h3>Line {finding.line}: {_text(words.title(finding))}</h3>\n<dl>\n{listed}\n</dl>\n</article>"


def _formula(source: str, kind: str, language: str) -> str:
    """A formula typeset, with what it was typeset from; code as it is."""
    code = f'<code class="{kind}">{escape(_shown(source))}</code>'
    typeset = _typeset(source) if language == "formula" else ""
    return f'<div class="{kind} formula"><math displaystyle="true">{typeset}</math></div>{code}' if typeset else code


def _typeset(source: str) -> str:
    """MathML, or "" for what the converter does not know: a document may write anything."""
    try:
        typeset = mathml(source.replace("&", "").strip())
    except Exception:  # noqa: BLE001 - the converter raises whatever a formula leads it to
        return ""
    return "" if _LEADS_AWAY.search(typeset) else typeset


def _row(finding: Finding) -> str:
    return (
        f"<tr><td>{finding.line}</td><td>{finding.verdict}</td>"
        f"<td><code>{escape(words.listed(finding))}</code></td><td>{_text(words.remark(finding))}</td></tr>"
    )


def _text(text: str) -> str:
    return escape(words.one_line(text))


def _shown(formula: str) -> str:
    return "\n".join(words.one_line(line) for line in formula.strip().splitlines())
