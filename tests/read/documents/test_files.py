"""Whatever a path leads to, there is a document or a reason."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symopt.read.documents import CodeBlock, collect, read_document
from symopt.read.documents.files import SIZE_LIMIT

SUFFIXES = (".md", ".txt", ".tex", ".ipynb", ".rst", "")


@given(st.binary(max_size=300), st.sampled_from(SUFFIXES))
def test_no_bytes_crash(tmp_path_factory, data, suffix):
    file = tmp_path_factory.getbasetemp() / f"bytes{suffix}"
    file.write_bytes(data)
    document = read_document(file)
    assert not (document.problem and (document.blocks or document.lines))


@given(st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["cells", "source", "cell_type", "metadata"]), x), max_leaves=12))  # fmt: skip
def test_no_json_crashes(tmp_path_factory, value):
    file = tmp_path_factory.getbasetemp() / "value.ipynb"
    file.write_text(json.dumps(value))
    document = read_document(file)
    has_cells = isinstance(value, dict) and isinstance(value.get("cells"), list | dict)
    assert has_cells != document.problem.startswith("not a notebook")


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.md", bytes(range(256)), "not a text file"),
        ("a.txt", b"%PDF-1.7\n\x00\x01", "not a text file"),
        ("a.ipynb", b'{"cells": [', "not a notebook: line 1: the file ends too early"),
        ("a.ipynb", b'{"cells":\n ]', "not a notebook: line 2, column 2: unexpected ]"),
        ("a.ipynb", b"[" * 100_000, "not a notebook"),
        ("a.ipynb", b"hello there!", "not a notebook"),
        ("a.ipynb", b"{}", "not a notebook: it has no cells"),
        ("a.md", b"x" * (SIZE_LIMIT + 1), "larger than 20 MB"),
    ],
    ids=lambda x: str(x)[:20],
)
def test_problems(tmp_path, name, data, problem):
    file = tmp_path / name
    file.write_bytes(data)
    assert read_document(file).problem.startswith(problem)


def test_paths_that_lead_nowhere(tmp_path):
    assert read_document(tmp_path / "none.md").problem == "no such file"
    assert read_document("a\0b").problem
    assert read_document("x" * 5000).problem
    (tmp_path / "empty").mkdir()
    assert "without any" in read_document(tmp_path / "empty").problem
    os.mkfifo(tmp_path / "pipe.md")
    assert read_document(tmp_path / "pipe.md").problem == "not a regular file"
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    assert read_document(tmp_path / "loop.md").problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir()
    (locked / "a.md").write_text("$a$")
    (tmp_path / "b.md").write_text("$b$")
    (tmp_path / "b.md").chmod(0)
    locked.chmod(0)
    try:
        assert collect([tmp_path]) == (tmp_path / "b.md", locked)
        assert [read_document(p).problem for p in collect([tmp_path])] == ["cannot be read: permission denied"] * 2
    finally:
        locked.chmod(0o700)


def test_a_folder_gives_its_documents_once(tmp_path):
    for name in ("b.md", "a.txt", "deep/er/c.tex", "d.IPYNB", ".hidden/e.md", ".f.md", "g.py", "h.markdown"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "deep" / "loop").symlink_to(tmp_path)
    (tmp_path / "same.md").symlink_to(tmp_path / "b.md")
    found = [str(p.relative_to(tmp_path)) for p in collect([tmp_path, tmp_path / "b.md", tmp_path / "a.txt"])]
    assert found == ["a.txt", "b.md", "d.IPYNB", "g.py", "h.markdown", "deep/er/c.tex"]
    missing, empty = tmp_path / "missing.md", tmp_path / "deep" / "empty"
    empty.mkdir()
    assert collect([missing, empty, missing]) == (missing, empty)


def test_an_empty_file_is_a_document(tmp_path):
    for suffix in (".md", ".txt", ".tex"):
        (tmp_path / f"a{suffix}").write_bytes(b"")
        document = read_document(tmp_path / f"a{suffix}")
        assert (document.problem, document.blocks) == ("", ())


def test_latin_1_is_read_where_nothing_else_fits(tmp_path):
    (tmp_path / "a.md").write_bytes("caf\xe9 $x_t$".encode("latin-1"))
    assert [b.text for b in read_document(tmp_path / "a.md").blocks] == ["x_t"]


def test_a_notebook_s_code_has_its_language_and_no_output_is_read(tmp_path):
    cells = [
        {"cell_type": "code", "source": ["x = 1\n", "y"], "outputs": [{"data": {"text/latex": ["$z$"]}}]},
        {"cell_type": "raw", "source": ""},
    ]
    file = tmp_path / "a.ipynb"
    file.write_text(json.dumps({"cells": cells, "metadata": {"language_info": {"name": "julia"}}}))
    assert [(type(b), b.language, b.text) for b in read_document(file).blocks] == [(CodeBlock, "julia", "x = 1\ny")]


PIECES = (
    "$a ", "\\(x ", "\\[ ", "\\begin{align} a\n\n", "\\begin{align} ", "```python\n", "` ", "<!-- \n", "\\text{a ",
    "x = y\n# c\n", "θ = a ",
    "a\n---\n", "> $$\n", " ", "\n", "= ", "\\", "$$ ", "$$\n\nx\n\n", "**a ", "# ", "{", "[", '"',
)  # fmt: skip


@pytest.mark.sampled(8)
@pytest.mark.parametrize("suffix", [".md", ".txt", ".tex", ".ipynb"])
@pytest.mark.parametrize("piece", PIECES)
def test_time_is_linear_in_the_size(tmp_path, suffix, piece):
    file = tmp_path / f"a{suffix}"
    file.write_text(piece * (50_000 // len(piece)))
    started = time.process_time()
    read_document(file)
    # A twentieth of a second is usual; anything that looks back at every step takes far longer.
    assert time.process_time() - started < 5


def test_nothing_read_is_run(tmp_path, monkeypatch):
    for name in ("eval", "exec", "compile"):
        monkeypatch.setattr(f"builtins.{name}", None)
    file: Path = tmp_path / "a.md"
    file.write_text("$__import__('os').system('false')$\n\n```python\nraise SystemExit\n```\n")
    assert len(read_document(file).blocks) == 2
