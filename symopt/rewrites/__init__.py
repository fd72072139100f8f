"""One catalogue of conventions and mistakes, one mechanism: a rewrite turns a definition into another."""

from symopt.rewrites.convention_list import CONVENTIONS, Convention
from symopt.rewrites.forms import ChangeOfVariables
from symopt.rewrites.formula_mends import formula_mends
from symopt.rewrites.formula_mistakes import FORMULA_MISTAKES
from symopt.rewrites.mechanism import Kind, Mend, Rewrite, mends_of
from symopt.rewrites.mistake_list import MISTAKES
from symopt.rewrites.printing import mended_latex
from symopt.rewrites.roles import Roles, roles_of
from symopt.rewrites.table import catalogue, convention, conventions, mistake, mistakes
from symopt.rewrites.variants import Broken, Variant, apply_mistake, variants
from symopt.rewrites.writing import terms_of, with_terms

__all__ = [
    "CONVENTIONS", "FORMULA_MISTAKES", "MISTAKES", "Broken", "ChangeOfVariables", "Convention", "Kind", "Mend",
    "Rewrite", "Roles", "Variant", "apply_mistake", "catalogue", "convention", "conventions", "formula_mends",
    "mended_latex", "mends_of", "mistake", "mistakes", "roles_of", "terms_of", "variants", "with_terms",
]  # fmt: skip
