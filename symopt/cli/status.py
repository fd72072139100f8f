"""Exit statuses, the same for every command."""

CLEAN = 0
"""It ran, and nothing is wrong."""
FAULT = 1
"""It ran, and something is wrong: an erratum, a difference, a theorem that is not proved."""
TROUBLE = 2
"""It could not run, or not all of it; the reason is on standard error."""
INTERRUPTED = 130
