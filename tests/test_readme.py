"""What the README and the pages of docs/ show is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def fence(page: str, marker: str) -> str:
    """The content of the fence under a marker comment."""
    found = re.search(rf"^<!-- {marker} -->\n```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found, f"no fence is marked {marker}"
    return found[1]


def test_the_example_prints_what_it_says():
    readme = (ROOT / "README.md").read_text("utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", fence(readme, "test: example")], capture_output=True, text=True, check=True
    )
    assert ran.stdout == fence(readme, "test: output")


@pytest.mark.parametrize("marker", ["ci: audit", "ci: test"])
def test_ci_finds_its_commands(marker):
    assert fence((ROOT / "README.md").read_text("utf-8"), marker).count("\n") == 1


def test_examples_of_the_language_run():
    page = (ROOT / "docs" / "language.md").read_text("utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


@pytest.mark.slow
def test_the_first_screen_is_real_output():
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"^```text\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert shown
    ran = subprocess.run(
        [sys.executable, "-m", "symopt", "audit", "docs/lectures"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    missing = [line for line in shown[1].splitlines() if line.strip() not in ran.stdout]
    assert missing == []
