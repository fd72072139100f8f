"""Lookahead's slow weights over rounds of k steps move by alpha times what all inner steps add up to.

Within a round the fast weights take k steps of gradient descent from the slow ones; at its end
the slow weights go the share alpha of the way. So each gradient of every round so far has, by
now, moved the slow weights by alpha eta. The number k of inner steps stays a symbol.

Zhang, Lucas, Hinton & Ba 2019, arXiv:1907.08610, Algorithm 1.
"""

from symopt.derive import unroll_rounds
from symopt.optimizers import get


def prove():
    lookahead = get("lookahead(sgd)")
    return {"the slow weights": unroll_rounds(lookahead, "phi"), "the parameters": unroll_rounds(lookahead, "theta")}
