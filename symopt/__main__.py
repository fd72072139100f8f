"""``python -m symopt``."""

from symopt.cli import main

main()
