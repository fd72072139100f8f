"""Pages in each format: well-formed, complete, and made to be read elsewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from xml.etree import ElementTree

import pytest
import sympy as sp
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from symopt.cli import cli
from symopt.derive import derivations
from symopt.language import Expect, t
from symopt.language.vocabulary import beta, eta, g, m, mu, theta
from symopt.optimizers import get
from symopt.render.derived import page_of, written
from symopt.render.page.blocks import Figure, Formula, Heading, Items, Page, Table, Words, spans
from symopt.render.page.html import mathml
from symopt.render.typeset import latex, lines


@cache
def derivation() -> Page:
    momentum = get("momentum")
    return page_of(momentum, derivations(momentum, "quadratic"), "quadratic")


HOSTILE = Page(
    "a < b & c $ _x_ <script>",
    (
        Heading("50% of #1 ~ {x} \\ ^"), Words("<script>alert(1)</script> a_b | c & `d` $5", "1."), Items(("x<y", "&")),
        Formula((("a", "= b"), ("c", "< d"))), Table(("h|1", "h2"), (("a|b", "<c>"),)), Figure("x.svg", "a & b"),
    ),
)  # fmt: skip


@pytest.mark.parametrize("page", [derivation, lambda: HOSTILE], ids=["derivation", "hostile"])
def test_html_is_well_formed_and_needs_nothing_else(page):
    html = written(page(), "html")
    body = html.removeprefix("<!DOCTYPE html>\n").replace('<meta charset="utf-8">', "")
    body = re.sub(r"<meta name[^>]*>|<img[^>]*>", "", body)
    ElementTree.fromstring(body)
    assert "<script" not in html and "http" not in re.sub(r"<p[ >].*?</p>", "", html)
    assert "\\frac" not in html and "\\left" not in html


def test_every_formula_is_typeset():
    formulas = [b for b in derivation().blocks if isinstance(b, Formula)]
    assert written(derivation(), "html").count('<math display="block">') == len(formulas)
    assert written(derivation(), "md").count("```math") == len(formulas)
    assert written(derivation(), "tex").count("\\[\n") == len(formulas)


def test_a_notebook_is_valid_and_its_code_checks_again():
    book = json.loads(written(derivation(), "ipynb"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    for cell in book["cells"]:
        assert cell["cell_type"] in ("markdown", "code") and isinstance(cell["source"], list)
        assert "```math" not in "".join(cell["source"])
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert code
    exec("\n".join(code), {})  # noqa: S102 - our own page's code is what is tested


@pytest.mark.library
def test_a_notebook_runs_in_jupyter():
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    book = nbformat.reads(written(derivation(), "ipynb"), as_version=4)
    nbformat.validate(book)
    client.NotebookClient(book, timeout=300).execute()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("page", [derivation, lambda: HOSTILE], ids=["derivation", "hostile"])
@pytest.mark.parametrize("beamer", [False, True], ids=["article", "beamer"])
def test_latex_compiles(page, beamer, tmp_path):
    tex = written(page(), "tex")
    if beamer:
        found = subprocess.run(["kpsewhich", "beamer.cls", "pgfmath.sty"], capture_output=True, text=True, check=False)
        if len(found.stdout.split()) < 2:
            pytest.skip("needs beamer with pgf")
        body = tex[tex.index("\n", tex.index("% What follows")) : tex.index("% The end.")]
        frame = "\\begin{frame}[allowframebreaks]\n" + body + "\n\\end{frame}\n"
        tex = "\\documentclass{beamer}\n\\begin{document}\n" + frame + "\\end{document}\n"
    (tmp_path / "page.tex").write_text(tex, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert made.returncode == 0, made.stdout[-2000:]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (1 - beta, r"1 - \beta"),
        (sp.sqrt(eta) * sp.sqrt(mu), r"\sqrt{\eta \mu}"),
        (theta[t - 1] - eta * g[t], r"\theta_{t - 1} - \eta g_{t}"),
        (Expect(m[t]), r"\mathbb{E}\left[m_{t}\right]"),
    ],
)
def test_expressions_are_printed_as_people_write_them(expression, expected):
    assert latex(expression) == expected


def test_a_statement_may_be_a_system():
    system = (sp.Eq(m[t], g[t], evaluate=False), eta < 1)
    assert lines(system) == ((r"m_{t}", r"= g_{t}"), (r"\eta", "< 1"))


def test_quantities_in_words_are_typeset():
    assert spans("with eta < 1/lambda_max, E[g] at t") == [
        (False, "with "), (True, r"\eta < 1/\lambda_{\mathrm{max}}"), (False, ", E[g] at t"),
    ]  # fmt: skip
    assert spans("a beta in alphabet") == [(False, "a "), (True, r"\beta"), (False, " in alphabet")]


@given(st.text(max_size=40))
def test_no_text_breaks_a_page(text):
    page = Page(text, (Heading(text), Words(text, soft=True), Items((text,)), Table((text,), ((text,),))))
    for form in ("md", "tex", "html", "ipynb"):
        assert written(page, form)


def test_mathml_of_a_matrix_has_its_rows():
    assert mathml(latex(sp.Matrix([[1, eta], [0, 1]]))).count("<mtr>") == 2


@pytest.mark.parametrize("form", ["text", "md", "tex", "html", "ipynb"])
def test_the_command_writes_each_format(form, tmp_path):
    made = CliRunner().invoke(
        cli, ["derive", "gradient-descent", "tuning", "--format", form, "-o", str(tmp_path / "x")]
    )
    assert made.exit_code == 0, made.output
    assert "kappa" in (tmp_path / "x").read_text(encoding="utf-8") or form == "html"
