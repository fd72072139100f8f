"""Formulas about losses: their values, their gradients, slopes of predictions, steps down their gradients.

Each is held against every loss of the catalogue that it may belong to. One that is right for some of them is right, and
the verdict names them; a positive number in front is a convention. A wrong one is called wrong only where one mistake
leads to it and all that it may be meant to be agree on how it should read, or where the text has said which loss it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain
from typing import Any

import sympy as sp

from symopt.audit.facts.activations import BY_WORD, NAMES, named
from symopt.audit.facts.agreement import instance, multiple, ratio
from symopt.audit.facts.class_scores import hot
from symopt.audit.facts.loss_candidates import Candidate, candidates
from symopt.audit.facts.loss_lefts import Asks, applied, asks
from symopt.audit.facts.loss_mends import one_mistake_away
from symopt.audit.facts.scores import (
    DATA,
    PENALTY,
    SIGMOIDS,
    Misfit,
    NotAbout,
    bias,
    sign_of_w,
    size,
    square,
    unit,
    w,
    x,
    y,
    z,
)
from symopt.audit.facts.spelling import read_again, spelling
from symopt.audit.findings import Judgement
from symopt.audit.judge import Opinion
from symopt.audit.witnesses import short
from symopt.decide import Verdict, identity, misfit
from symopt.language import terms as T
from symopt.language.symbols import At
from symopt.language.terms import Term
from symopt.rewrites import Rewrite, mended_latex

EXACT = frozenset({"slope", "probability", "prediction", "derivative"})
"""What no number in front may stand before."""
TRANSPOSES = frozenset({"transpose missing", "transpose misplaced"})
SIGMOID_OUTPUT = "sigmoid output"
"""What a section has stated if it has written down that its predictions are sigmoids."""
SELDOM = {"tanh": "tanh", "tanh-neuron": "tanh", "poisson-loss": "exp", "absolute-error": "sign"}
"""What has to be written where a loss is meant that few texts are about."""
NODES = 80


@dataclass(frozen=True)
class Found:
    """A candidate that a formula agrees with, and how."""

    candidate: Candidate
    factor: Any
    penalty: str
    verdict: Verdict


@dataclass(frozen=True)
class Mend:
    """A candidate that a formula would agree with but for one mistake."""

    found: Found
    mistake: Rewrite
    right: Term
    refuted: Verdict


def loss_opinion(
    left: Term, right: Term, source: str, *, stated: frozenset[str] = frozenset(), uphill: bool = False
) -> Opinion | None:
    """What is to be said of a formula about a loss; None for anything else.

    Args:
        left, right: its sides.
        source: the text that spans refer to.
        stated: the losses, by name, that the text around has written down.
        uphill: whether the text around speaks of a likelihood, or of climbing.
    """
    if sum(1 for _ in right.walk()) > NODES:
        return None
    again = read_again(right, source)
    for asked in (applied(left, source), asks(read_again(left, source), source)):
        found = None if asked is None else _judged(asked, left, again, source, stated, uphill)
        if found is not None:
            return found
    return None


def _judged(asked: Asks, left: Term, again: Term, source: str, stated: frozenset[str], uphill: bool) -> Opinion | None:
    climbed = uphill or asked.likelihood
    found = _agreed(asked, again, climbed)
    agreed = tuple(f for f in found if f.verdict.proved)
    if agreed:
        return _right(asked, agreed, stated)
    if found or (asked.other is not None and _agreed(asked.other, again, climbed)):
        return None  # right as far as numbers tell, or for what else the letter may be, so not wrong
    if _only_renames(asked, again):
        return None
    mends = tuple(m for m in _mends(asked, again) if _plausible(asked, m, again, stated))
    chosen = _certain(asked, mends, stated, climbed)
    return None if chosen is None else _wrong(left, again, chosen, source)


def _only_renames(asked: Asks, right: Term) -> bool:
    """Whether a function, or its derivative, is only given another name: ``f' = D f``, ``\\phi(x) = f'(x)``."""
    if asked.what == "prediction" and right.head == "call" and right.name.endswith("'"):
        return True
    return asked.what == "slope" and right.head in ("name", "at", "grad")


def stated_losses(left: Term, right: Term, source: str) -> frozenset[str]:
    """The losses that a formula writes down."""
    asked = asks(read_again(left, source), source)
    again = read_again(right, source)
    if asked is None or asked.what not in ("value", "prediction") or sum(1 for _ in right.walk()) > NODES:
        found = frozenset[str]()
    else:
        found = frozenset(f.candidate.system for f in _agreed(asked, again, asked.likelihood) if f.verdict.proved)
    if spelling(left) is not None and any(_is_sigmoid(n) for n in (again, *again.args)):
        return (found & NAMES) | {SIGMOID_OUTPUT}
    return found


def _is_sigmoid(right: Term) -> bool:
    """``1 / (1 + e^-z)``, or the function's name."""
    if right.head == "call":
        found = spelling(right)
        return found is not None and found.base in SIGMOIDS - {"S"}
    if right.head != "div" or right.args[0] != T.number(1) or right.args[1].head != "add":
        return False
    parts = right.args[1].args
    return len(parts) == 2 and parts[0] == T.number(1) and parts[1].name == "exp" and parts[1].args[0].head == "neg"


