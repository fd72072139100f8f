"""Write the generated pages of docs/, or with --check say whether they are what they would be.

python docs/generate.py
python docs/generate.py --check
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from symopt.audit import audit
from symopt.render import to_markdown

DOCS = Path(__file__).resolve().parent
HEADER = "<!-- Generated from {source} by `python docs/generate.py`; do not edit. -->\n\n"


def errata() -> dict[Path, str]:
    """What the audit finds in docs/lectures."""
    lectures = sorted(Path("docs/lectures").glob("*.md"))
    return {DOCS / "errata.md": HEADER.format(source="the audit of docs/lectures") + to_markdown(audit(lectures))}


PAGES: tuple[Callable[[], dict[Path, str]], ...] = (errata,)
"""Each makes some of the generated pages: their paths with their texts."""


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    os.chdir(DOCS.parent)  # paths in the pages are relative to the repository
    return {path: text for make in PAGES for path, text in make().items()}


def main() -> int:
    """Write the pages, or compare them; 1 if one is stale."""
    stale = 0
    for path, text in pages().items():
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
            continue
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        difference = list(
            difflib.unified_diff(written.splitlines(), text.splitlines(), path.name, "fresh", lineterm="")
        )
        if difference:
            print(*difference, f"{path.name} is stale; run: python docs/generate.py", sep="\n")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
