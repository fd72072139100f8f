"""Mathematical notation: math text in, statements made of terms out; what is not understood says why."""

from symopt.read.notation.macros import defined
from symopt.read.notation.split import Piece, split
from symopt.read.notation.statements import Statement, Unread, read

__all__ = ["Piece", "Statement", "Unread", "defined", "read", "split"]
