"""`phosphene listen`, typed, and what it wrote."""

import json

import numpy as np

from tests.support.commands import typed
from tests.support.sound_files import sine

RATE = 8_000


def load(path):
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays}


def told(capsys, *words):
    """What is printed as JSON, a line a file."""
    code, out, errors = typed(capsys, "listen", *words, "--json")
    assert (code, errors) == (0, [])
    return [json.loads(line) for line in out.splitlines()]


def drums(frames, rate=RATE):
    """Strokes twice a second over a chord."""
    t = np.arange(frames) / rate
    x = sum(sine(hertz, rate, frames, 0.05) for hertz in (220.0, 277.2, 329.6))
    x = x + np.random.default_rng(1).normal(0, 0.3, frames) * np.exp(-40 * (t % 0.5))
    return np.stack([x, x], axis=1).astype(np.float32)
