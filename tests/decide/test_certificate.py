"""Certificates: written out, read back, decided again; a changed one fails."""

from __future__ import annotations

import json

import pytest
import sympy as sp
from sympy import Abs, Sum, sqrt

from symopt.decide import Certificate, equal, follows, identity, recheck, sign_invariant
from symopt.decide.encoding import EncodingError, decode
from symopt.language import Expect, t
from symopt.language.vocabulary import beta1, beta2, eps, eta, g, m, theta, v
from symopt.optimizers.adam import adam
from tests.decide.definitions import accumulated, averaged, lookahead, shifted

i = sp.Symbol("i", integer=True)
x = sp.Symbol("x", real=True)

PROVED = {
    "identity": identity(sqrt((x - g[t]) ** 2), Abs(g[t] - x)),
    "assumption": identity(sqrt(x**2), x, assuming=[x > 0]),
    "unrolled": follows(adam, sp.Eq(m[t], beta1 * m[t - 1] + (1 - beta1) * g[t], evaluate=False)),
    "roots": follows(adam, sp.Eq(theta[t], theta[t - 1] - eta * sqrt(1 - beta2**t) / (1 - beta1**t) * m[t]
                                 / (sqrt(v[t]) + eps * sqrt(1 - beta2**t)), evaluate=False)),
    "sum": follows(adam, sp.Eq(m[t], (1 - beta1) * Sum(beta1 ** (t - i) * g[i], (i, 1, t)), evaluate=False)),
    "induction": follows(adam, sp.Eq(Expect(m[t]), (1 - beta1**t) * Expect(g[t]), evaluate=False)),
    "sign": sign_invariant(adam, v),
    "momentum": equal(averaged, accumulated),
    "Nesterov": equal(lookahead, shifted),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_round_trip(name):
    certificate = PROVED[name].certificate
    text = certificate.to_json()
    assert Certificate.from_json(text).to_json() == text
    verdict = recheck(text)
    assert verdict.proved, verdict
    assert verdict.argument == certificate.argument


def _changes(data):
    """The certificate's JSON with one number of one identity changed, with its statement changed, and so on."""
    for side in ("left", "right"):
        changed = json.loads(json.dumps(data))
        terms = changed["cases"][0][side][0]
        if terms:
            terms[0][1] = "7"
            yield changed
    yield data | {"argument": "trust me"}
    yield data | {"cases": []}
    yield data | {"version": 99}
    yield {k: v for k, v in data.items() if k != "statement"}


@pytest.mark.parametrize("name", ["identity", "roots", "induction", "momentum"])
def test_a_changed_certificate_fails(name):
    data = json.loads(PROVED[name].certificate.to_json())
    for changed in _changes(data):
        assert not recheck(json.dumps(changed)).proved


def test_a_changed_statement_fails():
    text = PROVED["unrolled"].certificate.to_json()
    assert not recheck(text.replace("beta_1", "beta_2", 1)).proved
    certificate = identity(x + 1, 1 + x).certificate.to_json()
    assert recheck(certificate.replace('["number", "1", "1"]', '["number", "2", "1"]', 1)).status.value != "proved"


@pytest.mark.parametrize(
    "data", [None, 3, "1 + 1", ["call", "os.system"], ["number", "__import__('os')", "1"], [], {}, ["add", 1]]
)
def test_what_is_no_expression_is_refused(data):
    with pytest.raises(EncodingError):
        decode(data)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"version": 1}', "[" * 10000])
def test_what_is_no_certificate_is_undecided(text):
    assert recheck(text).status.value == "undecided"
