"""The input meter: the level before effects, in another process as well."""

import numpy as np
import pytest

from phosphene.engine.audio.input_meter import MIN_DECIBELS, InputMeter
from phosphene.engine.rings import ring
from tests.support.core_player import CorePlayer, noise


def test_the_level_is_that_of_the_source_alone():
    player = CorePlayer()
    meter = InputMeter(player.input_tap)
    player.plans.change([("volume", {"gain": -40.0})], 1)
    ring.push(player.core.returns, noise(3_000, seed=9))
    x = np.full((3_000, 2), 0.5, np.float32)
    x[100, 1] = -0.8
    assert meter.poll() is None
    player.play(x, 250)
    level = meter.poll()
    assert level.peak == pytest.approx(20 * np.log10(0.8), abs=1e-4)
    assert level.rms == pytest.approx(10 * np.log10(np.mean(np.square(x, dtype=float))), abs=1e-4)
    assert meter.poll() is None


def test_silence_has_a_level():
    player = CorePlayer()
    meter = InputMeter(player.input_tap)
    player.plans.change([], 1)
    player.play(np.zeros((500, 2), np.float32))
    assert meter.poll() == (MIN_DECIBELS, MIN_DECIBELS)
