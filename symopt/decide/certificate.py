"""A proof written out: the statement, the argument, and the polynomial identities that it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly_ctx

from symopt.decide.budget import Undecidable
from symopt.decide.decision import Case
from symopt.decide.encoding import EncodingError, Json, decode, decode_optimizer, encode, encode_optimizer
from symopt.decide.verdict import Equality, Status, Verdict
from symopt.language.optimizer import Optimizer
from symopt.language.symbols import Sequence

VERSION = 1


@dataclass(frozen=True)
class Statement:
    """What was proved, by kind (identity, relation, claim, roots within, ...); as JSON only when asked for."""

    kind: str
    parts: tuple[Any, ...]

    def to_json(self) -> Json:
        return {"kind": self.kind, "parts": [_encoded(p) for p in self.parts]}

    @staticmethod
    def from_json(data: Json) -> Statement:
        return Statement(str(data["kind"]), tuple(_decoded(p) for p in data["parts"]))


def _encoded(part: Any) -> Json:
    if isinstance(part, Optimizer):
        return {"optimizer": encode_optimizer(part)}
    if isinstance(part, Statement):
        return {"statement": part.to_json()}
    if isinstance(part, tuple):
        return {"list": [_encoded(p) for p in part]}
    if isinstance(part, dict):
        return {"map": {name: encode(e) for name, e in part.items()}}
    return {"expression": encode(part)}


def _decoded(data: Json) -> Any:
    ((head, value),) = data.items()
    match head:
        case "optimizer":
            return decode_optimizer(value)
        case "statement":
            return Statement.from_json(value)
        case "list":
            return tuple(_decoded(p) for p in value)
        case "map":
            return {str(name): decode(e) for name, e in value.items()}
        case "expression":
            return decode(value)
        case _:
            raise EncodingError(f"unknown part {head}")


def identity_statement(lhs: sp.Expr, rhs: sp.Expr, assuming: tuple[Any, ...]) -> Statement:
    return Statement("identity", (lhs, rhs, assuming))


def relation_statement(claim: Any, assuming: tuple[Any, ...]) -> Statement:
    return Statement("relation", (claim, assuming))


def linear_statement(lhs: Any, rhs: Any, given: tuple[Any, ...], symmetric: tuple[Any, ...]) -> Statement:
    return Statement("linear", (lhs, rhs, given, symmetric))


def claim_statement(optimizer: Optimizer, claim: Any) -> Statement:
    return Statement("claim", (optimizer, claim))


def sign_statement(optimizer: Optimizer, sequence: Sequence) -> Statement:
    return Statement("sign", (optimizer, sequence))


def equality_statement(a: Optimizer, b: Optimizer, hypers: Any, states: Any) -> Statement:
    return Statement("equality", (a, b, dict(hypers), dict(states)))


def recurrence_statement(equations: Any, start: Any, forms: Any, assuming: Any) -> Statement:
    return Statement("recurrence", (equations, start, forms, assuming))


@dataclass(frozen=True)
class Certificate:
    """A proved statement with its argument and the identity of each case."""

    statement: Statement
    argument: str
    cases: tuple[Case, ...]

    def to_json(self) -> str:
        """The certificate as JSON text. Raises EncodingError for a statement with something that has no JSON form."""
        return json.dumps({
            "version": VERSION, "statement": self.statement.to_json(), "argument": self.argument,
            "cases": [asdict(case) for case in self.cases],
        })  # fmt: skip

    @staticmethod
    def from_json(text: str) -> Certificate:
        """The certificate. Raises EncodingError where the text is not one."""
        try:
            data = json.loads(text)
            if data["version"] != VERSION:
                raise EncodingError(f"Expected version {VERSION} but got version={data['version']!r}")
            cases = tuple(Case(**{k: _tuples(v) for k, v in case.items()}) for case in data["cases"])
            return Certificate(Statement.from_json(data["statement"]), str(data["argument"]), cases)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise EncodingError(f"not a certificate: {error}") from error

    def recheck(self) -> Verdict:
        """Check each identity's arithmetic, and decide the statement again."""
        for number, case in enumerate(self.cases, start=1):
            if self._equates() and not holds(case):
                return Verdict(Status.UNDECIDED, reason=f"the certificate's identity {number} does not hold")
        again = _decided(self.statement)
        if not again.proved or again.certificate is None:
            return again
        if json.loads(again.certificate.to_json())["cases"] != json.loads(self.to_json())["cases"]:
            return Verdict(Status.UNDECIDED, reason="the certificate's identities are not those of its statement")
        if again.argument != self.argument:
            return Verdict(Status.UNDECIDED, reason="the certificate's argument is not that of its statement")
        return again

    def _equates(self) -> bool:
        """Whether the cases are identities, not signs."""
        kind, parts = self.statement.kind, self.statement.parts
        claimed = parts[1] if kind == "claim" else parts[0]
        return kind in ("identity", "linear") or (kind in ("claim", "relation") and isinstance(claimed, sp.Eq))


