"""One step of a definition, from SymPy to nodes."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symopt.kernels.errors import KernelError
from symopt.kernels.nodes import DOT, Graph, Node
from symopt.language import At, Dot, Expect, Grad, HyperSymbol, Norm, Optimizer, Sequence, Shape, t

_FUNCTIONS: dict[Any, str] = {
    sp.Abs: "abs", sp.sign: "sign", sp.exp: "exp", sp.log: "log", sp.floor: "floor", sp.ceiling: "ceil",
    sp.Mod: "mod", sp.sin: "sin", sp.cos: "cos", sp.tanh: "tanh", sp.Min: "min", sp.Max: "max",
    sp.Eq: "eq", sp.Ne: "ne", sp.StrictLessThan: "lt", sp.LessThan: "le", sp.StrictGreaterThan: "gt",
    sp.GreaterThan: "ge", sp.And: "and", sp.Or: "or", sp.Not: "not",
}  # fmt: skip
_NARY = {"min", "max", "and", "or"}


class Translation:
    """The nodes of one step, equation by equation.

    Attributes:
        values: the node of each sequence at step t, by name.
        slots: what a step reads from before it, as (sequence, lag), lag 0 standing for the value at step 0.
        points: where the gradient is asked, in order.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.graph = Graph()
        self.values: dict[str, Node] = {}
        self.slots: dict[tuple[str, int], Node] = {}
        self.points: list[Node] = []
        self._known: dict[Any, Node] = {}
        self._where = ""
        for number, equation in enumerate(optimizer.update, start=1):
            self._where = f"{optimizer.name}: equation {number}, {equation.lhs} = {equation.rhs}"
            value = self.node(equation.rhs)
            if equation.lhs.base.shape is Shape.SCALAR and value.array:
                self._refuse(f"{equation.lhs.base} is declared a scalar, but this is an array; use norm or dot")
            self.values[equation.lhs.base.name] = value

    def filled(self, node: Node) -> Node:
        """The node as an array, all of whose coordinates are alike if it is a scalar."""
        return self.graph.filled(node)

    def node(self, e: Any) -> Node:
        if e not in self._known:
            self._known[e] = self._translated(e)
        return self._known[e]

    def _translated(self, e: Any) -> Node:
        graph = self.graph
        match e:
            case At():
                return self._at(e)
            case Grad():
                return self._gradient(e)
            case HyperSymbol():
                return graph.make("hyper", value=e.name)
            case _ if e == t:
                return graph.make("step")
            case sp.Number() | sp.NumberSymbol():
                return graph.number(e)
            case sp.Add():
                return graph.total([self.node(a) for a in e.args])
            case sp.Mul():
                return self._product(e)
            case sp.Pow():
                return graph.power(self.node(e.base), e.exp, lambda: self.node(e.exp))
            case Norm():
                x = self._array(e.args[0], "norm")
                return graph.make("sqrt", graph.make(DOT, x, x))
            case Dot():
                return graph.make(DOT, self._array(e.args[0], "dot"), self._array(e.args[1], "dot"))
            case sp.Piecewise():
                return self._piecewise(e)
            case _:
                return self._function(e)

    def _product(self, e: Any) -> Node:
        above, below = [], []
        for factor in sp.Mul.make_args(e):
            base, exponent = factor.as_base_exp()
            if exponent.is_Rational and exponent.is_negative:
                below.append(self.node(base**-exponent))
            else:
                above.append(self.node(factor))
        return self.graph.product(above, below)

    def _array(self, e: Any, what: str) -> Node:
        node = self.node(e)
        if e == 1:  # the norm of 1 is the root of the number of coordinates
            return self.filled(node)
        if not node.array and all(self.optimizer.sequence(a.base.name).shape is Shape.SCALAR for a in e.atoms(At)):
            self._refuse(f"{what}({e}) is of a scalar; it takes a value with coordinates")
        return self.filled(node)

    def _piecewise(self, e: Any) -> Node:
        made: Node | None = None
        for value, condition in reversed(e.args):
            if condition == sp.true:
                made = self.node(value)
            elif made is None:  # no case fits: no number
                made = self.graph.make("where", self.node(condition), self.node(value), self.graph.number(sp.nan))
            else:
                made = self.graph.make("where", self.node(condition), self.node(value), made)
        assert made is not None, "SymPy has no Piecewise without cases"
        return made

    def _function(self, e: Any) -> Node:
        if isinstance(e, Expect):
            self._refuse("an expectation is not a number that a run can compute")
        name = _FUNCTIONS.get(e.func)
        if name is None:
            return self._refuse(f"{e.func.__name__}({', '.join(map(str, e.args))}) has no kernel")
        args = [self.node(a) for a in e.args]
        if name not in _NARY:
            return self.graph.make(name, *args)
        args.sort(key=lambda n: not n.array)  # SymPy's Min and Max have no order; arrays first
        made = args[0]
        for arg in args[1:]:
            made = self.graph.make(name, made, arg)
        return made

    def _refuse(self, reason: str) -> Any:
        raise KernelError(f"{self._where}: {reason}")

    def _at(self, e: At) -> Node:
        name = e.base.name
        lag = sp.expand(t - e.index)
        if lag == 0:
            return self.values[name]
        if lag.is_Integer:
            return self.slot(e.base, int(lag))
        if e.base == self.optimizer.params:
            return self.slot(e.base, 0)
        return self.node(self.optimizer.init[e.base])

    def slot(self, sequence: Sequence, lag: int) -> Node:
        """The value that a step finds: ``lag`` steps old, or with lag 0 that of step 0."""
        key = (sequence.name, lag)
        if key not in self.slots:
            # Asked of the definition: SymPy may have put in an equal symbol, which another declares of another shape.
            array = self.optimizer.sequence(sequence.name).shape is not Shape.SCALAR
            self.slots[key] = self.graph.make("input", value=key, array=array)
        return self.slots[key]

    def _gradient(self, e: Grad) -> Node:
        point = self._array(e.point, "grad")
        if point not in self.points:
            self.points.append(point)
        return self.graph.make("gradient", value=self.points.index(point), array=True)


def refuse_linear_algebra(optimizer: Optimizer) -> None:
    """Raise where a sequence is a vector or a matrix, or the parameters are one number."""
    instead = "such methods have their steps from symopt.kernels.vector.vector_kernel"
    for sequence in optimizer.sequences:
        if not sequence.shape.commutes:
            raise KernelError(f"{optimizer.name}: {sequence} is a {sequence.shape.value}; {instead}")
    if optimizer.params.shape is Shape.SCALAR:
        raise KernelError(f"{optimizer.name}: the parameters {optimizer.params} are one number; {instead}")
