"""A source at another speed: as long as that makes it, in tune, and at its own speed itself."""

import numpy as np
import pytest

from phosphene.engine.audio.sources.varispeed import VariableSpeedSource, speed_of
from phosphene.engine.effects import speed
from tests.support.core_player import RATE, noise


class Sound:
    rate, position = RATE, 0

    def __init__(self, x):
        self.x, self.length = x, len(x)

    def seek(self, position):
        self.position = position

    def read(self, out):
        here = self.x[self.position : self.position + len(out)]
        out[: len(here)] = here
        self.position += len(here)
        return len(here)


def tone(frames, hertz=440.0):
    x = 0.25 * np.sin(2 * np.pi * hertz * np.arange(frames) / RATE)
    return np.repeat(x[:, None], 2, axis=1).astype(np.float32)


def drained(source, sizes=(4096,)):
    parts, turn = [], 0
    while True:
        out = np.zeros((sizes[turn % len(sizes)], 2), np.float32)
        count, turn = source.read(out), turn + 1
        parts.append(out[:count])
        if count < len(out):
            return np.concatenate(parts)


def pitch_of(x):
    spectrum = np.abs(np.fft.rfft(x * np.hanning(len(x)), 1 << 20))
    return spectrum.argmax() * RATE / (1 << 20)


@pytest.mark.parametrize("frames", [1, 100, 3_000, 50_000])
def test_speed_one_changes_nothing(frames):
    x = noise(frames)
    np.testing.assert_array_equal(drained(VariableSpeedSource(Sound(x), lambda: 1.0), (777, 5_000, 1)), x)


@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.25, 2.0])
def test_length_and_pitch_are_right(ratio):
    x = tone(2 * RATE)
    paced = VariableSpeedSource(Sound(x), lambda: ratio)
    assert paced.length == round(len(x) / ratio)
    y = drained(paced)
    assert len(y) == paced.length == paced.position
    assert 1200 * np.log2(pitch_of(y[4_000:-4_000, 0]) / 440.0) == pytest.approx(0.0, abs=5.0)


def test_block_sizes_are_inaudible():
    x = tone(RATE) + noise(RATE)
    whole = drained(VariableSpeedSource(Sound(x), lambda: 0.7))
    np.testing.assert_array_equal(drained(VariableSpeedSource(Sound(x), lambda: 0.7), (1, 4_097, 333, 64)), whole)
    np.testing.assert_array_equal(speed.render(x, RATE, np.array([0.7])), whole)


def test_a_change_of_speed_glides():
    x, paces = tone(4 * RATE), iter([1.0] * 8 + [2.0] * 200)
    y = drained(VariableSpeedSource(Sound(x), lambda: next(paces)))
    assert np.abs(np.diff(y, axis=0)).max() < 1.2 * np.abs(np.diff(x, axis=0)).max()
    assert 2.1 * RATE < len(y) < 3.0 * RATE


def test_seek():
    x = noise(RATE)
    paced = VariableSpeedSource(Sound(x), lambda: 1.0)
    paced.seek(30_000)
    np.testing.assert_array_equal(drained(paced), x[30_000:])
    assert paced.position == RATE


def test_the_speeds_of_several_genes_are_multiplied_and_clamped():
    genes = [("speed", {"ratio": 1.5}), ("volume", {"gain": 0.0}), ("speed", {"ratio": 0.8})]
    assert speed_of(genes) == pytest.approx(1.2)
    assert speed_of(genes, lambda gene: 2.0) == 2.0
    assert speed_of(genes, lambda gene: float("nan")) == 1.0, "what is on the board may be wild"
    assert speed_of([("volume", {"gain": 0.0})]) == 1.0
