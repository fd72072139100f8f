"""What to test optimizers and gradients with: problems with known minima, and a gradient check."""

from symopt.testing.gradient_check import GradientCheck, check_gradient
from symopt.testing.problems import Problem, problems

__all__ = ["GradientCheck", "Problem", "check_gradient", "problems"]