@lru_cache(maxsize=512)
def _agreed(asked: Asks, right: Term, climbed: bool) -> tuple[Found, ...]:
    found: dict[str, Found] = {}
    for candidate in candidates(asked):
        made = _agreement(asked, candidate, right, climbed)
        if made is None or made.verdict.refuted:
            continue
        if made.verdict.proved or candidate.system not in found:
            found[candidate.system] = made
    return tuple(found.values())


def _agreement(asked: Asks, candidate: Candidate, right: Term, climbed: bool) -> Found | None:
    value = _value(candidate, right)
    if value is None:
        return None
    data, rest = (value, sp.Integer(0)) if asked.what == "penalty" else _parted(value)
    if not _is_telling(asked, data):
        return None
    if asked.what == "update":
        if asked.kinds == ("bias",):
            data, rest = _parted(value.xreplace({bias: w}))
        penalty = _kept(rest)
        data = -data
    else:
        penalty = _penalty(rest, asked)
    if penalty is None:
        return None
    made = multiple(data, candidate.expected)
    if made is None:
        return None
    factor, verdict = made
    down = ratio(factor, sp.Integer(1))
    if asked.what in EXACT and factor != 1:
        return None
    if down is None or (down < 0 and not (climbed and asked.what != "update" and not penalty)):
        return None
    return Found(candidate, factor, penalty, verdict)


def _value(candidate: Candidate, right: Term) -> Any:
    try:
        return candidate.meaning(right)
    except (NotAbout, TypeError, ValueError, ZeroDivisionError):
        return None


def _parted(value: Any) -> tuple[Any, Any]:
    """What depends on the data, and what on the weights alone."""
    data = value.xreplace(dict.fromkeys(PENALTY, sp.Integer(0)))
    return data, sp.expand(value - data)


def _is_telling(asked: Asks, data: Any) -> bool:
    if asked.what == "penalty":
        return bool(data.free_symbols & PENALTY)
    if asked.what in EXACT:
        return bool(data.free_symbols & DATA or data.atoms(At))
    symbols = data.free_symbols
    if asked.what == "curvature":
        return bool(symbols & {x, z})
    return bool(data.atoms(At)) if not symbols & DATA else y in symbols or hot in symbols or bool(data.atoms(At))


def _penalty(rest: Any, asked: Asks) -> str | None:
    """The regulariser that a part without data belongs to: "" for none, None where it is none."""
    if rest == 0:
        return ""
    parts = {"value": (square, size), "curvature": (unit, sign_of_w)}.get(asked.what, (w, sign_of_w))
    names = ("l2-regularisation", "l1-regularisation")
    shares = [rest.coeff(part) for part in parts]
    left_over = sp.expand(rest - sum(c * part for c, part in zip(shares, parts, strict=True)))
    if left_over != 0 or any(c.free_symbols & (DATA | PENALTY) for c in shares):
        return None
    if any((ratio(c, sp.Integer(1)) or 0) < 0 for c in shares if c != 0):
        return None
    present = [name for name, c in zip(names, shares, strict=True) if c != 0]
    return "elastic-net" if len(present) == 2 else present[0]


def _kept(rest: Any) -> str | None:
    """The regulariser of a step that keeps (1 - eta lambda) w."""
    share = rest.coeff(w)
    others = sp.expand(rest - share * w)
    if others.free_symbols & (DATA | {w}) or share.subs(dict.fromkeys(share.free_symbols, 0)) != 1:
        return None
    if share == 1:
        return "" if others == 0 else "l1-regularisation"
    return "l2-regularisation" if (ratio(share - 1, sp.Integer(1)) or 0) < 0 else None


def _right(asked: Asks, found: tuple[Found, ...], stated: frozenset[str]) -> Opinion:
    known = [f for f in found if f.candidate.system in stated] or list(found)
    first = known[0]
    titles = list(dict.fromkeys(f.candidate.title.partition(" of targets")[0] for f in known))
    what = {"gradient": "the gradient of ", "update": "a step down the gradient of "}.get(asked.what, "")
    down = ratio(first.factor, sp.Integer(1))
    sign = "minus " if down is not None and down < 0 else ""  # of a likelihood
    penalty = f", with {first.penalty.replace('-', ' ')}" if first.penalty else ""
    sentence = f"It is {sign}{what}{' or of '.join(titles) if what else ' or '.join(titles)}{penalty}."
    return Opinion(Judgement.CORRECT, system=first.candidate.system, proof="proved", explanation=sentence)


