"""The customary names of vector-valued methods, ready to import, so that definitions agree on them."""

from __future__ import annotations

from symopt.language.symbols import Sequence, Shape

x = Sequence("x", shape=Shape.VECTOR)
g = Sequence("g", shape=Shape.VECTOR)
d = Sequence("d", shape=Shape.VECTOR)
p = Sequence("p", shape=Shape.VECTOR)
r = Sequence("r", shape=Shape.VECTOR)
s = Sequence("s", shape=Shape.VECTOR)
y = Sequence("y", shape=Shape.VECTOR)
A = Sequence("A", shape=Shape.MATRIX)
B = Sequence("B", shape=Shape.MATRIX)
H = Sequence("H", shape=Shape.MATRIX)
alpha = Sequence("alpha", r"\alpha", shape=Shape.SCALAR)
beta = Sequence("beta", r"\beta", shape=Shape.SCALAR)
rho = Sequence("rho", r"\rho", shape=Shape.SCALAR)
