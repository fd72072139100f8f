"""Orders of growth: what is proved to bound another does so on numbers, what is refuted does not."""

from __future__ import annotations

from fractions import Fraction
from math import log

from hypothesis import given
from hypothesis import strategies as st

from symopt.decide.orders import DOUBLE, LOG, LOGLOG, ONE, POWER, SINGLE, Order, bounds, equal_orders

NAMES = ("M", "k")
exponents = st.integers(-2, 3).map(Fraction)
factors = st.builds(Order.of, st.sampled_from(NAMES), exponents, st.sampled_from([POWER, LOG, LOGLOG]))
products = st.lists(factors, max_size=3).map(lambda made: _product(made))
orders = st.lists(products, min_size=1, max_size=3).map(lambda made: sum(made[1:], made[0]))
steps = st.sampled_from(
    [*(Order.of("n", -p) for p in (1, 2, 3)), Order.of("n", -1, SINGLE), *(Order.of("n", -q, DOUBLE) for q in (2, 3))]
)


def _product(made: list[Order]) -> Order:
    total = ONE
    for factor in made:
        total = total * factor
    return total


def value(order: Order, at: dict[str, float]) -> float:
    """An order without exponentials, at large numbers."""
    total = 0.0
    for part in order.parts:
        own = 1.0
        for name, (_, _, power, once, twice) in part:
            x = at[name]
            own *= x ** float(power) * log(x) ** float(once) * log(log(x)) ** float(twice)
        total += own
    return total


@given(orders)
def test_every_order_bounds_itself(a: Order) -> None:
    assert equal_orders(a, a).proved
    assert equal_orders(a, a.leading).proved
    assert bounds(a + ONE, a).proved


@given(orders, orders, orders)
def test_bounds_are_transitive(a: Order, b: Order, c: Order) -> None:
    if bounds(a, b).proved and bounds(b, c).proved:
        assert not bounds(a, c).refuted


@given(orders, orders, products)
def test_a_common_factor_changes_nothing(a: Order, b: Order, c: Order) -> None:
    before, after = bounds(a, b), bounds(a * c, b * c)
    assert not (before.proved and after.refuted)
    assert not (before.refuted and after.proved)


@given(orders, orders, st.lists(st.sampled_from([1e2, 1e4, 1e8, 1e16]), min_size=2, max_size=2))
def test_what_is_proved_holds_on_numbers(a: Order, b: Order, at: list[float]) -> None:
    """Each part of the smaller is below a part of the larger times a constant, from the first number on."""
    if bounds(a, b).proved:
        where = dict(zip(NAMES, at, strict=True))
        first = dict.fromkeys(NAMES, 1e2)
        assert value(b, where) / value(a, where) <= 10 * len(b.parts) * max(1.0, value(b, first) / value(a, first))


@given(orders, orders)
def test_what_is_refuted_grows_without_end(a: Order, b: Order) -> None:
    verdict = bounds(a, b)
    if verdict.refuted:
        assert verdict.witness is not None
        speeds = {name: log(float(x)) / log(100) for name, x in verdict.witness.assignments.items()}
        along = [
            value(b, at) / value(a, at)
            for base in (1e20, 1e40, 1e60)
            for at in [{name: max(base ** speeds.get(name, 0), 16.0) for name in NAMES}]
        ]
        assert along[0] < along[1] < along[2]


@given(steps, steps)
def test_errors_are_ordered_by_how_fast_they_fall(a: Order, b: Order) -> None:
    """A slower error bounds a faster one."""
    (slow,), (fast,) = ({own for part in o.parts for _, own in part} for o in (a, b))
    assert bounds(a, b).proved == (fast <= slow)
    assert bounds(a, b).refuted == (fast > slow)