def _mends(asked: Asks, right: Term) -> tuple[Mend, ...]:
    """Every candidate that the formula agrees with after one mistake is undone, each once, the least change first."""
    worlds: dict[Any, list[Candidate]] = {}
    for candidate in candidates(asked):
        worlds.setdefault(candidate.meaning, []).append(candidate)
    found: dict[str, Mend] = {}
    tried = list(one_mistake_away(asked, right))
    for own in worlds.values():
        clash = ""
        try:
            written = own[0].meaning(right)
        except Misfit as error:
            written, clash = None, str(error)
        except (NotAbout, TypeError, ValueError, ZeroDivisionError):
            continue
        if written is not None and not _is_telling(asked, _parted(written)[0]) and asked.what != "penalty":
            continue
        ways = tried if written is not None else [(m, new) for m, new in tried if m.name in TRANSPOSES]
        read = cache(own[0].meaning)
        for candidate in own:
            made = _mend(asked, replace(candidate, meaning=read), written, clash, ways)
            if made is not None:
                found.setdefault(candidate.system, made)
    return tuple(found.values())


def _mend(
    asked: Asks, candidate: Candidate, written: Any, clash: str, tried: list[tuple[Rewrite, Term]]
) -> Mend | None:
    ways = ((m, new, False) for m, new in tried)
    if asked.what == "gradient" and asked.likelihood:
        ways = chain(ways, ((m, new, True) for m, new in tried))
    for mistake, new, climbed in ways:
        if asked.what in ("probability", "prediction") and new.head in ("name", "at"):
            continue  # a symbol by itself says nothing of how it is made
        found = _agreement(asked, candidate, new, climbed)
        if found is None or not found.verdict.proved:
            continue
        if clash:
            return Mend(found, mistake, new, misfit(clash))
        refuted = identity(*map(instance, (written, candidate.meaning(new))))
        if refuted.refuted:
            return Mend(found, mistake, new, refuted)
    return None


def _plausible(asked: Asks, mend: Mend, right: Term, stated: frozenset[str]) -> bool:
    """Outputs are seldom tanh or exponential: only where it is written, or said; a norm is as good as its square."""
    system = mend.found.candidate.system
    if asked.what == "gradient" and asked.likelihood and (ratio(mend.found.factor, sp.Integer(1)) or 0) < 0:
        return system in stated  # minus the gradient of some loss is a formula of many things
    if asked.what in ("slope", "prediction") and system in NAMES and system not in stated:
        own = {a.name for a in named(asked.of.base.rstrip("'"))}
        return system in own if own else asked.what == "slope" and system not in BY_WORD
    if asked.what == "curvature" and not asked.named and right == Term("neg", (mend.right,)):
        return False  # of what may be climbed
    if mend.mistake.name == "square missing" and right.name in ("abs", "norm"):
        return False
    seldom = SELDOM.get(system)
    return seldom is None or system in stated or any(n.name.startswith(seldom) for n in right.nodes())


def _is_turned(mend: Mend) -> bool:
    return mend.mistake.name == "sign flipped" and mend.right.head == "neg"


def _certain(asked: Asks, mends: tuple[Mend, ...], stated: frozenset[str], climbed: bool) -> Mend | None:
    """The one mend that is meant; None where it cannot be told."""
    if climbed:
        mends = tuple(m for m in mends if not _is_turned(m))
    if not mends:
        return None
    known = _among(mends, stated)
    mends = known or mends
    if SIGMOID_OUTPUT in stated:
        mends = _among(mends, frozenset({"sigmoid-neuron", "logistic-loss"})) or mends
    if len({m.right.key for m in mends}) > 1:
        return None
    first = mends[0]
    # A whole formula with its sign turned is a likelihood's, unless a loss is named or there is no such likelihood.
    named = bool(known) or asked.named or first.found.candidate.system == "sigmoid-neuron"
    return first if named or asked.what not in ("gradient", "curvature") or not _is_turned(first) else None


def _among(mends: tuple[Mend, ...], systems: frozenset[str]) -> tuple[Mend, ...]:
    return tuple(m for m in mends if m.found.candidate.system in systems)


def _wrong(left: Term, right: Term, mend: Mend, source: str) -> Opinion:
    candidate, witness = mend.found.candidate, mend.refuted.witness
    between = source[(left.span or (0, 0))[1] : (right.span or (0, 0))[0]].strip(" &") or "="
    fix = f"{mended_latex(left, left, source)} {between} {mended_latex(right, mend.right, source)}"
    shown: dict[str, str | int] = {}
    if witness is not None:
        shown = {k: str(v) for k, v in witness.assignments.items()}
        shown |= {"claimed": short(witness.left), "correct": short(witness.right)}
    return Opinion(
        Judgement.ERRATUM, system=candidate.system, rewrite=mend.mistake.name, fix=fix, witness=shown,
        proof=mend.refuted.status.value,
        explanation=f"{mend.mistake.sentence} It would be right for {candidate.title}.",
    )  # fmt: skip
