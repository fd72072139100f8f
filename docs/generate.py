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


def conformance() -> dict[Path, str]:
    """How the libraries' optimizers stand to the papers; nothing where a library, or its version, is another."""
    import importlib.util

    from symopt.check.survey import NAMESPACES, survey
    from symopt.read.libraries.locate import locate
    from symopt.render import conformance as page

    path = DOCS / "conformance.md"
    missing = [library for library in NAMESPACES if importlib.util.find_spec(library) is None]
    if missing:
        print(f"{path.name}: not compared, for {', '.join(missing)} is not installed", file=sys.stderr)
        return {}
    modules = {library: sys.modules[locate(space + ".__name__") and library] for library, space in NAMESPACES.items()}
    versions = ", ".join(f"{n} {m.__version__.partition('+')[0]}" for n, m in modules.items())
    if "--check" in sys.argv[1:] and path.exists() and versions not in path.read_text(encoding="utf-8"):
        print(f"{path.name}: not compared, for it is about other versions than {versions}", file=sys.stderr)
        return {}
    head = HEADER.format(source="the libraries' own code") + page.HEAD.format(versions=versions)
    sections = [page.to_markdown(NAMESPACES[library], survey(library)) for library in NAMESPACES]
    return {path: head + "\n".join(sections)}


PAGES: tuple[Callable[[], dict[Path, str]], ...] = (errata, conformance)
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
