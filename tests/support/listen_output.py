"""Runs `phosphene listen` and reads what it wrote."""

import json

import numpy as np

from tests.support.commands import run_command
from tests.support.sound_files import sine

RATE = 8_000


def load_arrays(path):
    """All arrays of a feature file, by name."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays}


def listen_json(capsys, *words):
    """Run `listen --json`; returns the summary of each file."""
    code, out, errors = run_command(capsys, "listen", *words, "--json")
    assert (code, errors) == (0, [])
    return [json.loads(line) for line in out.splitlines()]


def drum_loop(frames, rate=RATE):
    """Two strokes a second over a chord, float32 (frames, 2)."""
    t = np.arange(frames) / rate
    x = sum(sine(hertz, rate, frames, 0.05) for hertz in (220.0, 277.2, 329.6))
    x = x + np.random.default_rng(1).normal(0, 0.3, frames) * np.exp(-40 * (t % 0.5))
    return np.stack([x, x], axis=1).astype(np.float32)
