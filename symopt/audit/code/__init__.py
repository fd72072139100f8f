"""Programs held against the definitions, by the same matching, explanation and decision that formulas get."""

from symopt.audit.code.blocks import code_findings_of

__all__ = ["code_findings_of"]
