"""Programs read as recurrences, by a symbolic interpreter over Python's syntax tree that never runs anything."""

from symopt.read.code.reader import read_program
from symopt.read.code.recurrence import CLOCK, Definition, Misuse, Program, Recurrence
from symopt.read.code.source import Fault, Source

__all__ = ["CLOCK", "Definition", "Fault", "Misuse", "Program", "Recurrence", "Source", "read_program"]
