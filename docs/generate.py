"""Write the generated pages of docs/, or with --check say whether they are what they would be.

python docs/generate.py
python docs/generate.py --check
python docs/generate.py errata conformance      # these only
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from symopt.audit import audit
from symopt.derive import derivations as derive
from symopt.derive.conventions import all_held
from symopt.derive.theorems import files, run
from symopt.optimizers import get
from symopt.render import plots, to_markdown
from symopt.render.derived import page_of, page_of_conventions, page_of_theorem, page_of_theorems
from symopt.render.page import Page
from symopt.render.page import to_markdown as to_page

DOCS = Path(__file__).resolve().parent
HEADER = "<!-- Generated from {source} by `python docs/generate.py`; do not edit. -->\n\n"


def errata() -> dict[Path, str]:
    """What the audit finds in docs/lectures."""
    lectures = sorted(Path("docs/lectures").glob("*.md"))
    return {DOCS / "errata.md": HEADER.format(source="the audit of docs/lectures") + to_markdown(audit(lectures))}


def conformance() -> dict[Path, str]:
    """How the libraries' optimizers stand to the papers; nothing where a library, or its version, is another."""
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


def derivations() -> dict[Path, str]:
    """The theorems of proofs/, a table of them, what is derived of some optimizers, and the pictures."""
    folder = DOCS / "derivations"
    found = [run(file) for file in files(Path("proofs"))]
    pages = {
        folder / f"{theorem.path.stem}.md": _page(
            page_of_theorem(theorem, f"../../proofs/{theorem.path.name}"), f"proofs/{theorem.path.name}"
        )
        for theorem in found
    }
    names = ("gradient-descent", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "radam")
    shown = [get(name) for name in (*names, "newton-1d", "inverse-time-decay")]
    for optimizer in shown:
        made = derive(optimizer)
        pages[folder / f"of-{optimizer.name}.md"] = _page(
            page_of(optimizer, made), f"what follows from {optimizer.name}"
        )
    conventions = page_of_conventions(all_held())
    pages[folder / "conventions.md"] = _page(conventions, "the catalogue of conventions")
    index = page_of_theorems(found, shown, plots.plots())
    pages[folder / "README.md"] = _page(index, "proofs/")
    return pages


def _page(page: Page, source: str) -> str:
    return HEADER.format(source=source) + to_page(page)


def pictures() -> dict[Path, str]:
    """The pictures, drawn anew where Matplotlib is installed and the data differ from those drawn before."""
    drawn: dict[Path, str] = {}
    for plot in plots.plots():
        path = DOCS / "derivations" / "plots" / f"{plot.name}.svg"
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        fresh = f"data: {plot.digest} " in old or importlib.util.find_spec("matplotlib") is None
        drawn[path] = old if fresh and old else plots.svg(plot)
    return drawn


PAGES: dict[str, Callable[[], dict[Path, str]]] = {
    make.__name__: make for make in (errata, conformance, derivations, pictures)
}
"""Each makes some of the generated pages: their paths with their texts."""


def pages(names: Iterable[str] = PAGES) -> dict[Path, str]:
    """The generated pages of those names, each with its text."""
    os.chdir(DOCS.parent)  # paths in the pages are relative to the repository
    return {path: text for name in names for path, text in PAGES[name]().items()}


def _lines(text: str) -> list[str]:
    """The page without the times in its tables, which differ from run to run; of a picture, what it was made from."""
    if text.startswith("<?xml"):
        return re.findall(r"data: \w+", text)
    return re.sub(r"(?<=\| )\d+\.\d s(?= \|)", "-", text).splitlines()


def main() -> int:
    """Write the pages, or compare them; 1 if one is stale."""
    parser = argparse.ArgumentParser(description="Write the generated pages of docs/, or say which are stale.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(PAGES)}; by default all")
    parser.add_argument("--check", action="store_true", help="write nothing; the exit status is 1 if a page is stale")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(PAGES):
        parser.error(f"no pages are called {', '.join(unknown)}; known: {', '.join(PAGES)}")
    stale = 0
    for path, text in pages(asked.names or PAGES).items():
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        difference = list(difflib.unified_diff(_lines(written), _lines(text), path.name, "fresh", lineterm=""))
        if not asked.check:
            if difference:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            continue
        if difference:
            print(*difference, f"{path.name} is stale; run: python docs/generate.py", sep="\n")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