def conjunction(verdicts: Iterable[Verdict | Equality]) -> Verdict:
    """The verdict on all of the statements together: proved if each is, refuted if one is."""
    found = tuple(verdicts)
    for status in (Status.REFUTED, Status.UNDECIDED):
        for verdict in found:
            if verdict.status is status:
                return Verdict(status, verdict.argument, verdict.witness, verdict.reason)
    argument = "; ".join(dict.fromkeys(v.argument for v in found))
    made = [v.certificate for v in found if v.certificate is not None]
    if not found or len(made) < len(found):
        return Verdict(Status.UNDECIDED, reason="there is nothing to decide, or no certificate of it")
    cases = tuple(case for c in made for case in c.cases)
    statement = made[0].statement if len(made) == 1 else Statement("all", tuple(c.statement for c in made))
    return Verdict(Status.PROVED, argument, certificate=Certificate(statement, argument, cases))


def recheck(text: str) -> Verdict:
    """Decide a certificate's statement again, from its JSON text."""
    try:
        return Certificate.from_json(text).recheck()
    except (EncodingError, Undecidable) as error:
        return Verdict(Status.UNDECIDED, reason=str(error))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _decided(statement: Statement) -> Verdict:
    # The deciding functions make certificates, so they are imported where they are used.
    from symopt.decide.discs import root_beyond, roots_within
    from symopt.decide.equal import recheck_matching
    from symopt.decide.follows import follows, sign_invariant
    from symopt.decide.holds import holds as comparison_holds
    from symopt.decide.identity import identity
    from symopt.decide.linear import linear_identity
    from symopt.decide.solves import solves

    parts = statement.parts
    match statement.kind:
        case "identity":
            return identity(parts[0], parts[1], assuming=parts[2], limit=10.0)
        case "relation":
            return comparison_holds(parts[0], assuming=parts[1], limit=10.0)
        case "roots within":
            *disc, given, closed = parts
            return roots_within(*disc, assuming=given, closed=bool(closed), limit=10.0)
        case "root beyond":
            *disc, given = parts
            return root_beyond(*disc, assuming=given, limit=10.0)
        case "all":
            return conjunction(map(_decided, parts))
        case "claim":
            return follows(parts[0], parts[1], limit=10.0)
        case "linear":
            return linear_identity(parts[0], parts[1], given=parts[2], symmetric=parts[3], limit=20.0)
        case "sign":
            return sign_invariant(parts[0], parts[1], limit=10.0)
        case "equality":
            return recheck_matching(*parts)
        case "recurrence":
            return solves(parts[0], dict(parts[1]), dict(parts[2]), assuming=parts[3], limit=30.0)
        case _:
            raise EncodingError(f"unknown kind of statement {statement.kind!r}")


def holds(case: Case) -> bool:
    """Whether the case's identity is true: plain polynomial arithmetic on the certificate's numbers."""
    size = max(1, len(case.generators))
    context = fmpq_mpoly_ctx.get([f"y{i}" for i in range(size)], Ordering.lex)
    gens = context.gens()

    def poly(terms: Any) -> Any:
        padded = {(*exponents, *[0] * (size - len(exponents))): fmpq(*map(int, c.split("/"))) for exponents, c in terms}
        return context.from_dict(padded)

    rules = [gens[place] ** order - poly(radicand) for place, order, radicand in case.relations]
    (a, b), (c, d) = (map(poly, side) for side in (case.left, case.right))
    difference = a * d - c * b
    # Later generators come first, and each rule's polynomial is in generators after its own.
    for rule in [*rules, *map(poly, case.zeros), *rules]:
        difference = divmod(difference, rule)[1]
    return bool(difference.is_zero())
