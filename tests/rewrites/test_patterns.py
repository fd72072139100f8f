"""Laws of matching and rewriting."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from symopt.language import terms as T
from symopt.language.terms import Term
from symopt.rewrites.patterns import canonical, completions, fill, matches, meta, put, rewrites_of, same
from symopt.rewrites.roles import DECAY, DERIVED, EPSILON, GRADIENT, MOMENTUM, PARAMETER, RATE, STATE, Roles

t = T.name("t")
ROLES = Roles(
    {
        r"\eta": RATE, r"\beta_1": DECAY, r"\beta_2": DECAY, r"\mu": MOMENTUM, r"\epsilon": EPSILON,
        "m": STATE, "v": STATE, r"\hat{m}": DERIVED, "g": GRADIENT, r"\theta": PARAMETER,
    },
    tuple(T.at(n, t) for n in ("m", "v", r"\hat{m}", "g", r"\theta")),
)  # fmt: skip
HYPER = [n for n, r in ROLES.role.items() if r.startswith("hyper")]
VALUES = [n for n in ROLES.role if n not in HYPER]
b, x, y = meta("b", "decay"), meta("x"), meta("y")

leaves = st.one_of(
    st.sampled_from(HYPER).map(T.name),
    st.builds(T.at, st.sampled_from(VALUES), st.sampled_from([t, t - 1])),
    st.integers(1, 3).map(T.number),
)


def _compounds(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda a: T.add(*a)),
        st.lists(inner, min_size=2, max_size=3).map(lambda a: T.mul(*a)),
        st.builds(lambda a, c: a / c, inner, inner),
        inner.map(T.sqrt),
        inner.map(T.neg),
        inner.map(lambda a: a**2),
        st.sampled_from([r"\beta_1", r"\beta_2"]).map(lambda n: 1 - T.name(n) ** t),
    )


formulas = st.recursive(leaves, _compounds, max_leaves=8)


def shuffled(term: Term, data: st.DataObject) -> Term:
    args = tuple(shuffled(a, data) for a in term.args)
    if term.head in ("add", "mul"):
        args = tuple(data.draw(st.permutations(args)))
    return Term(term.head, args, term.name, term.value)


@given(formulas, st.data())
def test_order_of_arguments_does_not_change_whether_a_pattern_matches(term: Term, data: st.DataObject) -> None:
    other = shuffled(term, data)
    assert same(term, other)
    for pattern in (b * x + (1 - b) * y, 1 - b**t, T.sqrt(x) + meta("e", "epsilon"), x / y, b * x):
        ways = [{canonical(new) for _, new in rewrites_of(f, pattern, T.number(7), ROLES)} for f in (term, other)]
        assert ways[0] == ways[1]


@given(formulas)
def test_a_match_filled_in_is_the_term(term: Term) -> None:
    for pattern in (x, x / y, x + y, x * y, T.sqrt(x), -x):
        for bound in matches(pattern, term, ROLES):
            assert same(fill(pattern, bound), term)


@given(formulas)
def test_a_pattern_that_does_not_occur_changes_nothing(term: Term) -> None:
    assert list(rewrites_of(term, T.call("tanh", x), x, ROLES)) == []


@given(formulas)
def test_rewriting_changes_only_what_is_at_the_path(term: Term) -> None:
    for path, new in rewrites_of(term, meta("V", "value"), T.number(7), ROLES):
        if len(path) == 1 and term.head == "div":
            other = 1 - path[0]
            assert new.args[other] is term.args[other]


@given(formulas)
def test_what_changes_loses_its_span_and_so_does_everything_above_it(term: Term) -> None:
    def placed(node: Term) -> Term:
        return Term(node.head, tuple(placed(a) for a in node.args), node.name, node.value, (0, 1))

    for _, new in rewrites_of(placed(term), meta("V", "value"), T.number(7), ROLES):
        for _, node in new.walk():
            whole = all(n.span is not None for _, n in node.walk())
            assert whole or node.span is None


def test_a_weighted_average_is_found_in_any_order() -> None:
    beta, m, g = T.name(r"\beta_1"), T.at("m", t - 1), T.at("g", t)
    (bound,) = matches(b * x + (1 - b) * y, g * g * (1 - beta) + m * beta, ROLES)
    assert bound == {b.name: beta, x.name: m, y.name: g * g}


def test_a_fraction_is_found_where_its_numerator_stands_beside_it() -> None:
    eta, m = T.name(r"\eta"), T.at("m", t)
    term = (eta / (1 - T.name(r"\beta_1") ** t)) * m
    results = [new for _, new in rewrites_of(term, meta("S", "state") / (1 - b**t), meta("S", "state"), ROLES)]
    assert results == [eta * m]


def test_a_root_is_also_a_power_of_one_half() -> None:
    v = T.at("v", t)
    for exponent in (T.number(Fraction(1, 2)), T.number(1) / 2):
        assert list(matches(T.sqrt(x), v**exponent, ROLES)) == [{x.name: v}]


def test_a_square_is_also_a_product() -> None:
    g = T.at("g", t)
    assert [new for _, new in rewrites_of((1 - T.name(r"\beta_2")) * g * g, meta("G", "gradient") ** 2, x, ROLES)] == []
    (found,) = rewrites_of((1 - T.name(r"\beta_2")) * g * g, meta("G", "gradient") ** 2, meta("G", "gradient"), ROLES)
    assert found[1] == (1 - T.name(r"\beta_2")) * g


def test_an_open_metavariable_takes_every_name_of_its_kind_but_those_taken() -> None:
    bound = {b.name: T.name(r"\beta_1")}
    taken = [c[meta("c", "decay").name] for c in completions(meta("c", "decay"), bound, ROLES)]
    assert taken == [T.name(r"\beta_2"), T.name(r"\mu")]


@given(formulas)
def test_putting_a_node_back_changes_nothing(term: Term) -> None:
    for path, node in term.walk():
        assert put(term, path, node, join=False) == term or term.head in ("mul", "neg", "add", "div", "pow", "call")
