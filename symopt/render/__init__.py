"""Reports and definitions for people and programs: one small file a format."""

from symopt.render.html import to_html
from symopt.render.json import to_json
from symopt.render.markdown import to_markdown
from symopt.render.sarif import to_sarif
from symopt.render.text import to_text

__all__ = ["to_html", "to_json", "to_markdown", "to_sarif", "to_text"]
