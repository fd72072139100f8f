"""An equation of a definition, as it stands."""

from __future__ import annotations

from functools import partial

import sympy as sp

Eq = partial(sp.Eq, evaluate=False)
"""SymPy's equation, without the question whether it always holds, which takes longer than all else in the catalogue."""
