"""RAdam's rectification."""

from __future__ import annotations

from symopt.derive.rectification import adaptive_variance, crossing, fits, length, rectification
from symopt.derive.topic import Topic

rectified = Topic(
    "rectification",
    "The rectification of the adaptive learning rate",
    fits,
    lambda o: (length(o), adaptive_variance(o), rectification(o), *crossing(o)),
    place=40,
)
