"""Twenty recurrences: symopt, SymPy's rsolve and, where it is installed, Maxima's solve_rec, in one run.

    python -m tests.benchmarks.recurrences

Each answer is evaluated against ten steps of iteration, Maxima's by Maxima itself; symopt also proves its own. Times
are of the processor, child processes included. Sums over inputs that nobody knows (a gradient at each step) are
something that rsolve has no notation for.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import time
from collections import Counter
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy import Eq

from symopt.derive import NotDerivable, solve_recurrence
from symopt.language import At, Sequence, t
from symopt.language.vocabulary import beta, beta1, beta2, eta, g, m, mu, theta
from tests.derive.iteration import Run, close, iterated, value

x, y, z, f, c = map(Sequence, "xyzfc")
a, b = sp.symbols("a b", real=True)
n = sp.Symbol("n", integer=True)


def eq(left: Any, right: Any) -> Any:
    return Eq(left, right, evaluate=False)


ALTERNATING = sp.Piecewise((sp.Rational(1, 2), Eq(sp.Mod(t, 3), 0)), (1, True))
CASES: dict[str, list[Any]] = {
    "scalar, constant input": [eq(x[t], 3 * x[t - 1] + 2)],
    "scalar, symbolic": [eq(x[t], a * x[t - 1] + 1)],
    "scalar, polynomial input": [eq(x[t], 2 * x[t - 1] + t**2)],
    "scalar, resonant input": [eq(x[t], 2 * x[t - 1] + 2**t)],
    "Fibonacci": [eq(x[t], x[t - 1] + x[t - 2])],
    "complex roots": [eq(x[t], 2 * x[t - 1] - 2 * x[t - 2])],
    "repeated root": [eq(x[t], 4 * x[t - 1] - 4 * x[t - 2])],
    "repeated symbolic root": [eq(x[t], 2 * a * x[t - 1] - a**2 * x[t - 2])],
    "third order": [eq(x[t], 6 * x[t - 1] - 11 * x[t - 2] + 6 * x[t - 3])],
    "forced: moving average": [eq(m[t], beta * m[t - 1] + (1 - beta) * g[t])],
    "forced: second order, any coefficients": [eq(x[t], a * x[t - 1] + b * x[t - 2] + f[t])],
    "coupled 2x2": [eq(x[t], 2 * x[t - 1] + y[t - 1]), eq(y[t], x[t - 1] + 2 * y[t - 1])],
    "coupled 2x2, forced: heavy ball": [eq(y[t], mu * y[t - 1] + eta * g[t]), eq(theta[t], theta[t - 1] - y[t])],
    "coupled 2x2: averages of averages": [
        eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t]), eq(x[t], beta2 * x[t - 1] + (1 - beta2) * m[t]),
    ],
    "coupled 3x3": [
        eq(x[t], 2 * x[t - 1] + y[t - 1]), eq(y[t], x[t - 1] + 2 * y[t - 1]), eq(z[t], x[t - 1] + 5 * z[t - 1]),
    ],
    "coupled 3x3, defective, forced": [
        eq(x[t], a * x[t - 1] + y[t - 1]), eq(y[t], a * y[t - 1] + z[t - 1]), eq(z[t], a * z[t - 1] + f[t]),
    ],
    "varying: running mean": [eq(x[t], (1 - 1 / t) * x[t - 1] + f[t] / t)],
    "varying: any coefficients": [eq(x[t], c[t] * x[t - 1] + f[t])],
    "varying: momentum under a schedule": [eq(y[t], mu * y[t - 1] + g[t]), eq(x[t], x[t - 1] - c[t] * y[t])],
    "periodic: pulled back every third step": [eq(x[t], ALTERNATING * x[t - 1] + f[t])],
}  # fmt: skip


# The three


def by_symopt(equations: list[Any]) -> tuple[dict[Any, Any], bool]:
    """(the forms by sequence, whether all are proved)."""
    found = solve_recurrence(equations)
    return {d.statement.lhs.base: d.value for d in found}, all(d.proved for d in found)


def by_rsolve(equations: list[Any]) -> tuple[dict[Any, Any], bool]:
    """SymPy's answer; it takes one equation, and no inputs but functions of n that it knows."""
    (equation,) = equations
    unknown = sp.Function("u")
    x_ = equation.lhs.base
    lags = [int(t - r.index) for r in equation.rhs.atoms(At) if r.base == x_]
    inputs = {r: sp.Function(r.base.name)(r.index) for r in equation.rhs.atoms(At) if r.base != x_}
    values = {x_[t - lag]: unknown(t - lag) for lag in lags}
    rhs = equation.rhs.xreplace(values | inputs).subs(t, n)
    start = {unknown(k): sp.Symbol(f"start_{k}") for k in range(max(lags))}
    form = sp.rsolve(unknown(n) - rhs, unknown(n), start)
    if form is None:
        raise ValueError("no answer")
    return {x_: form.subs({sp.Symbol(f"start_{k}"): x_[k] for k in range(max(lags))}).subs(n, t)}, False


