"""Keras is checked on its JAX backend; it takes TensorFlow's unless it is told."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
