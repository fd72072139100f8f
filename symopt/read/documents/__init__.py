"""Files to documents: where the formulas and the code of a lecture stand, exactly.

The scanner is our own. A Markdown parser gives the lines of a block but neither the columns of what is
inside it nor any notion of a formula, and it would read the underscores of one as emphasis.
"""

from symopt.read.documents.blocks import Block, CodeBlock, Document, Heading, MathBlock, Passage
from symopt.read.documents.files import collect, read_document

__all__ = ["Block", "CodeBlock", "Document", "Heading", "MathBlock", "Passage", "collect", "read_document"]