def by_maxima(equations: list[Any]) -> Any:
    """Maxima's answer, evaluated by Maxima itself at the benchmark's numbers, so that none of its text is read back.

    It prints a line of fractions, the values at each step, or the last of them that it makes no number of.
    """
    (equation,) = equations
    x_ = equation.lhs.base
    parameters, inputs, run = _numbers(equations)
    names = {r: sp.Symbol(f"{r.base.name}[{str(r.index).replace('t', 'n')}]") for r in equation.rhs.atoms(At)}
    text = sp.sstr(equation.rhs.xreplace(names).subs(t, n)).replace("**", "^")
    lags = [int(t - r.index) for r in equation.rhs.atoms(At) if r.base == x_]
    start = [f"start{k}" for k in range(max(lags))]
    given = ", ".join(f"{x_.name}[{k}] = {name}" for k, name in enumerate(start))
    others = {r.base for r in equation.rhs.atoms(At)} - {x_}
    values = [f"{s.name} = {v}" for s, v in parameters.items()]
    values += [f"{name} = {inputs[x_][k]}" for k, name in enumerate(start)]
    arrays = "".join(f"{s.name}[{k}]: {v}$ " for s in others for k, v in enumerate(inputs[s]))
    steps = range(run.first + 1, LAST + 1)
    evaluated = ", ".join(f"value_at([n = {k}, {', '.join(values)}])" for k in steps)
    program = (
        # Sums that Maxima leaves standing are made to be carried out by reading the answer again, in Maxima.
        "load(solve_rec)$ load(stringproc)$ display2d: false$ value_at(put) := radcan(eval_string(ssubst("
        '"sum", "\'sum", ssubst("product", "\'product", string(subst(put, answer))))))$ '
        f"answer: rhs(solve_rec({x_.name}[n] = {text}, {x_.name}[n], {given}))$ "
        f'{arrays}found: [{evaluated}]$ print("found", every(numberp, found), found)$'
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["maxima", "--very-quiet", "--batch-string", program], capture_output=True, text=True,
                          timeout=LIMIT, check=False)  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = sum(getattr(after, k) - getattr(before, k) for k in ("ru_utime", "ru_stime"))
    lines = [line for line in done.stdout.replace("\n", " ").split("found ")[1:] if line.startswith(("true", "false"))]
    if not lines:
        raise Failed("no answer", seconds)
    found = re.findall(r"-?\d+(?:/\d+)?", lines[-1])
    exact = [run(x_, k) for k in steps]
    if not lines[-1].startswith("true") or len(found) != len(exact):
        raise Failed("an answer that has no value", seconds)
    raise Judged(all(Fraction(a) == b for a, b in zip(found, exact, strict=True)), seconds)


class Failed(ValueError):
    """No answer, with the seconds that a child process took."""

    def __init__(self, why: str, seconds: float) -> None:
        super().__init__(why)
        self.seconds = seconds


class Judged(Exception):
    """An answer that its own program evaluated: whether it is right, and the seconds that a child process took."""

    def __init__(self, right: bool, seconds: float) -> None:
        super().__init__(right)
        self.right = right
        self.seconds = seconds


# The table

LIMIT = 20
LAST = 10
"""The last step at which answers are held against iteration."""
SOLVERS = {"symopt": by_symopt, "rsolve": by_rsolve, "solve_rec": by_maxima}


def judged(solver: Any, equations: list[Any]) -> tuple[str, float]:
    """(what became of it, seconds of processor time)."""
    began = time.process_time()
    try:
        forms, proved = solver(equations)
    except Judged as judged_:
        return "solved" if judged_.right else "wrong", judged_.seconds
    except Failed as failed:
        return "failed", failed.seconds
    except (ValueError, TypeError, AttributeError, NotImplementedError, NotDerivable, subprocess.TimeoutExpired,
            KeyError, IndexError, RecursionError):  # fmt: skip
        return "failed", time.process_time() - began
    seconds = time.process_time() - began
    if not right(equations, forms):
        return "wrong", seconds
    return ("solved and proved" if proved else "solved"), seconds


def right(equations: list[Any], forms: dict[Any, Any]) -> bool:
    """Whether the forms have the values that iterating gives, at one choice of parameters and inputs."""
    parameters, inputs, run = _numbers(equations)
    for sequence, form in forms.items():
        for step in range(run.first + 1, LAST + 1):
            try:
                found = value(form, parameters, inputs, step)
            except (TypeError, KeyError):
                return False
            if found is None or not close(found, run(sequence, step)):
                return False
    return True


def _numbers(equations: list[Any]) -> tuple[dict[Any, Fraction], Any, Run]:
    """Parameters, inputs, and the recurrences run with them."""
    free = sorted(set().union(*(e.rhs.free_symbols for e in equations)) - {t}, key=str)
    parameters = {s: Fraction(k + 2, 7 + k) for k, s in enumerate(free)}
    inputs = {
        s: [Fraction((7 * k + 3 * i) % 11 - 5, 3) for i in range(14)]
        for k, s in enumerate((f, g, c, x, y, z, m, theta))
    }
    return parameters, inputs, iterated(equations, parameters, inputs, LAST)


def main() -> None:
    solvers = {name: s for name, s in SOLVERS.items() if name != "solve_rec" or shutil.which("maxima")}
    tallies: dict[str, Counter[str]] = {name: Counter() for name in solvers}
    print("| Recurrence |" + "".join(f" {name} |" for name in solvers))
    print("|---|" + "---|" * len(solvers))
    for title, equations in CASES.items():
        cells = []
        for name, solver in solvers.items():
            outcome, seconds = judged(solver, equations)
            tallies[name][outcome] += 1
            cells.append(f"{outcome}, {seconds:.2f} s")
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)
    for name, tally in tallies.items():
        print(f"{name}: " + ", ".join(f"{count} {outcome}" for outcome, count in tally.items()))


if __name__ == "__main__":
    main()
