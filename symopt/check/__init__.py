"""Whether code is the paper: a library's optimizer, or one in a source file, held against the definitions.

`check` runs the library's code; reading a source file does not.
"""

from symopt.check.compare import compare
from symopt.check.findings import Comparison, Confirmation, Difference, Finding, Outcome
from symopt.check.library import check

__all__ = ["Comparison", "Confirmation", "Difference", "Finding", "Outcome", "check", "compare"]
